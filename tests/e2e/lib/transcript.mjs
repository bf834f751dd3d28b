// Records what goes over a socket between an agent and a real server, as text a
// person can read: `>` is the agent, `<` is edgeplane. Secrets are replaced by
// what they are, and what differs from run to run stays as it was.
import { CLOSE, RawPeer, TEXT, frame, upgradeRequest } from './raw.mjs';

export class Transcript {
  lines = [];
  #names = new Map();

  constructor(server) {
    this.server = server;
  }

  // Wherever `secret` would be written, `<name>` is.
  hide(secret, name) {
    this.#names.set(secret, `<${name}>`);
    return secret;
  }

  note(text) {
    this.lines.push(`# ${text}`);
  }

  #add(arrow, text) {
    let shown = text;
    for (const [secret, name] of this.#names) shown = shown.replaceAll(secret, name);
    const rows = shown.replace(/\r\n/g, '\n').replace(/\n+$/, '').split('\n');
    for (const row of rows) this.lines.push(`${arrow} ${row}`.trimEnd());
  }

  // One HTTP exchange on a connection of its own; gives the answer.
  async http(method, path, headers, body) {
    const peer = await RawPeer.connect(this.server.plain);
    const text = body === undefined ? undefined : JSON.stringify(body);
    const head = [
      `${method} ${path} HTTP/1.1`,
      'Host: localhost',
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      ...(text === undefined ? [] : [`Content-Length: ${Buffer.byteLength(text)}`]),
    ];
    const bytes = `${head.join('\r\n')}\r\n\r\n${text ?? ''}`;
    this.#add('>', bytes);
    peer.write(bytes);
    const answer = await peer.answer();
    this.#add('<', answer.raw);
    peer.destroy();
    return answer;
  }

  // An upgrade; gives a connection, or the answer that refused it. Of one that
  // succeeds only what differs is shown, unless `whole` is set.
  async upgrade(id, bearer, { whole = false } = {}) {
    const peer = await RawPeer.connect(this.server.plain);
    const bytes = upgradeRequest(id, bearer);
    peer.write(bytes);
    const answer = await peer.answer();
    const [line, ...headers] = bytes.split('\r\n');
    const credentials = headers.find((header) => header.startsWith('Authorization'));
    this.#add('>', whole ? bytes : `${line}\n${credentials}`);
    const accepted = answer.status === 101;
    this.#add('<', whole || !accepted ? answer.raw : answer.raw.split('\r\n')[0]);
    if (!accepted) {
      peer.destroy();
      return answer;
    }
    return {
      say: (message) => {
        const text = JSON.stringify(message);
        this.#add('>', text);
        peer.write(frame(TEXT, text));
      },
      // The next frame: a message, or {code, reason} of a close.
      hear: async () => {
        const got = await peer.frame();
        if (got.opcode === CLOSE) {
          this.#add('<', `close ${got.code} ${got.reason}`);
          return { code: got.code, reason: got.reason };
        }
        this.#add('<', got.payload.toString('utf8'));
        return JSON.parse(got.payload.toString('utf8'));
      },
      close: (code = 1000) => {
        this.#add('>', `close ${code}`);
        const payload = Buffer.alloc(2);
        payload.writeUInt16BE(code);
        peer.write(frame(CLOSE, payload));
      },
      cut: () => {
        this.note('the line is cut');
        peer.destroy();
      },
    };
  }

  toString() {
    return `${this.lines.join('\n')}\n`;
  }
}
