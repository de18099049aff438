// Pawl for the harness of peers: coordinators over the harness's PostgreSQL, a C++ worker (tests/bench/noop_worker.cc) in a
// process of its own, executions started and waited for over gRPC. PAWL_BIN: the folder of the binaries.
// variants, in BENCH_VARIANT, for the harness takes none with an adapter of another folder:
//           ''    one coordinator
//           two   two coordinators; starts alternate, an end is waited for at both, for either may bring it about
//           pass  W3 with a Pass for each item instead of a Task
// BENCH_HARNESS: the folder of the harness.
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Channel, decode } from './grpc.mjs';

const harness = process.env.BENCH_HARNESS ?? path.dirname(path.resolve(process.argv[1]));
const { ASL, TMP, freshDb, http, psql, spawnServer, sleep, num } = await import(harness + '/lib/util.mjs');
const bin = process.env.PAWL_BIN ?? fileURLToPath(new URL('../../../build/release/bin', import.meta.url));
const DATABASE = 'pawl_bench', SUCCEEDED = 2;
const CLIENT = 'ClientService/';

const freePort = () => new Promise(resolve => { const s = net.createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => resolve(port)); }); });
const task = activity => ({ Type: 'Task', Resource: 'arn:aws:states:us-east-1:000000000000:activity:' + activity });
const map = state => ({ StartAt: 'm', States: { m: { Type: 'Map', ItemsPath: '$.items', Iterator: { StartAt: 'i', States: { i: { ...state, End: true } } }, End: true } } });
const sequence = n => { const machine = ASL.pass(n); for (const state of Object.values(machine.States)) { delete state.Result; Object.assign(state, task('noop')); } return machine; };

export default ({ workload, params, variant: named }) => {
  const variant = named || process.env.BENCH_VARIANT || '';
  const nodes = [], started = []; let worker, turn = 0, failed = 0;
  async function startNode(url) {
    const [web, rpc] = [await freePort(), await freePort()];
    const process = spawnServer(bin + '/pawl-coordinator', [], { log: `${TMP}/pawl${nodes.length}.log`, env: {
      PAWL_DATABASE_URL: url, PAWL_MIGRATE: 'true', PAWL_LISTEN_HTTP: '127.0.0.1:' + web, PAWL_LISTEN_GRPC: '127.0.0.1:' + rpc, PAWL_LOG_LEVEL: 'warn' } });
    const node = { process, web: 'http://127.0.0.1:' + web, rpc: '127.0.0.1:' + rpc };
    nodes.push(node);
    for (let i = 0; ; i++) { try { await http('GET', node.web + '/readyz'); break; } catch (e) { if (i > 300) throw e; await sleep(100); } }
    node.channel = new Channel(node.rpc);
  }
  async function aws(operation, request) {
    const answer = await fetch(nodes[0].web, { method: 'POST', body: JSON.stringify(request), headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AWSStepFunctions.' + operation } });
    if (!answer.ok) throw new Error(operation + ': ' + await answer.text());
    return answer.json();
  }
  const machine = (name, definition) => aws('CreateStateMachine', { name, definition: JSON.stringify(definition), roleArn: 'arn:aws:iam::000000000000:role/bench' });
  // First come, first served: the other calls are cancelled.
  async function first(calls) {
    const answer = await Promise.any(calls.map(c => c.answer));
    if (calls.length > 1) for (const c of calls) { c.answer.catch(() => {}); c.cancel(); }
    return answer;
  }
  return {
    durability: 'transitions commit asynchronously; nothing is visible outside (no answer, no hand-out of a task) before a synchronous commit sent after them has flushed the WAL (flush barrier)',
    workloads: {
      w1: '10 Task states, an activity served by a worker over a gRPC stream', w2: '10 Pass states', w3: variant === 'pass' ? 'Map over the items, a Pass each' : 'Map over the items, a Task each',
      w4: 'Wait of an hour', w6: 'StartExecution of a Task that nobody polls for',
    },
    async up() {
      const url = freshDb(DATABASE);
      for (let i = 0; i < (variant === 'two' ? 2 : 1); i++) await startNode(url);
      for (const name of ['noop', 'nobody']) await aws('CreateActivity', { name });
      await machine('seq', sequence(params.steps)); await machine('pass', ASL.pass(params.steps)); await machine('sleep', ASL.sleep(3600));
      await machine('accept', { StartAt: 't', States: { t: { ...task('nobody'), End: true } } });
      if (workload === 'w3') await machine('fan', map(variant === 'pass' ? { Type: 'Pass' } : task('noop')));
      worker = spawnServer(bin + '/noop_worker', [nodes.map(n => n.rpc).join(','), 'noop', String(num('PAWL_CONC', 64))], { log: TMP + '/pawl_worker.log' });
      return {
        usesPg: true,
        procs: { server: nodes.map(n => n.process.pid), worker: [worker.pid] },
        async start(kind, id, n) {
          const input = kind === 'fan' ? { items: [...Array(n).keys()] } : {};
          await nodes[turn++ % nodes.length].channel.call(CLIENT + 'StartExecution', [[1, kind], [2, id], [3, JSON.stringify(input)]]).answer;
          if (kind === 'sleep') started.push(id);
          return { kind, id };
        },
        async wait({ kind, id }) {
          for (;;) {
            const answer = await first(nodes.map(n => n.channel.call(CLIENT + 'WaitExecution', [[1, kind], [2, id]])));
            const status = decode(answer[1])[4];
            if (status === 1) continue;
            if (status !== SUCCEEDED) failed++;
            return;
          }
        },
        async cancelAll() {
          const stop = async () => { for (let id; (id = started.pop());) await nodes[turn++ % nodes.length].channel.call(CLIENT + 'StopExecution', [[1, 'sleep'], [2, id]]).answer; };
          await Promise.all([...Array(params.inflight)].map(stop));
          return `StopExecution of each, ${params.inflight} at a time`;
        },
        async finish() {
          const statuses = psql(DATABASE, '-c', 'select status, count(*) from pawl.closed_execution group by status').split('\n').filter(Boolean);
          return { failed, closed: statuses.join(' ') };
        },
      };
    },
    async down() {
      for (const n of nodes) n.channel?.close();
      await worker?.kill();
      for (const n of nodes) await n.process.kill();
      try { psql('postgres', '-c', `DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`); } catch (e) { console.error(e); }
    },
  };
};
