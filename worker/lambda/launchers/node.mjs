// Runs a Lambda handler of a JavaScript file against the Runtime API, as AWS's runtime for Node.js does: the handler may
// be async, give a promise, or call its callback. Nothing but Node itself is needed.
import http from 'node:http'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':')
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
let current // the invocation under way

// The worker has the other end: without it nobody waits for what this process does.
process.stdin.on('end', () => process.exit(1)).resume()
process.stdin.unref()

function call(method, target, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const all = body === undefined ? headers : { ...headers, 'Content-Length': Buffer.byteLength(body) }
    const request = http.request({ host, port, method, path: `/2018-06-01/runtime/${target}`, headers: all, agent }, (response) => {
      const parts = []
      response.on('data', (part) => parts.push(part))
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(parts).toString() }))
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end(body)
  })
}

function describe(error) {
  if (error instanceof Error || (error && typeof error.message === 'string' && typeof error.stack === 'string')) {
    return { errorType: String(error.name), errorMessage: String(error.message), trace: (error.stack || '').split('\n') }
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] }
}

function tellError(target, error) {
  return call('POST', target, JSON.stringify(error), {
    'Content-Type': 'application/json',
    'Lambda-Runtime-Function-Error-Type': error.errorType.replace(/[^\x20-\x7e]/g, '?'),
  })
}

function startError(type, message, trace = []) {
  return { errorType: type, errorMessage: message, trace }
}

async function load() {
  const file = process.env.PAWL_HANDLER_FILE
  let module
  try {
    module = await import(pathToFileURL(file))
  } catch (error) {
    const trace = (error.stack || '').split('\n')
    if (error instanceof SyntaxError) throw startError('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`, trace)
    if (error.code === 'MODULE_NOT_FOUND' || error.code === 'ERR_MODULE_NOT_FOUND') {
      throw startError('Runtime.ImportModuleError', `Error: ${error.message}`, trace)
    }
    throw describe(error)
  }
  let found = module
  for (const part of process.env.PAWL_HANDLER_NAME.split('.')) found = found?.[part] ?? found?.default?.[part]
  if (typeof found !== 'function') {
    throw startError('Runtime.HandlerNotFound', `${path.parse(file).name}.${process.env.PAWL_HANDLER_NAME} is undefined or not exported`)
  }
  return found
}

// What was printed goes out before the result: the worker takes it for the invocation's. Node writes to a pipe at once,
// until that is full.
function flushed(stream) {
  return stream.writableLength === 0 ? undefined : new Promise((resolve) => stream.write('', resolve))
}

async function finish(invocation, failed, value) {
  if (invocation !== current) return // told already
  current = undefined
  const target = `invocation/${invocation.id}`
  let body
  if (!failed) {
    try {
      body = JSON.stringify(value === undefined ? null : value) ?? 'null'
    } catch (error) {
      failed = true
      value = startError('Runtime.MarshalError', `Unable to stringify response body: ${error.message}`)
    }
  } else {
    value = describe(value)
  }
  await Promise.all([flushed(process.stdout), flushed(process.stderr)])
  if (failed) await tellError(`${target}/error`, value)
  else await call('POST', `${target}/response`, body, { 'Content-Type': 'application/json' })
  setImmediate(next)
}

function contextOf(invocation, headers) {
  const end = Number(headers['lambda-runtime-deadline-ms'])
  const context = {
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: invocation.id,
    getRemainingTimeInMillis: () => end - Date.now(),
    done: (error, value) => (error ? finish(invocation, true, error) : finish(invocation, false, value)),
    succeed: (value) => finish(invocation, false, value),
    fail: (error) => finish(invocation, true, error),
  }
  const client = headers['lambda-runtime-client-context']
  if (client) context.clientContext = JSON.parse(client)
  return context
}

async function next() {
  const { headers, body } = await call('GET', 'invocation/next')
  const invocation = { id: headers['lambda-runtime-aws-request-id'], result: undefined }
  current = invocation
  process.env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'] ?? ''
  try {
    const context = contextOf(invocation, headers)
    const callback = (error, value) => {
      if (!context.callbackWaitsForEmptyEventLoop || error) context.done(error, value)
      else invocation.result = value // until there is nothing left to do
    }
    const result = handler(JSON.parse(body), context, callback)
    if (typeof result?.then === 'function') finish(invocation, false, await result)
  } catch (error) {
    finish(invocation, true, error)
  }
}

// A handler without a promise has ended when there is nothing left to do, with what its callback was given.
process.on('beforeExit', () => {
  if (current) finish(current, false, current.result)
})

async function die(error, code) {
  const target = current ? `invocation/${current.id}/error` : 'init/error'
  current = undefined
  await tellError(target, error).catch(() => {})
  process.exit(code)
}
process.on('uncaughtException', (error) => die(describe(error), 129))
process.on('unhandledRejection', (reason) =>
  die({ errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: String(reason), trace: describe(reason).trace }, 128))

let handler
try {
  handler = await load()
} catch (error) {
  await tellError('init/error', error)
  process.exit(1)
}
next()
