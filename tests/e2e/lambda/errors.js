// The error-handling pair: an error of one's own, and a function that is too slow.
class CustomError extends Error {
  constructor(message) {
    super(message)
    this.name = 'CustomError'
  }
}

exports.fail = async () => {
  throw new CustomError('This is a custom error!')
}

exports.sleep = async (event) => {
  await new Promise((resolve) => setTimeout(resolve, 1000 * (event.seconds ?? 10)))
  return { msg: 'slept' }
}
