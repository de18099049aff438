// Draws a number for the random-number process: up to maxNumber, to be compared with numberToCheck.
exports.handler = async (event) => {
  const { maxNumber, numberToCheck } = event.body
  return { generatedRandomNumber: Math.floor(Math.random() * maxNumber) + 1, numberToCheck }
}
