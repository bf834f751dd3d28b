// Peers that say what no library would say: bytes on a socket, plain or TLS.
import net from 'node:net';
import tls from 'node:tls';
import { within } from './wait.mjs';

export class RawPeer {
  bytes = Buffer.alloc(0); // received so far, and not consumed
  isClosed = false;
  #wake = () => {};

  // Options: `tls` (options of node's tls.connect), else plain TCP.
  static async connect({ host, port }, { tls: tlsOptions } = {}) {
    const peer = new RawPeer();
    const socket = tlsOptions
      ? tls.connect({ host, port, servername: 'localhost', ...tlsOptions })
      : net.connect({ host, port });
    peer.socket = socket;
    socket.on('data', (chunk) => {
      peer.bytes = Buffer.concat([peer.bytes, chunk]);
      peer.#wake();
    });
    peer.closed = new Promise((resolve) => {
      socket.on('close', () => {
        peer.isClosed = true;
        peer.#wake();
        resolve();
      });
    });
    await within(
      'a raw connection',
      new Promise((resolve, reject) => {
        socket.once(tlsOptions ? 'secureConnect' : 'connect', resolve);
        socket.once('error', reject);
      }),
    );
    // The server may well reset what it refuses; `closed` tells that.
    socket.on('error', (error) => (peer.error = error));
    return peer;
  }

  write(bytes) {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  // What `parse` makes of the bytes received, once it makes something of them;
  // null if the connection ends before.
  async #await(what, parse) {
    for (;;) {
      const result = parse(this.bytes);
      if (result !== undefined) return result;
      if (this.isClosed) return null;
      await within(what, new Promise((resolve) => (this.#wake = resolve)));
    }
  }

  // The next HTTP answer: {raw, status, headers, body}, or null if the
  // connection ends without one. `headers` has lower-case names.
  answer() {
    return this.#await('an HTTP answer', (bytes) => {
      const end = bytes.indexOf('\r\n\r\n');
      if (end < 0) return undefined;
      const [statusLine, ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
      const headers = Object.fromEntries(
        lines.map((line) => {
          const colon = line.indexOf(':');
          return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
        }),
      );
      const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1]);
      const length = end + 4 + (status === 101 ? 0 : Number(headers['content-length'] ?? 0));
      if (bytes.length < length) return undefined;
      const raw = bytes.subarray(0, length).toString('utf8');
      this.bytes = bytes.subarray(length);
      return { raw, status, headers, body: bytes.subarray(end + 4, length).toString('utf8') };
    });
  }

  // The next WebSocket frame: {opcode, fin, masked, payload, code, reason} (the
  // last two of a close frame), or null if the connection ends before.
  frame() {
    return this.#await('a WebSocket frame', (bytes) => {
      if (bytes.length < 2) return undefined;
      let length = bytes[1] & 0x7f;
      let start = 2;
      if (length === 126) {
        if (bytes.length < 4) return undefined;
        length = bytes.readUInt16BE(2);
        start = 4;
      } else if (length === 127) {
        if (bytes.length < 10) return undefined;
        length = Number(bytes.readBigUInt64BE(2));
        start = 10;
      }
      if (bytes.length < start + length) return undefined;
      const frame = {
        fin: (bytes[0] & 0x80) !== 0,
        reserved: bytes[0] & 0x70,
        opcode: bytes[0] & 0x0f,
        masked: (bytes[1] & 0x80) !== 0,
        payload: Buffer.from(bytes.subarray(start, start + length)),
      };
      if (frame.opcode === 8 && length >= 2) {
        frame.code = frame.payload.readUInt16BE(0);
        frame.reason = frame.payload.subarray(2).toString('utf8');
      }
      this.bytes = bytes.subarray(start + length);
      return frame;
    });
  }

  // The next close frame, whatever comes before it; null if there is none.
  async closeFrame() {
    for (;;) {
      const frame = await this.frame();
      if (frame === null || frame.opcode === 8) return frame;
    }
  }

  ended() {
    return within('the server closes a raw connection', this.closed);
  }

  destroy() {
    this.socket.destroy();
  }
}

// Gives the error code of a connection attempt, or null if it is accepted.
export function connectError({ host, port }) {
  return within(
    `an answer to a connection attempt to port ${port}`,
    new Promise((resolve) => {
      const socket = net.connect({ host, port });
      socket.once('connect', () => {
        socket.destroy();
        resolve(null);
      });
      socket.once('error', (error) => resolve(error.code));
    }),
  );
}

// One frame as a client sends it (RFC 6455, 5.2); `masked: false`, `reserved`
// (bits 0x70) and a `length` that lies make it one that no client sends.
export function frame(opcode, payload = '', options = {}) {
  const { fin = true, masked = true, reserved = 0, length } = options;
  const data = Buffer.from(payload);
  const size = length ?? data.length;
  const head = [(fin ? 0x80 : 0) | reserved | opcode];
  const mask = masked ? 0x80 : 0;
  if (size < 126) {
    head.push(mask | size);
  } else if (size < 65536) {
    head.push(mask | 126, size >> 8, size & 0xff);
  } else {
    const extended = Buffer.alloc(8);
    extended.writeBigUInt64BE(BigInt(size));
    head.push(mask | 127, ...extended);
  }
  if (!masked) return Buffer.concat([Buffer.from(head), data]);
  const key = Buffer.from([0x11, 0x22, 0x33, 0x44]);
  return Buffer.concat([Buffer.from(head), key, data.map((byte, i) => byte ^ key[i % 4])]);
}

export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

// The lines of an upgrade request that nothing is wrong with; `change` maps
// header names to other values, null leaves one out, an array repeats it.
export function upgradeRequest(id, bearer, change = {}, requestLine) {
  const headers = {
    Host: 'localhost',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    ...(bearer && { Authorization: `Bearer ${bearer}` }),
    ...change,
  };
  const lines = [requestLine ?? `GET /edge/ws?edge_agent_id=${id} HTTP/1.1`];
  for (const [name, value] of Object.entries(headers)) {
    for (const one of [value].flat()) {
      if (one !== null) lines.push(`${name}: ${one}`);
    }
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

// One HTTP call; `body` is an object, or text that is to be sent as it is.
export function httpRequest(method, target, headers = {}, body) {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const all = {
    Host: 'localhost',
    ...(text !== undefined && { 'Content-Length': Buffer.byteLength(text) }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n${text ?? ''}`;
}

// Sends bytes, and gives the answer (null if there is none) with the connection
// closed again.
export async function exchange(server, bytes, { overTls = false } = {}) {
  const peer = overTls
    ? await RawPeer.connect(server.tls, { tls: { ca: server.ca } })
    : await RawPeer.connect(server.plain);
  try {
    peer.write(bytes);
    const answer = await peer.answer();
    if (answer) server.secrecy.check('a refused answer', answer.raw);
    return answer;
  } finally {
    peer.destroy();
  }
}

// A raw WebSocket that has been let in.
export async function openRaw(server, { id, secret }) {
  const peer = await RawPeer.connect(server.plain);
  peer.write(upgradeRequest(id, secret));
  const answer = await peer.answer();
  if (answer?.status !== 101) throw new Error(`not let in: ${answer?.raw}`);
  return peer;
}
