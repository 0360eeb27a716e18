import type { Idl } from '../idl/model.ts';
import type { Resolver } from '../layout/resolve.ts';

/** Allocated bytes of account types by name, discriminator included. */
export type Sizes = ReadonlyMap<string, number>;

/** Two IDLs, and what every check of them needs. */
export interface Sides {
  readonly old: Idl;
  readonly next: Idl;
  readonly oldTypes: Resolver;
  readonly newTypes: Resolver;
  readonly sizes: Sizes;
  /** Whether zero-copy numbers are Pod wrappers: Anchor v2 lists them among the types. */
  readonly isPod: boolean;
}
