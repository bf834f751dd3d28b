// One attempt for each reason a default server can refuse an HTTP call for; as in
// refusal_cases.mjs.
import assert from 'node:assert/strict';
import { exchange, httpRequest } from './raw.mjs';

const ID = '0190a5b4-0000-7000-8000-000000000000';

export function httpRefusalCases(server, { known, other, disabled, wrong }) {
  const as = (agent, change = {}) => ({
    Authorization: `Bearer ${agent.secret}`,
    'X-Edge-Agent-Id': agent.id,
    ...change,
  });
  const call = (method, target, headers, body) =>
    exchange(server, httpRequest(method, target, headers, body));
  const sync = (headers, body = {}, target = '/edge/sync') => call('POST', target, headers, body);
  const ack = (headers, body) => call('POST', '/edge/command/ack', headers, body);
  const closes = (answer) => assert.equal(answer.headers.connection, 'close');

  return [
    {
      name: 'a sync that is no JSON',
      reason: 'MALFORMED_REQUEST',
      status: 400,
      attempt: () => sync(as(known), '{"edge_agent_id":'),
      answer: closes,
      row: (row) => {
        assert.equal(row.presented.path, '/edge/sync');
        assert.match(row.detail, /JSON/);
      },
    },
    {
      name: 'an acknowledgement that says nothing',
      reason: 'MALFORMED_REQUEST',
      status: 400,
      attempt: () => ack(as(known), { command_id: ID }),
      row: (row) => assert.match(row.detail, /success/),
    },
    {
      name: 'a registration without a phone',
      reason: 'MALFORMED_REQUEST',
      status: 400,
      attempt: () => call('POST', '/edge/register', {}, { registration_token: 'x' }),
      row: (row) => assert.match(row.detail, /user_phone/),
    },
    {
      name: 'a body that is too large',
      reason: 'REQUEST_TOO_LARGE',
      status: 413,
      attempt: () => sync(as(known, { 'Content-Length': '262145' })),
    },
    ...[
      ['/edge/sync', 'GET', 'POST'],
      ['/edge/register', 'GET', 'POST'],
      ['/edge/command/ack', 'PUT', 'POST'],
      ['/edge/ack_command', 'OPTIONS', 'POST'],
      ['/edge/agents/known', 'POST', 'GET'],
      ['/health', 'DELETE', 'GET'],
    ].map(([target, method, allow]) => ({
      name: `${method} ${target}`,
      reason: 'METHOD_NOT_ALLOWED',
      status: 405,
      attempt: () => call(method, target, as(known)),
      answer: (answer) => assert.equal(answer.headers.allow, allow),
    })),
    {
      name: 'a sync that names no agent',
      reason: 'AGENT_ID_MISSING',
      status: 400,
      claims: '',
      attempt: () => sync({ Authorization: `Bearer ${known.secret}` }),
    },
    {
      name: 'a sync of an id with a slash',
      reason: 'AGENT_ID_MALFORMED',
      status: 400,
      claims: '../other',
      attempt: () =>
        sync({ Authorization: `Bearer ${known.secret}` }, { edge_agent_id: '../other' }),
    },
    {
      name: 'a sync whose body names another agent',
      reason: 'AGENT_ID_CONFLICT',
      status: 400,
      attempt: () => sync(as(known), { edge_agent_id: other.id }),
    },
    {
      name: 'a registration token in the URL',
      reason: 'SECRET_IN_URL',
      status: 400,
      claims: '',
      attempt: () => call('POST', '/edge/register?registration_token=ejt_0', {}, {}),
    },
    {
      name: 'a sync without Authorization',
      reason: 'CREDENTIALS_MISSING',
      status: 401,
      attempt: () => sync({ 'X-Edge-Agent-Id': known.id }),
    },
    {
      name: 'an acknowledgement with Basic',
      reason: 'AUTHORIZATION_MALFORMED',
      status: 401,
      attempt: () => ack(as(known, { Authorization: 'Basic eDp5' })),
    },
    {
      name: 'a sync of an unknown agent',
      reason: 'AGENT_UNKNOWN',
      status: 401,
      claims: 'nobody-polls',
      attempt: () => sync(as({ id: 'nobody-polls', secret: wrong })),
    },
    {
      name: "a sync with another agent's secret",
      reason: 'SECRET_MISMATCH',
      status: 401,
      claims: other.id,
      attempt: () => sync(as({ id: other.id, secret: known.secret })),
      row: (row) => {
        assert.equal(row.presented.path, '/edge/sync');
        assert.equal(row.expected.fingerprint, other.agent.secret_fingerprint);
      },
    },
    {
      name: 'a sync of a disabled agent',
      reason: 'AGENT_DISABLED',
      status: 403,
      claims: disabled.id,
      attempt: () => sync(as(disabled)),
    },
    {
      name: "an agent's secret where an operator's token is due",
      reason: 'OPERATOR_TOKEN_UNKNOWN',
      status: 401,
      claims: '',
      attempt: () => call('GET', `/edge/agents/${known.id}`, as(known)),
      row: (row) => assert.equal(row.presented.path, `/edge/agents/${known.id}`),
    },
  ];
}
