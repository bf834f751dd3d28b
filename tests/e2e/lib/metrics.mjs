// The Prometheus text exposition format, version 0.0.4, as far as edgeplane
// uses it.
import http from 'node:http';
import { within } from './wait.mjs';

// One GET on the metrics listener: {status, headers, body}.
export function get({ host, port }, path) {
  return within(
    `GET ${path}`,
    new Promise((resolve, reject) => {
      const request = http.get({ host, port, path, agent: false }, (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode,
            headers: response.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      });
      request.on('error', reject);
    }),
  );
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;

const keyOf = (name, labels) =>
  `${name}{${Object.entries(labels)
    .sort()
    .map(([k, v]) => `${k}=${v}`)
    .join(',')}}`;

export class Metrics {
  types = new Map(); // family -> type
  help = new Map(); // family -> what it says it is
  samples = []; // {name, labels, value}
  #values = new Map();

  constructor(text) {
    this.text = text;
    for (const line of text.split('\n')) {
      if (line.startsWith('# TYPE ')) {
        const [, , name, type] = line.split(' ');
        this.types.set(name, type);
      } else if (line.startsWith('# HELP ')) {
        const [, , name, ...words] = line.split(' ');
        this.help.set(name, words.join(' '));
      } else if (line !== '' && !line.startsWith('#')) {
        const match = SAMPLE.exec(line);
        if (!match) throw new Error(`not a sample: ${line}`);
        const labels = Object.fromEntries(
          [...(match[2] ?? '').matchAll(LABEL)].map((label) => [label[1], label[2]]),
        );
        this.samples.push({ name: match[1], labels, value: Number(match[3]) });
        this.#values.set(keyOf(match[1], labels), Number(match[3]));
      }
    }
  }

  // 0 for a child that does not exist (yet).
  value(name, labels = {}) {
    return this.#values.get(keyOf(name, labels)) ?? 0;
  }

  sum(name) {
    return this.samples.filter((s) => s.name === name).reduce((total, s) => total + s.value, 0);
  }

  // "name type label,label" for every family, as in metrics.golden.
  shape() {
    return [...this.types]
      .map(([family, type]) => {
        const labels = new Set();
        for (const sample of this.samples) {
          const base =
            type === 'histogram' ? sample.name.replace(/_(bucket|sum|count)$/, '') : sample.name;
          if (base === family) Object.keys(sample.labels).forEach((label) => labels.add(label));
        }
        labels.delete('le');
        return [family, type, ...[...labels].sort()].join(' ');
      })
      .sort();
  }
}
