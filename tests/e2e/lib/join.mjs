// Join tokens and what registers with them.
import { post } from './http.mjs';

// {token, join_token}; the token is a secret of the server's from then on.
export async function createJoinToken(server, fields = {}) {
  const made = await server.operator.call('CreateJoinToken', fields);
  server.secrecy.keep(made.token);
  return made;
}

export const register = (server, body, options = {}) =>
  post(server, '/edge/register', { body, ...options });
