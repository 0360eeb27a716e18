import fc from 'fast-check';
import { putTokens } from '../../program/setup/tokens.ts';
import { build, keys } from '../../program/setup/world.ts';
import { anyAmounts, anyAtoms, anyIndex, anyPerson, happens, MAX, mostly, seldom } from './happening.ts';
import type { Stage } from './stage.ts';

const market = keys.market.publicKey;

export const openTrader = happens(
  'openTrader',
  fc.record({ by: anyPerson, reuseIndex: fc.oneof(fc.constant(undefined), fc.nat(5)) }),
  (stage, { by, reuseIndex }) => {
    const signer = stage.signer(by);
    const owner = signer.publicKey;
    const reuse = reuseIndex === undefined ? {} : { reuseIndex };
    return {
      signer,
      instruction: build.openTrader({ owner, market, ...reuse }),
      tell: (model) => model.openTrader(owner, reuseIndex),
    };
  },
);

/** The owner of an entry most of the time, somebody else sometimes. */
const anyEntry = fc.record({ index: anyIndex, other: seldom(anyPerson) });

function ownerOf(stage: Stage, { index, other }: { index: number; other: number | undefined }) {
  const owner = stage.model.market.entries[index]?.owner;
  const person = stage.people.find((candidate) => owner !== undefined && candidate.key.publicKey.equals(owner));
  return other === undefined && person !== undefined ? person : stage.person(other ?? 0);
}

/** An entry with a request, if there is one: else most steps of a withdrawal would meet none. */
const anyRequested = fc.record({
  index: anyIndex,
  other: seldom(anyPerson),
  isExact: fc.nat(3),
});

function requestedEntry(stage: Stage, input: { index: number; other: number | undefined; isExact: number }) {
  const { entries } = stage.model.market;
  const pending = [...entries.keys()].filter((index) => entries[index]?.unlockSlot !== 0n);
  const index = input.isExact === 0 ? input.index : (pending[input.index % Math.max(pending.length, 1)] ?? input.index);
  return { index, other: input.other };
}

export const closeTrader = happens(
  'closeTrader',
  fc.record({ index: fc.nat(5), other: seldom(anyPerson) }),
  (stage, input) => {
    const { key } = ownerOf(stage, input);
    const { index } = input;
    return {
      signer: key,
      instruction: build.closeTrader({ owner: key.publicKey, market, index }),
      tell: (model) => model.closeTrader(key.publicKey, index),
    };
  },
);

export const deposit = happens(
  'deposit',
  fc.record({
    entry: anyEntry,
    amounts: fc.oneof(
      { weight: 9, arbitrary: anyAmounts },
      { weight: 1, arbitrary: fc.record({ baseLots: fc.constantFrom(2n ** 62n, MAX), quoteAtoms: anyAtoms }) },
    ),
  }),
  (stage, { entry, amounts }) => {
    const { key, base, quote } = ownerOf(stage, entry);
    const { index } = entry;
    putTokens(stage.world.chain, base, { mint: keys.baseMint, owner: key.publicKey, amount: 2n ** 40n });
    putTokens(stage.world.chain, quote, { mint: keys.quoteMint, owner: key.publicKey, amount: 2n ** 40n });
    return {
      signer: key,
      instruction: build.deposit({
        owner: key.publicKey,
        market,
        index,
        ...amounts,
        baseSource: base,
        quoteSource: quote,
      }),
      tell: (model) => model.deposit(key.publicKey, index, amounts),
    };
  },
);

export const requestWithdrawal = happens(
  'requestWithdrawal',
  fc.record({ entry: anyEntry, amounts: anyAmounts }),
  (stage, { entry, amounts }) => {
    const { key, base, quote } = ownerOf(stage, entry);
    const to = { baseDestination: base, quoteDestination: quote };
    const request = { owner: key.publicKey, index: entry.index, ...amounts, ...to };
    return {
      signer: key,
      instruction: build.requestWithdrawal({ ...request, market }),
      tell: (model) => model.requestWithdrawal(request),
    };
  },
);

export const executeWithdrawal = happens('executeWithdrawal', anyRequested, (stage, input) => {
  const entry = requestedEntry(stage, input);
  const { key, base, quote } = ownerOf(stage, entry);
  const withdrawal = { owner: key.publicKey, index: entry.index, baseDestination: base, quoteDestination: quote };
  return {
    signer: key,
    instruction: build.executeWithdrawal({ ...withdrawal, market }),
    tell: (model) => model.executeWithdrawal(withdrawal),
  };
});

export const cancelWithdrawal = happens('cancelWithdrawal', anyRequested, (stage, input) => {
  const entry = requestedEntry(stage, input);
  const { key } = ownerOf(stage, entry);
  return {
    signer: key,
    instruction: build.cancelWithdrawal({ owner: key.publicKey, market, index: entry.index }),
    tell: (model) => model.cancelWithdrawal(key.publicKey, entry.index),
  };
});

export const holdWithdrawal = happens(
  'holdWithdrawal',
  fc.record({
    by: mostly('guardian'),
    index: anyIndex,
    holdSlots: fc.oneof(fc.bigInt({ min: 1n, max: 80n }), fc.constantFrom(0n, 216_000n, 216_001n)),
  }),
  (stage, { by, index, holdSlots }) => {
    const signer = stage.signer(by);
    const guardian = signer.publicKey;
    return {
      signer,
      instruction: build.holdWithdrawal({ guardian, market, index, holdSlots }),
      tell: (model) => model.holdWithdrawal({ guardian, index, holdSlots }),
    };
  },
);
