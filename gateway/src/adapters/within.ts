import { setTimeout as sleep } from 'node:timers/promises';

/** What the call answers. @throws what it throws, and an Error when it has no answer by then; it goes on all the same */
export async function within<T>(call: Promise<T>, ms: number): Promise<T> {
  const answered = new AbortController();
  const timeout = sleep(ms, undefined, { signal: answered.signal }).then(
    () => Promise.reject(new Error(`no answer within ${ms} ms`)),
    () => new Promise<never>(() => {}),
  );
  try {
    return await Promise.race([call, timeout]);
  } finally {
    answered.abort();
  }
}
