import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, PublicKey } from '@solana/web3.js';
import type { Logger } from 'pino';
import { readConfig } from '#client';
import type { Settlement } from '../../domain/settlement.ts';
import type { SettlementWatch } from '../../ports.ts';

export interface SettlementWatchDeps {
  /** Its calls end by themselves after a while. */
  readonly connection: Connection;
  readonly programId: PublicKey;
  readonly logger: Logger;
}

const LOOK_EVERY_MS = 2_000;
/** What was seen is believed so long while the cluster does not answer. */
const BELIEVED_MS = 15_000;

/** Reads the config every two seconds, whatever the number of clients. */
export function createSettlementWatch({ connection, programId, logger }: SettlementWatchDeps): SettlementWatch {
  const listeners = new Set<() => void>();
  const stop = new AbortController();
  let state: Settlement = 'unknown';
  let seenAt = performance.now();

  const see = (found: Settlement) => {
    if (found === state || stop.signal.aborted) return;
    logger.info({ settlement: found }, 'settlement');
    state = found;
    for (const listener of listeners) listener();
  };
  const look = async () => {
    try {
      const { value } = await readConfig(connection, programId, 'confirmed');
      seenAt = performance.now();
      see(value.isPaused ? 'paused' : 'running');
    } catch (error) {
      logger.debug({ err: error }, 'the config can not be read');
      if (performance.now() - seenAt > BELIEVED_MS) see('unknown');
    }
  };
  const run = async () => {
    while (!stop.signal.aborted) {
      await look();
      await sleep(LOOK_EVERY_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  };
  void run();
  return {
    state: () => state,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => stop.abort(),
  };
}
