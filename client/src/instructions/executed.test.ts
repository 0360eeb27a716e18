// Proves: an instruction that was built is read back with its name, accounts and arguments; other bytes are not ours.
// Does not prove: how nodes tell of inner instructions (cli/src/lane-history.ts is tried on real ones).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TransactionInstruction } from '@solana/web3.js';
import { Keypair, PublicKey } from '@solana/web3.js';
import { idl } from '../idl.ts';
import { changeOf } from '../schedule.ts';
import { slot } from '../units.ts';
import { readInstruction } from './executed.ts';
import { settlementInstructions } from './index.ts';

const build = settlementInstructions(new PublicKey(idl.address));
const admin = Keypair.generate().publicKey;
const somebody = Keypair.generate().publicKey;
const read = ({ keys, data }: TransactionInstruction) =>
  readInstruction({ accounts: keys.map(({ pubkey }) => pubkey), data });

const feeTiers = [0, 1, 2, 3].map((tier) => ({ makerBps: tier, takerBps: 10 + tier }));
const change = changeOf(slot(7n), { minBatchSize: 3, activeRelayer: somebody });
const cases: readonly (readonly [name: string, TransactionInstruction, args: object])[] = [
  ['set_allowed_versions', build.setAllowedVersions({ admin, allowedBatchVersions: 3 }), { allowedBatchVersions: 3 }],
  ['set_max_batch_age', build.setMaxBatchAge({ admin, maxBatchAgeSlots: 2n ** 40n }), { maxBatchAgeSlots: 2n ** 40n }],
  ['set_relayer', build.setRelayer({ admin, activeRelayer: somebody }), { activeRelayer: somebody }],
  ['set_fees', build.setFees({ admin, feeTiers }), { feeTiers }],
  ['schedule_change', build.scheduleChange({ admin, change }), { change }],
  ['cancel_schedule', build.cancelSchedule({ admin }), {}],
];
for (const [name, instruction, args] of cases) {
  test(`${name} is read back`, () => {
    const found = read(instruction);
    assert.equal(found?.name, name);
    assert.deepEqual(found.accounts.admin, admin);
    assert.deepEqual(found.args, args);
  });
}

test('a pause is read back with its authority', () => {
  const found = read(build.setPaused({ authority: somebody, isPaused: true }));
  assert.deepEqual([found?.name, found?.accounts.authority, found?.args], ['set_paused', somebody, { isPaused: true }]);
});

test('other bytes are no instruction of ours', () => {
  for (const data of [new Uint8Array(), new Uint8Array(8), new Uint8Array(100).fill(255)])
    assert.equal(readInstruction({ accounts: [admin], data }), undefined);
});
