// Proves: there is one builder per instruction of the IDL, each gives the IDL's accounts, flags and arguments, and large
// payloads are not cut.
// Does not prove: that the program accepts them; tests/program sends each one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Keypair, PublicKey, SystemProgram } from '@solana/web3.js';
import { marketSpace } from '../accounts/market.ts';
import { camelCase, coder, fromAnchor } from '../anchor.ts';
import { idl, idlInstruction } from '../idl.ts';
import {
  baseVault,
  configAddress,
  previousTreeAddress,
  programDataAddress,
  quoteVault,
  vaultAuthority,
} from '../pda.ts';
import { changeOf } from '../schedule.ts';
import { refuses } from '../testing/refusal.ts';
import { slot } from '../units.ts';
import { settlementInstructions } from './index.ts';
import { createMarketAccount } from './market.ts';
import { settleData } from './settle.ts';

const programId = Keypair.generate().publicKey;
const build = settlementInstructions(programId);
const key = () => Keypair.generate().publicKey;

const owner = key();
const admin = key();
const market = key();
const mints = { baseMint: key(), quoteMint: key() };
const sources = { baseSource: key(), quoteSource: key() };
const destinations = { baseDestination: key(), quoteDestination: key() };
const entry = { owner, market, index: 7 };
const amounts = { baseLots: 2n ** 64n - 1n, quoteAtoms: 5n };
const feeTiers = [1, 2, 3, 4].map((bps) => ({ makerBps: bps, takerBps: bps + 10 }));
const change = changeOf(slot(9), { minBatchSize: 5, activeRelayer: key() });
const args = {
  admin,
  guardian: key(),
  activeRelayer: key(),
  allowedBatchVersions: 1,
  minBatchSize: 2,
  maxBatchAgeSlots: 3n,
  withdrawalDelaySlots: 4n,
  feeTiers,
};
const vaults = { baseVault: baseVault(programId, market), quoteVault: quoteVault(programId, market) };
const authority = { vaultAuthority: vaultAuthority(programId, market) };
const config = configAddress(programId);
const previousTree = previousTreeAddress(programId, market);
/** Those of an imported market are not derived from it. */
const oldVaults = { baseVault: key(), quoteVault: key() };

/** Each builder's instruction, the accounts and the arguments it must carry. */
const built = {
  initialize: [
    build.initialize({ payer: owner, authority: admin, args }),
    { payer: owner, authority: admin, config, programData: programDataAddress(programId) },
    { args },
  ],
  createMarket: [
    build.createMarket({ admin, market, ...mints, baseLotAtoms: 3n }),
    { admin, config, market, ...mints, ...vaults, ...authority },
    { baseLotAtoms: 3n },
  ],
  growMarket: [build.growMarket({ admin, market }), { admin, config, market }, {}],
  collectFees: [
    build.collectFees({ admin, market, destination: owner, amount: 8n }),
    { admin, config, market, ...authority, quoteVault: vaults.quoteVault, destination: owner },
    { amount: 8n },
  ],
  nominateSuccessor: [build.nominateSuccessor({ admin, program: owner }), { admin, config }, { program: owner }],
  handOver: [
    build.handOver({ admin, market, ...oldVaults, successorMarket: owner }),
    { admin, config, market, otherMarket: owner, ...authority, ...oldVaults },
    {},
  ],
  takeBack: [
    build.takeBack({ admin, market, ...oldVaults }),
    { admin, config, market, ...authority, ...oldVaults },
    {},
  ],
  setPredecessor: [build.setPredecessor({ admin, program: owner }), { admin, config }, { program: owner }],
  prepareImport: [
    build.prepareImport({ admin, market, oldMarket: owner }),
    { admin, config, market, oldMarket: owner, ...authority },
    {},
  ],
  importMarket: [
    build.importMarket({ admin, market, ...oldVaults, oldMarket: owner, maxEntries: 12 }),
    { admin, config, market, otherMarket: owner, ...authority, ...oldVaults },
    { maxEntries: 12 },
  ],
  abortImport: [
    build.abortImport({ admin, market, ...oldVaults, oldMarket: owner }),
    { admin, config, market, otherMarket: owner, ...authority, ...oldVaults },
    {},
  ],
  migrateStateTree: [build.migrateStateTree({ admin, market }), { admin, config, market, previousTree }, {}],
  revertStateTree: [build.revertStateTree({ admin, market }), { admin, config, market, previousTree }, {}],
  finalizeMigration: [build.finalizeMigration({ admin, market }), { admin, config, market, previousTree }, {}],
  setPaused: [build.setPaused({ authority: admin, isPaused: true }), { authority: admin, config }, { isPaused: true }],
  setAllowedVersions: [
    build.setAllowedVersions({ admin, allowedBatchVersions: 3 }),
    { admin, config },
    { allowedBatchVersions: 3 },
  ],
  setMinBatchSize: [build.setMinBatchSize({ admin, minBatchSize: 5 }), { admin, config }, { minBatchSize: 5 }],
  setMaxBatchAge: [build.setMaxBatchAge({ admin, maxBatchAgeSlots: 5n }), { admin, config }, { maxBatchAgeSlots: 5n }],
  setRelayer: [build.setRelayer({ admin, activeRelayer: owner }), { admin, config }, { activeRelayer: owner }],
  setAttestor: [build.setAttestor({ admin, attestor: owner }), { admin, config }, { attestor: owner }],
  setFeatureFlags: [build.setFeatureFlags({ admin, featureFlags: 1n }), { admin, config }, { featureFlags: 1n }],
  setFees: [build.setFees({ admin, feeTiers }), { admin, config }, { feeTiers }],
  setWithdrawalDelay: [
    build.setWithdrawalDelay({ admin, withdrawalDelaySlots: 6n }),
    { admin, config },
    { withdrawalDelaySlots: 6n },
  ],
  setGuardian: [build.setGuardian({ admin, guardian: owner }), { admin, config }, { guardian: owner }],
  scheduleChange: [build.scheduleChange({ admin, change }), { admin, config }, { change }],
  cancelSchedule: [build.cancelSchedule({ admin }), { admin, config }, {}],
  nominateAdmin: [build.nominateAdmin({ admin, pendingAdmin: owner }), { admin, config }, { pendingAdmin: owner }],
  acceptAdmin: [build.acceptAdmin({ pendingAdmin: owner }), { pendingAdmin: owner, config }, {}],
  openTrader: [build.openTrader({ owner, market }), { owner, market }, { reuseIndex: null }],
  closeTrader: [build.closeTrader(entry), { owner, market }, { index: 7 }],
  deposit: [
    build.deposit({ ...entry, ...amounts, ...sources }),
    { owner, market, ...vaults, ...sources },
    { index: 7, ...amounts },
  ],
  requestWithdrawal: [
    build.requestWithdrawal({ ...entry, ...amounts, ...destinations }),
    { owner, config, market, ...destinations },
    { index: 7, ...amounts },
  ],
  executeWithdrawal: [
    build.executeWithdrawal({ ...entry, ...destinations }),
    { owner, market, ...authority, ...vaults, ...destinations },
    { index: 7 },
  ],
  cancelWithdrawal: [build.cancelWithdrawal(entry), { owner, market }, { index: 7 }],
  holdWithdrawal: [
    build.holdWithdrawal({ guardian: admin, market, index: 7, holdSlots: 9n }),
    { guardian: admin, config, market },
    { index: 7, holdSlots: 9n },
  ],
  settleBatch: [
    build.settleBatch({ relayer: owner, market, data: Uint8Array.of(1, 2, 3) }),
    { relayer: owner, config, market },
    { data: Uint8Array.of(1, 2, 3) },
  ],
  ping: [build.ping({ relayer: owner, market, nonce: 11n }), { relayer: owner, config, market }, { nonce: 11n }],
} as const;

test('there is one builder per instruction of the IDL', () => {
  const names = idl.instructions.map((instruction) => camelCase(instruction.name)).sort();
  assert.deepEqual(Object.keys(build).sort(), names);
  assert.deepEqual(Object.keys(built).sort(), names);
});

for (const [name, [instruction, accounts, expected]] of Object.entries(built)) {
  test(`${name} carries the IDL's accounts, flags and arguments`, () => {
    const decoded = coder.instruction.decode(instruction.data);
    assert.ok(decoded);
    assert.equal(camelCase(decoded.name), name);
    assert.deepEqual(fromAnchor(decoded.data), expected);
    const given: Readonly<Record<string, PublicKey>> = accounts;
    const described = idlInstruction(decoded.name).accounts;
    assert.deepEqual(
      instruction.keys.map((meta) => ({ ...meta, pubkey: meta.pubkey.toBase58() })),
      described.map((account) => ({
        pubkey: given[camelCase(account.name)]?.toBase58() ?? account.address,
        isSigner: account.signer ?? false,
        isWritable: account.writable ?? false,
      })),
    );
    assert.ok(instruction.programId.equals(programId));
  });
}

test('an index to reuse is carried', () => {
  const instruction = build.openTrader({ owner, market, reuseIndex: 0 });
  assert.deepEqual(fromAnchor(coder.instruction.decode(instruction.data)?.data), { reuseIndex: 0 });
});

test('a payload above 1,000 bytes is carried whole, and found again', () => {
  const data = Uint8Array.from({ length: 5000 }, (_, i) => i & 0xff);
  const instruction = build.settleBatch({ relayer: owner, market, data });
  assert.deepEqual(settleData(instruction.data), data);
});

test('settleData knows its own instruction only', () => {
  const instruction = build.settleBatch({ relayer: owner, market, data: Uint8Array.of(1, 2) });
  assert.equal(settleData(build.ping({ relayer: owner, market, nonce: 1n }).data), undefined);
  assert.equal(settleData(instruction.data.subarray(0, 11)), undefined);
  assert.equal(settleData(instruction.data.subarray(0, 13)), undefined);
});

test('settleData takes what the program takes: bytes after the payload hide nothing', () => {
  const instruction = build.settleBatch({ relayer: owner, market, data: Uint8Array.of(1, 2) });
  assert.deepEqual(settleData(Buffer.concat([instruction.data, Buffer.of(0)])), Uint8Array.of(1, 2));
});

test('an argument outside its type is refused', () => {
  refuses('OUT_OF_RANGE', () => build.closeTrader({ ...entry, index: 2 ** 32 }));
  refuses('OUT_OF_RANGE', () => build.ping({ relayer: owner, market, nonce: -1n }));
  refuses('OUT_OF_RANGE', () => build.ping({ relayer: owner, market, nonce: 2n ** 64n }));
  for (const wrong of [-1, 256, 0.5]) {
    refuses('OUT_OF_RANGE', () => build.setAllowedVersions({ admin, allowedBatchVersions: wrong }));
  }
  refuses('OUT_OF_RANGE', () => build.setMinBatchSize({ admin, minBatchSize: 2 ** 32 }));
});

test('the market account has the size its capacity needs and belongs to the program', () => {
  const instruction = createMarketAccount({ payer: admin, market, capacity: 64, lamports: 5, programId });
  assert.ok(instruction.programId.equals(SystemProgram.programId));
  assert.equal(instruction.data.readBigUInt64LE(12), BigInt(marketSpace(64)));
  assert.deepEqual(instruction.data.subarray(20), programId.toBuffer());
});

test('a change names exactly the fields it is given', () => {
  assert.equal(changeOf(slot(1), {}).mask, 0);
  assert.equal(changeOf(slot(1), { minBatchSize: 1, withdrawalDelaySlots: 1n }).mask, 2 + 128);
  assert.equal(changeOf(slot(1), { attestor: PublicKey.default }).mask, 8);
});
