import fc from 'fast-check';
import type { Act, By, Stage } from './stage.ts';

/** Something that happens: slots or trade ids passing, or an instruction resolved when its turn comes. */
export type Happening =
  | { readonly slots: bigint }
  | { readonly tradeIds: bigint }
  | { readonly name: string; readonly input: unknown; readonly resolve: (stage: Stage) => Act };

export const happens = <T>(name: string, inputs: fc.Arbitrary<T>, resolve: (stage: Stage, input: T) => Act) =>
  inputs.map((input): Happening => {
    const act = (stage: Stage) => resolve(stage, input);
    // Counterexamples show what happened, not how it is resolved.
    return Object.defineProperty({ name, input, resolve: act }, 'resolve', { enumerable: false });
  });

export const anyPerson = fc.nat(4);
/** Mostly the first three entries, which always exist. */
export const anyIndex = fc.oneof({ weight: 6, arbitrary: fc.nat(2) }, { weight: 2, arbitrary: fc.nat(5) });

export const seldom = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

/** Mostly the one who may, sometimes another. */
export const mostly = (role: By): fc.Arbitrary<By> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant(role) },
    { weight: 1, arbitrary: fc.oneof(anyPerson, fc.constantFrom<By>('admin', 'guardian', 'relayer')) },
  );

export const anyLots = fc.bigInt({ min: 0n, max: 1_200_000n });
export const anyAtoms = fc.bigInt({ min: 0n, max: 1_200_000_000n });
export const anyAmounts = fc.record({ baseLots: anyLots, quoteAtoms: anyAtoms });
export const edge = (...values: bigint[]) => ({ weight: 1, arbitrary: fc.constantFrom(...values) });
export const MAX = 2n ** 64n - 1n;
