// Proves, for every account of every instruction: it must be the right one. Unsigned, read-only, missing, another one, a
// copy under another owner, a copy at another address, of another kind, or named twice: the instruction is refused and
// changes nothing.
// Does not prove: what a rightful signer may do; the tests beside this one do.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TOKEN_2022_PROGRAM_ID } from '@solana/spl-token';
import { PublicKey, SystemProgram, TransactionInstruction } from '@solana/web3.js';
import { configAddress, idl } from '#client';
import type { RawAccount } from './setup/chain.ts';
import type { Invocation } from './setup/invocations.ts';
import { invocations } from './setup/invocations.ts';
import { keyOf } from './setup/keys.ts';
import { keys } from './setup/world.ts';

const elsewhere = keyOf('elsewhere');
/** Pays for the transaction, so that no role signs it for that reason alone. */
const sponsor = keyOf('sponsor');
const OTHER_PROGRAM = keyOf('another program').publicKey;

interface Place {
  readonly name: string;
  readonly at: number;
  readonly isWritable: boolean;
  readonly isSigner: boolean;
}

function placesOf(instruction: string): Place[] {
  const snake = instruction.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const described = idl.instructions.find((candidate) => candidate.name === snake);
  assert.ok(described);
  return described.accounts.map(({ name, writable = false, signer = false }, at) => ({
    name,
    at,
    isWritable: writable,
    isSigner: signer,
  }));
}

function withKeys(instruction: TransactionInstruction, keys: TransactionInstruction['keys']): TransactionInstruction {
  return new TransactionInstruction({ programId: instruction.programId, data: instruction.data, keys });
}

/** The instruction with one account changed. */
function changed(
  { instruction }: Invocation,
  at: number,
  change: Partial<TransactionInstruction['keys'][number]>,
): TransactionInstruction {
  const keys = instruction.keys.map((meta, i) => (i === at ? { ...meta, ...change } : meta));
  return withKeys(instruction, keys);
}

/** Sends a changed instruction, signed by whoever it still asks; it must be refused. Returns the refusal's name. */
function refusalOf({ world, signers }: Invocation, instruction: TransactionInstruction): string {
  const asked = new Set(instruction.keys.filter((meta) => meta.isSigner).map((meta) => meta.pubkey.toBase58()));
  const signing = [...signers, elsewhere].filter((signer) => asked.has(signer.publicKey.toBase58()));
  const dataOf = () => instruction.keys.map((meta) => world.chain.get(meta.pubkey)?.data);
  const earlier = dataOf();
  world.chain.fund(sponsor.publicKey);
  const { refusal } = world.chain.send([instruction], [sponsor, ...signing]);
  assert.ok(refusal, 'it landed');
  assert.deepEqual(dataOf(), earlier);
  return refusal.name;
}

/** Places where any signer may stand: somebody pays, somebody opens an entry of their own. */
const ANYBODY = new Set(['initialize payer', 'openTrader owner']);

/** Refusals that say an account is not the one, or not of the kind, that the place asks for. */
const WRONG_ACCOUNT = new Set([
  'ConstraintAddress',
  'ConstraintExecutable',
  'IllegalOwner',
  'IncorrectProgramId',
  'InvalidAccountData',
  'InvalidAccountOwner',
  'InvalidSeeds',
  'NotUpgradeAuthority',
  'WrongDestination',
  'WrongVault',
]);

for (const [name, invoke] of Object.entries(invocations)) {
  test(`${name} lands as it should`, () => {
    const { world, instruction, signers } = invoke();
    world.accept(instruction, ...signers);
  });

  // What is refused changes nothing, so all refusals share one world.
  let made: Invocation | undefined;
  const shared = (): Invocation => {
    made ??= invoke();
    return made;
  };

  for (const place of placesOf(name)) {
    const { at } = place;

    if (place.isSigner) {
      test(`${name}: ${place.name} must sign`, () => {
        const invocation = shared();
        assert.equal(refusalOf(invocation, changed(invocation, at, { isSigner: false })), 'MissingRequiredSignature');
      });
    }

    if (place.isWritable && !place.isSigner) {
      test(`${name}: ${place.name} must be writable`, () => {
        const invocation = shared();
        refusalOf(invocation, changed(invocation, at, { isWritable: false }));
      });
    }

    if (ANYBODY.has(`${name} ${place.name}`)) continue;

    test(`${name}: ${place.name} is no other account`, () => {
      const invocation = shared();
      invocation.world.chain.fund(elsewhere.publicKey);
      refusalOf(invocation, changed(invocation, at, { pubkey: elsewhere.publicKey }));
    });

    test(`${name}: ${place.name} is no copy under another owner`, () => {
      const invocation = shared();
      const { world, instruction } = invocation;
      const original = world.chain.get(instruction.keys[at]?.pubkey ?? PublicKey.default);
      if (original === undefined || original.data.length === 0) return;
      world.chain.put(elsewhere.publicKey, { ...original, owner: OTHER_PROGRAM });
      const refusal = refusalOf(invocation, changed(invocation, at, { pubkey: elsewhere.publicKey }));
      assert.ok(WRONG_ACCOUNT.has(refusal), refusal);
    });
  }

  test(`${name}: no two places take the same account when one of them is written`, () => {
    const invocation = shared();
    const places = placesOf(name);
    for (const one of places) {
      for (const two of places.slice(one.at + 1)) {
        if (!one.isWritable && !two.isWritable) continue;
        const pubkey = invocation.instruction.keys[one.at]?.pubkey ?? PublicKey.default;
        refusalOf(invocation, changed(invocation, two.at, { pubkey, isSigner: one.isSigner && two.isSigner }));
      }
    }
  });

  test(`${name}: with an account less it is refused`, () => {
    const invocation = shared();
    const { instruction } = invocation;
    refusalOf(invocation, withKeys(instruction, instruction.keys.slice(0, -1)));
  });

  test(`${name}: with its data cut anywhere it is refused`, () => {
    const invocation = shared();
    const { programId, keys, data } = invocation.instruction;
    for (let length = 0; length < data.length; length += 1) {
      refusalOf(invocation, new TransactionInstruction({ programId, keys, data: data.subarray(0, length) }));
    }
  });
}

for (const name of ['createMarket', 'collectFees', 'deposit', 'executeWithdrawal'] as const) {
  test(`${name}: no other program stands in for SPL Token`, () => {
    const invocation = invocations[name]();
    const at = placesOf(name).findIndex((place) => place.name === 'token_program');
    for (const pubkey of [TOKEN_2022_PROGRAM_ID, keys.programId, SystemProgram.programId]) {
      assert.equal(refusalOf(invocation, changed(invocation, at, { pubkey })), 'IncorrectProgramId');
    }
  });
}

const replaceMarket = (invocation: Invocation, account: RawAccount): string => {
  invocation.world.chain.put(elsewhere.publicKey, account);
  const at = placesOf('ping').findIndex((place) => place.name === 'market');
  return refusalOf(invocation, changed(invocation, at, { pubkey: elsewhere.publicKey }));
};

test('a config in the place of a market is refused', () => {
  const invocation = invocations.ping();
  const config = invocation.world.chain.get(configAddress(keys.programId));
  assert.ok(config);
  assert.equal(replaceMarket(invocation, config), 'AccountDataTooSmall');
});

test('a market that nobody created is refused, though the program owns its bytes', () => {
  const invocation = invocations.ping();
  const market = invocation.world.chain.get(keys.market.publicKey);
  assert.ok(market);
  assert.equal(
    replaceMarket(invocation, { ...market, data: new Uint8Array(market.data.length) }),
    'InvalidAccountData',
  );
  assert.equal(replaceMarket(invocation, { ...market, data: market.data.subarray(0, 100) }), 'AccountDataTooSmall');
});

test('a config of the program at another address than the PDA is refused', () => {
  const invocation = invocations.setPaused();
  const config = invocation.world.chain.get(configAddress(keys.programId));
  assert.ok(config);
  invocation.world.chain.put(elsewhere.publicKey, config);
  assert.equal(refusalOf(invocation, changed(invocation, 1, { pubkey: elsewhere.publicKey })), 'InvalidSeeds');
});
