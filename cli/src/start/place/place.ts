import type { Connection, PublicKey } from '@solana/web3.js';
import type { InitializeArgs } from '#client';
import type { Watchdog } from '../../watchdog.ts';
import type { Cleanup } from '../cleanup.ts';
import type { Keys } from '../venue.ts';

/** What a run's parts get from the run. */
export interface RunBase {
  /** A folder of the run's own, mode 0700, gone with it. */
  readonly dir: string;
  readonly watchdog: Watchdog;
  readonly cleanup: Cleanup;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** Ends the run. */
  readonly fail: (error: unknown) => void;
}

/** The chain a run settles on, with a settlement program it may use. */
export interface ChainPlace {
  readonly rpcUrl: string;
  /** Undefined: where web3.js looks for it. */
  readonly wsUrl: string | undefined;
  readonly connection: Connection;
  readonly keys: Keys;
  readonly program: PublicKey;
  /** The config in effect; undefined when the run has to initialise it. */
  readonly config: InitializeArgs | undefined;
  readonly slotMs: number;
  /** How often the chain is looked at. */
  readonly pollMs: number;
  /** For people: node and program. */
  readonly description: string;
}

/** The Redis a run uses. */
export interface RedisPlace {
  /** May hold a password: never shown. */
  readonly url: string;
  /** For people. */
  readonly description: string;
  /** How to look into it by hand; a password has to be added. */
  readonly command: string;
  /** What the run writes there for this market goes away with the run. */
  tidyAfter(market: PublicKey): void;
}

/** What a run will need, for funding and for a node's memory. */
export interface RunSize {
  readonly trades: number;
  readonly traders: number;
}
