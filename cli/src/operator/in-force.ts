import type { Commitment } from '@solana/web3.js';
import type { GlobalConfig, Slot } from '#client';
import { LockstepError, readConfig } from '#client';
import { pause } from '../pause.ts';
import type { Desk } from './desk.ts';
import type { Plan } from './plan.ts';
import { isSame, stateAt } from './settings.ts';

/** A node behind a load balancer may lag behind the one that answered before. */
const POLL_MS = 100;
const LAG_MS = 60_000;

/** Whether the account, as it stands, holds every value the plan was to give it. */
export function isInForce(config: GlobalConfig, { differences, slot }: Plan): boolean {
  const state = new Map(stateAt(config, slot).map(({ name, value }) => [name, value]));
  return differences.every((one) => isSame(state.get(one.name), one.new));
}

/**
 * Reads the config again, from the landing slot or later; a node that lags or is away for a moment is waited for. Answers the
 * slot it was read at.
 * @throws LockstepError CONFIG_DIFFERS, NODE_BEHIND
 */
export async function proveInForce(desk: Desk, plan: Plan, landedAt: Slot, commitment: Commitment): Promise<Slot> {
  const deadline = performance.now() + LAG_MS;
  for (;;) {
    const read = await readConfig(desk.connection, desk.program, commitment).catch(() => undefined);
    if (read !== undefined && read.slot >= landedAt) {
      if (isInForce(read.value, plan)) return read.slot;
      throw differs(read.slot, landedAt);
    }
    if (performance.now() > deadline) throw behind(read?.slot, landedAt);
    await pause(POLL_MS, desk.signal);
  }
}

const differs = (slot: Slot, landedAt: Slot): LockstepError =>
  new LockstepError(
    'CONFIG_DIFFERS',
    `the change landed at slot ${landedAt}, but at slot ${slot} the config holds something else`,
    'Somebody changed it again in between: look with `lockstep config show`.',
  );

const behind = (slot: Slot | undefined, landedAt: Slot): LockstepError =>
  new LockstepError(
    'NODE_BEHIND',
    `the change landed at slot ${landedAt}, but the node shows ${slot === undefined ? 'no config' : `that of slot ${slot}`}`,
    'Look again with `lockstep config show`; do not repeat the change.',
  );
