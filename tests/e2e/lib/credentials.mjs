// Bearers as agents make them.
import crypto from 'node:crypto';

const now = () => Math.floor(Date.now() / 1000);

// base64("ID:PHONE:TS:" + hex(HMAC-SHA256(secret, "ID:PHONE:TS")))
export function hmacToken(secret, id, phone, ageSeconds = 0) {
  const signed = `${id}:${phone}:${now() - ageSeconds}`;
  const mac = crypto.createHmac('sha256', secret).update(signed).digest('hex');
  return Buffer.from(`${signed}:${mac}`).toString('base64');
}

export const randomSecret = () => crypto.randomBytes(32).toString('hex');
