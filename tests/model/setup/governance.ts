import fc from 'fast-check';
import type { SchedulableFields } from '#client';
import { changeOf, slot } from '#client';
import { fields } from '../../program/setup/fields.ts';
import { build, keys } from '../../program/setup/world.ts';
import { anyPerson, happens, mostly, seldom } from './happening.ts';

const market = keys.market.publicKey;

export const growMarket = happens('growMarket', fc.record({ by: mostly('admin') }), (stage, { by }) => {
  const signer = stage.signer(by);
  return {
    signer,
    instruction: build.growMarket({ admin: signer.publicKey, market }),
    tell: (model) => model.growMarket(signer.publicKey),
  };
});

export const collectFees = happens(
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

export const setPaused = happens(
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

export const setField = happens(
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

const anyTier = fc.record({ makerBps: fc.nat(500), takerBps: fc.nat(500) }, { noNullPrototype: true });

/** Any fees within the limit, another in each tier. */
export const setFees = happens(
  'setFees',
  fc.record({ tiers: fc.array(anyTier, { minLength: 4, maxLength: 4 }) }),
  (stage, { tiers }) => {
    const signer = stage.signer('admin');
    return {
      signer,
      instruction: build.setFees({ admin: signer.publicKey, feeTiers: tiers }),
      tell: (model) => model.set(signer.publicKey, 'feeTiers', tiers),
    };
  },
);

export const setGuardian = happens(
  'setGuardian',
  fc.record({ by: mostly('admin'), to: anyPerson }),
  (stage, { by, to }) => {
    const signer = stage.signer(by);
    const guardian = stage.person(to).key.publicKey;
    return {
      signer,
      instruction: build.setGuardian({ admin: signer.publicKey, guardian }),
      tell: (model) => model.setGuardian(signer.publicKey, guardian),
    };
  },
);

export const scheduleChange = happens(
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

export const cancelSchedule = happens('cancelSchedule', fc.record({ by: mostly('admin') }), (stage, { by }) => {
  const signer = stage.signer(by);
  return {
    signer,
    instruction: build.cancelSchedule({ admin: signer.publicKey }),
    tell: (model) => model.cancelSchedule(signer.publicKey),
  };
});

export const nominateAdmin = happens(
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

export const acceptAdmin = happens('acceptAdmin', fc.record({ by: anyPerson }), (stage, { by }) => {
  const signer = stage.signer(by);
  return {
    signer,
    instruction: build.acceptAdmin({ pendingAdmin: signer.publicKey }),
    tell: (model) => model.acceptAdmin(signer.publicKey),
  };
});
