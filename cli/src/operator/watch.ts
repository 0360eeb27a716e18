import type { At, GlobalConfig } from '#client';
import { configAddress, LockstepError, readConfig, websocketUrlOf } from '#client';
import { pause } from '../pause.ts';
import { fromNode } from '../rpc.ts';
import { listenToAccount } from './account-hints.ts';
import type { Desk } from './desk.ts';
import { differencesOf, differenceText, stateAt } from './settings.ts';

/** The account is read so often even when the node's websocket says nothing: a schedule begins without a transaction. */
const REREAD_MS = 1_000;

/**
 * Says what of the config changes, as it happens, until the signal. A node that is away is said once, and waited for.
 * @throws LockstepError ACCOUNT_MISSING, ACCOUNT_UNREADABLE
 */
export async function watchConfig(desk: Desk, first: At<GlobalConfig>): Promise<void> {
  const { connection, program, rpcUrl, output, signal } = desk;
  const bell = createBell();
  const stop = listenToAccount(websocketUrlOf(rpcUrl), configAddress(program), bell.ring);
  try {
    let last = first;
    let isAway = false;
    while (!signal.aborted) {
      await bell.wait(REREAD_MS, signal);
      const now = await fromNode(rpcUrl, () => readConfig(connection, program, 'confirmed')).catch(unavailable);
      if (now instanceof LockstepError) {
        if (!isAway) output.say(`${now.code}: ${now.message}`);
        isAway = true;
        continue;
      }
      if (isAway) output.say('the node answers again');
      isAway = false;
      // A node behind a load balancer may show an older slot than the last one did.
      if (now.slot < last.slot) continue;
      tell(desk, last, now);
      last = now;
    }
  } finally {
    stop();
  }
}

function tell({ output }: Desk, last: At<GlobalConfig>, now: At<GlobalConfig>): void {
  const differences = differencesOf(stateAt(last.value, last.slot), stateAt(now.value, now.slot));
  if (differences.length === 0) return;
  for (const one of differences) output.say(`slot ${now.slot}: ${differenceText(one)}`);
  const changes = differences.map(({ name, old, new: next }) => ({ name, old, new: next }));
  output.result({ slot: now.slot, changes });
}

function unavailable(error: unknown): LockstepError {
  if (error instanceof LockstepError && error.code === 'RPC_UNAVAILABLE') return error;
  throw error;
}

/** Wakes one waiter; a ring while nobody waits is kept. */
function createBell() {
  let isRung = false;
  let wake = () => {};
  return {
    ring() {
      isRung = true;
      wake();
    },
    /** Returns at the ring, after `ms`, or at the signal. */
    async wait(ms: number, signal: AbortSignal): Promise<void> {
      const early = new AbortController();
      wake = () => early.abort();
      if (isRung) wake();
      await pause(ms, AbortSignal.any([signal, early.signal])).catch(() => undefined);
      isRung = false;
    },
  };
}
