// Waiting: always for a condition, always with a deadline.

// Generous, because the same tests run under sanitizers on small machines. It is
// spent only by a test that is about to fail.
export const DEADLINE_MS = Number(process.env.EDGEPLANE_E2E_DEADLINE_MS ?? 30_000);

const POLL_INTERVAL_MS = 20;

// Calls `probe` until it gives something true, and gives that. A probe that
// throws has not succeeded yet; what it threw last is told when time is up.
export async function until(what, probe, deadlineMs = DEADLINE_MS) {
  const end = Date.now() + deadlineMs;
  let last;
  for (;;) {
    try {
      const value = await probe();
      if (value) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) {
      throw new Error(`not within ${deadlineMs} ms: ${what}`, { cause: last });
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
}

// The promise's result, or an error that says what did not happen.
export async function within(what, promise, deadlineMs = DEADLINE_MS) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${deadlineMs} ms: ${what}`)), deadlineMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
