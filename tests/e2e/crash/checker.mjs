// Whether what clients were told is true: a pure function of their journals and of what
// the store says afterwards.
//
// journal: {
//   sends:    [{ agent, key, command, order }]   answered with OK; `order` counts per agent,
//                                                and each began after the one before was answered
//   executed: [{ agent, command }]               in the order in which they happened
//   events:   [{ agent, event }]                 acknowledged to the agent
// }
// store: { commands: [{ command_id, agent_id, state, max_deliveries }],
//          events: [{ agent_id, event_id }] }
// Gives the broken promises, a sentence each.

const DONE = 'COMPLETED';
const IN_DOUBT = 'IN_DOUBT';

const countBy = (items, keyOf) => {
  const counts = new Map();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
};

function checkSends({ sends }, stored, problems) {
  const byKey = new Map();
  for (const { key, command } of sends) {
    if (!stored.has(command)) problems.push(`the acknowledged command ${command} is lost`);
    const earlier = byKey.get(key);
    if (earlier !== undefined && earlier !== command) {
      problems.push(`the key ${key} has made two commands, ${earlier} and ${command}`);
    }
    byKey.set(key, command);
  }
}

function checkStates(stored, executions, problems) {
  for (const { command_id: id, state, max_deliveries: max } of stored.values()) {
    const times = executions.get(id) ?? 0;
    if (max > 0 && times > max) {
      problems.push(`${id} was executed ${times} times, and ${max} deliveries were allowed`);
    }
    if (state !== DONE && !(state === IN_DOUBT && max > 0)) {
      problems.push(`${id} is ${state} when all is quiet`);
    }
    if (state === DONE && times === 0) problems.push(`${id} is ${DONE}, and nobody has executed it`);
  }
}

// Of commands of equal priority, an agent sees the first of each in the order of the sends.
function checkOrder({ sends, executed }, problems) {
  const orders = new Map(sends.map(({ command, order }) => [command, order]));
  const last = new Map();
  const seen = new Set();
  for (const { agent, command } of executed) {
    if (seen.has(command) || !orders.has(command)) continue;
    seen.add(command);
    const order = orders.get(command);
    if (order < (last.get(agent) ?? -1)) {
      problems.push(`${agent} saw its send ${order} (${command}) after send ${last.get(agent)}`);
    }
    last.set(agent, Math.max(order, last.get(agent) ?? -1));
  }
}

function checkEvents({ events }, store, problems) {
  const stored = countBy(store.events, (event) => `${event.agent_id} ${event.event_id}`);
  for (const { agent, event } of events) {
    if (!stored.has(`${agent} ${event}`)) {
      problems.push(`the acknowledged event ${event} of ${agent} is lost`);
    }
  }
  for (const [event, count] of stored) {
    if (count > 1) problems.push(`the event ${event} is stored ${count} times`);
  }
}

export function check(journal, store) {
  const problems = [];
  const stored = new Map(store.commands.map((command) => [command.command_id, command]));
  const executions = countBy(journal.executed, ({ command }) => command);
  checkSends(journal, stored, problems);
  checkStates(stored, executions, problems);
  checkOrder(journal, problems);
  checkEvents(journal, store, problems);
  return problems;
}
