// One of each way in which a handler in JavaScript can end.
let calls = 0

exports.echo = async (event, context) => ({
  event,
  calls: ++calls,
  id: context.awsRequestId,
  arn: context.invokedFunctionArn,
  name: context.functionName,
  memory: context.memoryLimitInMB,
  client: context.clientContext,
  remaining: context.getRemainingTimeInMillis(),
  region: process.env.AWS_REGION,
  handler: process.env._HANDLER,
  root: process.env.LAMBDA_TASK_ROOT === __dirname,
})
exports.callback = (event, context, callback) => setTimeout(() => callback(null, event.value), 1)
exports.callbackError = (event, context, callback) => callback(new RangeError('no'))
exports.callbackAtOnce = (event, context, callback) => {
  context.callbackWaitsForEmptyEventLoop = false
  setInterval(() => {}, 1000)
  callback(null, 'at once')
}
exports.nothing = () => 'not looked at'
exports.undefinedResult = async () => undefined
exports.thrown = () => {
  throw new TypeError('at once')
}
exports.text = async () => {
  throw 'a text'
}
exports.circular = async () => {
  const value = {}
  value.value = value
  return value
}
exports.unhandled = async () => {
  Promise.reject(new Error('nobody cares'))
  await new Promise(() => setTimeout(() => {}, 60000))
}
exports.exit = async (event) => process.exit(event.code)
exports.kill = async () => process.kill(process.pid, 'SIGKILL')
exports.big = async (event) => 'x'.repeat(event.size)
exports.child = async () => {
  require('node:child_process').spawn('sleep', ['60'], { stdio: 'inherit' })
  await new Promise(() => setTimeout(() => {}, 60000))
}
exports.print = async (event) => {
  console.log('x'.repeat(event.before))
  console.log(event.text)
  return process.env.AWS_LAMBDA_FUNCTION_VERSION
}
