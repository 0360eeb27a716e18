import fc from 'fast-check';
import type { SchedulableFields, TradeV1 } from '#client';
import { baseLots, changeOf, encodeBatchV1, price, sequence, slot, tradeId } from '#client';
import { fields } from '../../program/setup/fields.ts';
import { putTokens } from '../../program/setup/tokens.ts';
import { build, keys } from '../../program/setup/world.ts';
import type { Act, By, Stage } from './stage.ts';

/** Something that happens: slots or trade ids passing, or an instruction resolved when its turn comes. */
export type Happening =
  | { readonly slots: bigint }
  | { readonly tradeIds: bigint }
  | { readonly name: string; readonly resolve: (stage: Stage) => Act };

const market = keys.market.publicKey;

const happens = <T>(name: string, inputs: fc.Arbitrary<T>, resolve: (stage: Stage, input: T) => Act) =>
  inputs.map((input): Happening => ({ name, resolve: (stage) => resolve(stage, input) }));

const anyPerson = fc.nat(4);
/** Mostly the first three entries, which always exist. */
const anyIndex = fc.oneof({ weight: 6, arbitrary: fc.nat(2) }, { weight: 2, arbitrary: fc.nat(5) });

const seldom = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
/** Mostly the one who may, sometimes another. */
const mostly = (role: By): fc.Arbitrary<By> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant(role) },
    { weight: 1, arbitrary: fc.oneof(anyPerson, fc.constantFrom<By>('admin', 'guardian', 'relayer')) },
  );

const anyLots = fc.bigInt({ min: 0n, max: 1_200_000n });
const anyAtoms = fc.bigInt({ min: 0n, max: 1_200_000_000n });
const anyAmounts = fc.record({ baseLots: anyLots, quoteAtoms: anyAtoms });
const edge = (...values: bigint[]) => ({ weight: 1, arbitrary: fc.constantFrom(...values) });
const MAX = 2n ** 64n - 1n;

interface TradeInput {
  readonly buyer: number;
  readonly seller: number;
  readonly price: bigint;
  readonly quantity: bigint;
  readonly takerIsBuyer: boolean;
  readonly idOffset: bigint;
}

const anyTrade: fc.Arbitrary<TradeInput> = fc.record({
  buyer: fc.oneof({ weight: 8, arbitrary: fc.nat(2) }, { weight: 1, arbitrary: anyIndex }),
  seller: fc.oneof({ weight: 8, arbitrary: fc.nat(2) }, { weight: 1, arbitrary: anyIndex }),
  price: fc.oneof({ weight: 12, arbitrary: fc.bigInt({ min: 1n, max: 5000n }) }, edge(0n, MAX, 2n ** 32n)),
  quantity: fc.oneof({ weight: 12, arbitrary: fc.bigInt({ min: 0n, max: 200_000n }) }, edge(0n, MAX, 2n ** 32n)),
  takerIsBuyer: fc.boolean(),
  idOffset: fc.oneof({ weight: 40, arbitrary: fc.constant(0n) }, edge(-1n, 1n)),
});

/** Mostly two different traders: a batch of accidents would never settle. */
const anySensibleTrade = anyTrade.map((trade) =>
  trade.buyer === trade.seller && trade.price % 7n !== 0n ? { ...trade, seller: (trade.seller + 1) % 3 } : trade,
);

type Damage = (data: Uint8Array) => Uint8Array;

const anyDamage: fc.Arbitrary<Damage> = fc.oneof(
  { weight: 20, arbitrary: fc.constant<Damage>((data) => data) },
  {
    weight: 1,
    arbitrary: fc.nat(200).map(
      (cut): Damage =>
        (data) =>
          data.subarray(0, cut % (data.length + 1)),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ minLength: 1, maxLength: 40 }).map(
      (tail): Damage =>
        (data) =>
          Uint8Array.from([...data, ...tail]),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })).map(
      ([at, byte]): Damage =>
        (data) => {
          const changed = data.slice();
          changed[at % changed.length] = byte;
          return changed;
        },
    ),
  },
);

function payload(stage: Stage, trades: readonly TradeInput[], sequenceOffset: bigint): Uint8Array {
  const { lastTradeId, nextSequence } = stage.model.market;
  const list = trades.map(
    (trade, i): TradeV1 => ({
      ...trade,
      tradeId: tradeId(
        lastTradeId + 1n + BigInt(i) + (lastTradeId === 0n && trade.idOffset < 0n ? 0n : trade.idOffset),
      ),
      price: price(trade.price),
      quantity: baseLots(trade.quantity),
    }),
  );
  return encodeBatchV1({ sequence: sequence(nextSequence + sequenceOffset), trades: list });
}

const settle = happens(
  'settle',
  fc.record({
    by: mostly('relayer'),
    trades: fc.array(anySensibleTrade, { maxLength: 5 }),
    sequenceOffset: fc.oneof({ weight: 15, arbitrary: fc.constant(0n) }, edge(-1n, 1n)),
    damage: anyDamage,
  }),
  (stage, input) => {
    const signer = stage.signer(input.by);
    const data = input.damage(payload(stage, input.trades, input.sequenceOffset));
    const relayer = signer.publicKey;
    return {
      signer,
      instruction: build.settleBatch({ relayer, market, data }),
      tell: (model) => model.settle({ relayer, data }),
    };
  },
);

const ping = happens(
  'ping',
  fc.record({ by: mostly('relayer'), nonce: fc.bigInt({ min: 0n, max: MAX }) }),
  (stage, input) => {
    const signer = stage.signer(input.by);
    const { nonce } = input;
    const relayer = signer.publicKey;
    return {
      signer,
      instruction: build.ping({ relayer, market, nonce }),
      tell: (model) => model.ping({ relayer, nonce }),
    };
  },
);

const openTrader = happens(
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

const closeTrader = happens(
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

const deposit = happens(
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

const requestWithdrawal = happens(
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

const executeWithdrawal = happens('executeWithdrawal', anyRequested, (stage, input) => {
  const entry = requestedEntry(stage, input);
  const { key, base, quote } = ownerOf(stage, entry);
  const withdrawal = { owner: key.publicKey, index: entry.index, baseDestination: base, quoteDestination: quote };
  return {
    signer: key,
    instruction: build.executeWithdrawal({ ...withdrawal, market }),
    tell: (model) => model.executeWithdrawal(withdrawal),
  };
});

const cancelWithdrawal = happens('cancelWithdrawal', anyRequested, (stage, input) => {
  const entry = requestedEntry(stage, input);
  const { key } = ownerOf(stage, entry);
  return {
    signer: key,
    instruction: build.cancelWithdrawal({ owner: key.publicKey, market, index: entry.index }),
    tell: (model) => model.cancelWithdrawal(key.publicKey, entry.index),
  };
});

const holdWithdrawal = happens(
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

const growMarket = happens('growMarket', fc.record({ by: mostly('admin') }), (stage, { by }) => {
  const signer = stage.signer(by);
  return {
    signer,
    instruction: build.growMarket({ admin: signer.publicKey, market }),
    tell: (model) => model.growMarket(signer.publicKey),
  };
});

const collectFees = happens(
  'collectFees',
  fc.record({ by: mostly('admin'), amount: fc.bigInt({ min: 0n, max: 3000n }) }),
  (stage, { by, amount }) => {
    const signer = stage.signer(by);
    const destination = stage.person(4).quote;
    return {
      signer,
      instruction: build.collectFees({ admin: signer.publicKey, market, destination, amount }),
      tell: (model) => model.collectFees(signer.publicKey, amount),
    };
  },
);

const setPaused = happens(
  'setPaused',
  fc.record({ by: fc.oneof(mostly('admin'), mostly('guardian')), isPaused: fc.nat(3).map((n) => n === 0) }),
  (stage, { by, isPaused }) => {
    const signer = stage.signer(by);
    return {
      signer,
      instruction: build.setPaused({ authority: signer.publicKey, isPaused }),
      tell: (model) => model.setPaused(signer.publicKey, isPaused),
    };
  },
);

/** A field and a value for it, mostly allowed. */
const anySetting = fc.oneof(
  ...fields.map((field) =>
    fc.record({
      field: fc.constant(field),
      value: fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom(...field.allowed) },
        ...(field.refused.length > 0
          ? [{ weight: 1, arbitrary: fc.constantFrom(...field.refused.map(([bad]) => bad)) }]
          : []),
      ),
    }),
  ),
);

const setField = happens(
  'setField',
  fc.record({ by: mostly('admin'), setting: anySetting }),
  (stage, { by, setting }) => {
    const signer = stage.signer(by);
    const { field, value } = setting;
    return {
      signer,
      instruction: field.set(value, signer.publicKey),
      tell: (model) => model.set(signer.publicKey, field.name, value),
    };
  },
);

const setGuardian = happens('setGuardian', fc.record({ by: mostly('admin'), to: anyPerson }), (stage, { by, to }) => {
  const signer = stage.signer(by);
  const guardian = stage.person(to).key.publicKey;
  return {
    signer,
    instruction: build.setGuardian({ admin: signer.publicKey, guardian }),
    tell: (model) => model.setGuardian(signer.publicKey, guardian),
  };
});

const scheduleChange = happens(
  'scheduleChange',
  fc.record({
    by: mostly('admin'),
    offset: fc.bigInt({ min: -1n, max: 40n }),
    settings: fc.array(anySetting, { minLength: 1, maxLength: 3 }),
    mask: seldom(fc.constantFrom(0, 256, 511)),
  }),
  (stage, { by, offset, settings, mask }) => {
    const signer = stage.signer(by);
    const values: Partial<SchedulableFields> = Object.fromEntries(
      settings.map(({ field, value }) => [field.name, value]),
    );
    const plain = changeOf(slot(stage.model.slot + offset), values);
    const change = mask === undefined ? plain : { ...plain, mask };
    return {
      signer,
      instruction: build.scheduleChange({ admin: signer.publicKey, change }),
      tell: (model) => model.scheduleChange(signer.publicKey, change),
    };
  },
);

const cancelSchedule = happens('cancelSchedule', fc.record({ by: mostly('admin') }), (stage, { by }) => {
  const signer = stage.signer(by);
  return {
    signer,
    instruction: build.cancelSchedule({ admin: signer.publicKey }),
    tell: (model) => model.cancelSchedule(signer.publicKey),
  };
});

const nominateAdmin = happens(
  'nominateAdmin',
  fc.record({ by: mostly('admin'), to: anyPerson }),
  (stage, { by, to }) => {
    const signer = stage.signer(by);
    const pendingAdmin = stage.person(to).key.publicKey;
    return {
      signer,
      instruction: build.nominateAdmin({ admin: signer.publicKey, pendingAdmin }),
      tell: (model) => model.nominateAdmin(signer.publicKey, pendingAdmin),
    };
  },
);

const acceptAdmin = happens('acceptAdmin', fc.record({ by: anyPerson }), (stage, { by }) => {
  const signer = stage.signer(by);
  return {
    signer,
    instruction: build.acceptAdmin({ pendingAdmin: signer.publicKey }),
    tell: (model) => model.acceptAdmin(signer.publicKey),
  };
});

const timePasses = fc.bigInt({ min: 1n, max: 70n }).map((slots): Happening => ({ slots }));

/** As many ids as keep a closed index from being reused. */
const tradesPass = fc.constant<Happening>({ tradeIds: 4_194_304n });

/** Anything that can happen to a market, the usual things more often. */
export const anyHappening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 12, arbitrary: settle },
  { weight: 6, arbitrary: timePasses },
  { weight: 1, arbitrary: tradesPass },
  { weight: 3, arbitrary: deposit },
  { weight: 4, arbitrary: requestWithdrawal },
  { weight: 4, arbitrary: executeWithdrawal },
  { weight: 2, arbitrary: cancelWithdrawal },
  { weight: 2, arbitrary: holdWithdrawal },
  { weight: 2, arbitrary: openTrader },
  { weight: 4, arbitrary: closeTrader },
  { weight: 2, arbitrary: ping },
  { weight: 2, arbitrary: setPaused },
  { weight: 3, arbitrary: setField },
  { weight: 3, arbitrary: scheduleChange },
  { weight: 1, arbitrary: cancelSchedule },
  { weight: 1, arbitrary: setGuardian },
  { weight: 1, arbitrary: nominateAdmin },
  { weight: 1, arbitrary: acceptAdmin },
  { weight: 2, arbitrary: collectFees },
  { weight: 1, arbitrary: growMarket },
);
