import type { Redis } from 'ioredis';
import { LockstepError } from '#client';
import type { Desk } from '../operator/desk.ts';
import type { Authority } from '../operator/signing.ts';
import type { Evidence, Operation } from './journal.ts';
import type { Patience } from './patience.ts';
import type { Site } from './site.ts';
import type { Thresholds } from './thresholds.ts';

/** What the steps of an operation work with. */
export interface Scene {
  readonly desk: Desk;
  readonly site: Site;
  readonly redis: Redis;
  readonly authority: Authority;
  /** File of the authority's key; undefined: the key is in the environment. */
  readonly keypair: string | undefined;
  readonly thresholds: Thresholds;
  readonly patience: Patience;
  /** A Prometheus to be asked instead of the relayer. */
  readonly prometheus: string | undefined;
  /** As it is written down now. */
  readonly operation: () => Operation;
  /** @throws LockstepError SUPERSEDED once a newer operation is in charge; the signal's reason */
  readonly requireInCharge: () => Promise<void>;
}

/** What it takes to ask the engine, the stream or the chain of a site. */
export type Place = Pick<Scene, 'desk' | 'site' | 'redis' | 'patience' | 'requireInCharge'>;

/** What it takes to look at a market's lane. */
export interface LanePlace {
  readonly desk: Pick<Desk, 'connection' | 'program' | 'rpcUrl'>;
  readonly site: Pick<Site, 'market' | 'lane'>;
  readonly redis: Redis;
}

/**
 * One thing that is done and then true. Carried out again after a crash in its middle it does what is left: each looks first, or asks for
 * something that is the same when asked twice.
 */
export interface Step<S extends Scene = Scene> {
  readonly name: string;
  /** What it does, for people. */
  readonly title: string;
  /** What shows that it was done. @throws LockstepError, Held */
  run(scene: S): Promise<Evidence>;
}

/** What was rolled out does harm: it is taken back. */
export class Breached extends LockstepError {}
