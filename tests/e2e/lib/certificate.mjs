// Self-signed certificates for localhost, made by openssl.
import fs from 'node:fs';
import path from 'node:path';
import { run } from './process.mjs';

// cert.pem and key.pem in `directory`, over what lies there, each there as a whole. Gives
// their paths.
export async function makeCertificate(directory, name = 'localhost') {
  const [key, certificate] = [path.join(directory, 'key.pem'), path.join(directory, 'cert.pem')];
  const made = await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-days', '2', '-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost'],
    ...['-keyout', `${key}.new`, '-out', `${certificate}.new`],
  ]);
  if (made.code !== 0) throw new Error(`openssl: ${made.stderr}`);
  fs.renameSync(`${key}.new`, key);
  fs.renameSync(`${certificate}.new`, certificate);
  return { certificate, key };
}
