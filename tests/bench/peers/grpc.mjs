// As much gRPC as the adapter needs: unary calls over node:http2, and messages of strings, numbers and messages.
import http2 from 'node:http2';

function varint(n) { const b = []; for (; n > 127; n = Math.floor(n / 128)) b.push((n % 128) | 128); b.push(n); return Buffer.from(b); }
// [[field number, text | number | Buffer of a message], ...] -> Buffer
export function encode(fields) {
  return Buffer.concat(fields.flatMap(([number, value]) => {
    if (typeof value === 'number') return [varint(number * 8), varint(value)];
    const bytes = Buffer.from(value);
    return [varint(number * 8 + 2), varint(bytes.length), bytes];
  }));
}
// Buffer -> { field number: number | Buffer }, the last of each
export function decode(buffer) {
  const fields = {}; let at = 0;
  const read = () => { let n = 0, unit = 1; for (;;) { const b = buffer[at++]; n += (b & 127) * unit; if (b < 128) return n; unit *= 128; } };
  while (at < buffer.length) {
    const tag = read(), kind = tag % 8, number = (tag - kind) / 8;
    if (kind === 0) fields[number] = read();
    else if (kind === 2) { const length = read(); fields[number] = buffer.subarray(at, at += length); }
    else throw new Error('a field of kind ' + kind);
  }
  return fields;
}

export class Channel {
  constructor(address) {
    this.session = http2.connect('http://' + address);
    this.session.on('error', () => {});  // calls fail by themselves
    this.session.setMaxListeners(0);
  }
  // -> { answer: Promise of the decoded answer, cancel() }
  call(method, fields) {
    const body = encode(fields), frame = Buffer.alloc(5 + body.length);
    frame.writeUInt32BE(body.length, 1); body.copy(frame, 5);
    const stream = this.session.request({ ':method': 'POST', ':path': '/pawl.v1.' + method, 'content-type': 'application/grpc', te: 'trailers' });
    const answer = new Promise((resolve, reject) => {
      const chunks = []; let trailers = {};
      stream.on('response', h => { trailers = { ...h }; });  // an answer of trailers only
      stream.on('trailers', t => { Object.assign(trailers, t); });
      stream.on('data', c => chunks.push(c));
      stream.on('error', reject);
      stream.on('end', () => {
        if (trailers['grpc-status'] !== '0') reject(new Error(`${method}: ${trailers['grpc-status']} ${trailers['grpc-message']}`));
        else resolve(decode(Buffer.concat(chunks).subarray(5)));
      });
    });
    stream.end(frame);
    return { answer, cancel: () => stream.close(http2.constants.NGHTTP2_CANCEL) };
  }
  close() { this.session.destroy(); }
}
