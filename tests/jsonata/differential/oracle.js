// Asks the reference implementation on a thread of its own: some expressions keep it busy forever.
'use strict';

const {Worker, isMainThread, parentPort} = require('worker_threads');

const EVALUATION_MS = 2000;
const PATIENCE_MS = 5000;

// As JSON is written, with -0 as 0.
function plain(value) {
  return JSON.stringify(value, (key, v) => (Object.is(v, -0) ? 0 : v));
}

function isFunction(value) {
  return typeof value === 'function' || (value && (value._jsonata_function || value._jsonata_lambda));
}

function hasFunction(value) {
  if (isFunction(value)) return true;
  return value !== null && typeof value === 'object' && Object.values(value).some(hasFunction);
}

// {result} as JSON text, {undefined}, or {error, token, position}. The error is null where it has no code: an exception of
// JavaScript's own, or no answer in time.
async function outcome(jsonata, test) {
  try {
    // A copy: the reference may change its input.
    const data = JSON.parse(JSON.stringify(test.data));
    const result = await jsonata(test.expr, {timeout: EVALUATION_MS}).evaluate(data);
    if (result === undefined) return {undefined: true};
    if (hasFunction(result)) return {error: 'UNSUPPORTED_RESULT'};
    return {result: plain(result)};
  } catch (error) {
    if (error.code === 'D1012' || !/^[A-Z]\d{4}$/.test(error.code)) return {error: null};
    const {code, token, position, message} = error;
    return {error: code, token, position, message};
  }
}

function answerQuestions() {
  const {asItIs, mended} = require('./reference');
  const versions = {asItIs: asItIs(), mended: mended()};
  parentPort.on('message', async ({test, version}) => parentPort.postMessage(await outcome(versions[version], test)));
}

class Oracle {
  // The reference notes the token and the position of a failure on the functions themselves, and keeps them from one
  // evaluation to the next: this one knows of none.
  afresh() {
    if (this.worker) this.worker.terminate();
    this.worker = null;
    return this;
  }

  // `version`: asItIs or mended, see reference.js.
  ask(test, version = 'asItIs') {
    this.worker = this.worker || new Worker(__filename);
    return new Promise((resolve) => {
      const late = setTimeout(() => {
        this.worker.terminate();
        this.worker = null;
        resolve({error: null, late: true});
      }, PATIENCE_MS);
      this.worker.removeAllListeners('message');
      this.worker.on('message', (answer) => {
        clearTimeout(late);
        resolve(answer);
      });
      this.worker.postMessage({test, version});
    });
  }
}

module.exports = {Oracle, plain};
if (!isMainThread) answerQuestions();
