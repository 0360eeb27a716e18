// Proves: names of versions and flags, rates and times as they are written and read back, and where the cluster is named; everything else is refused.
// Does not prove: which of them a program takes (tests/operator).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidArgumentError } from 'commander';
import fc from 'fast-check';
import { U64_MAX } from '#client';
import { rpcOption } from '../arguments.ts';
import { feeEdit, withFees } from './fees.ts';
import { edited, flagEdit, flagsText, versions, versionsText } from './names.ts';
import { duration } from './when.ts';

const refused = (read: (text: string) => unknown, ...texts: string[]) => {
  for (const text of texts) assert.throws(() => read(text), InvalidArgumentError, text);
};

test('versions read back as they are written', () => {
  for (let bits = 1; bits < 256; bits += 1) assert.equal(versions(versionsText(bits)), bits);
  assert.equal(versionsText(0), 'none');
  assert.equal(versions('v2,V1'), 3);
  refused(versions, '', 'none', 'V0', 'V9', 'V1+', '1', 'V1 V2');
});

test('flags turned on and off leave the others as they are', () => {
  const anyFlags = fc.bigInt({ min: 0n, max: U64_MAX });
  fc.assert(
    fc.property(anyFlags, anyFlags, (before, wanted) => {
      const text = (flags: bigint, sign: string) =>
        flagsText(flags)
          .split(' ')
          .filter((name) => name !== 'none')
          .map((name) => `${sign}${name}`);
      const edits = [...text(wanted, '+'), ...text(U64_MAX & ~wanted, '-')];
      const edit = flagEdit(edits.join(','));
      assert.equal(edited(before, edit), wanted);
      const onlyOn = text(wanted, '+');
      if (onlyOn.length > 0) assert.equal(edited(before, flagEdit(onlyOn.join(','))), before | wanted);
    }),
  );
  assert.equal(flagsText(0b101n), 'REQUIRE_ATTESTATION bit2');
  refused(flagEdit, '', 'REQUIRE_ATTESTATION', '+require_attestation', '+bit64', '+', '+bit1,', '+bit1,-bit1');
});

test('tiers that are not named keep their rates', () => {
  const tiers = Array.from({ length: 4 }, (_, i) => ({ makerBps: i, takerBps: 10 + i }));
  const edit = feeEdit('3=1/2', feeEdit('0=65535/0'));
  assert.deepEqual(withFees(tiers, edit), [
    { makerBps: 65_535, takerBps: 0 },
    tiers[1],
    tiers[2],
    { makerBps: 1, takerBps: 2 },
  ]);
  refused(feeEdit, '', '4=1/1', '0=1', '0=-1/1', '0=1/65536', '0=1/1,0=1/1', '0=1.5/1');
  assert.throws(() => feeEdit('0=1/1', feeEdit('0=1/1')), InvalidArgumentError);
});

test('times', () => {
  assert.equal(duration('90s'), 90_000);
  assert.equal(duration('1d2h3m4s'), (((24 + 2) * 60 + 3) * 60 + 4) * 1_000);
  refused(duration, '', '2', 'h', '2 h', '-2h', '1.5h', '2h!', '2w');
});

test('the cluster comes from LOCKSTEP_RPC_URL before RPC_URL', () => {
  const old = process.env.LOCKSTEP_RPC_URL;
  process.env.LOCKSTEP_RPC_URL = 'http://127.0.0.1:1';
  assert.equal(rpcOption().envVar, 'LOCKSTEP_RPC_URL');
  delete process.env.LOCKSTEP_RPC_URL;
  assert.equal(rpcOption().envVar, 'RPC_URL');
  if (old !== undefined) process.env.LOCKSTEP_RPC_URL = old;
});
