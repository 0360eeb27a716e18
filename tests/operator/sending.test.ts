// Proves: nothing is sent that nobody said yes to; a change is sent once, whatever becomes of answers: a lost answer, a lost request, an expired
// blockhash, a node that forgot; the config is read again after a yes; an exported transaction, signed elsewhere, lands; keys
// come from a file of mode 600 or the environment and are never shown; options that would do nothing are refused.
// Does not prove: that a cluster takes a durable nonce (the embedded node does not), or a multisig's own import.
import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import { afterEach, test } from 'node:test';
import {
  Keypair,
  NONCE_ACCOUNT_LENGTH,
  PublicKey,
  SystemProgram,
  TransactionMessage,
  VersionedMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import type { Json } from '#localnet';
import { build, jsonOf, openWorld } from './setup.ts';

const world = await openWorld();
const admin = world.keys.admin.publicKey;
const connection = world.chain.connection('confirmed');
let next = 4;

/** A minimum batch size other than the one in force. */
function another(): string {
  next = (next + 1) % 24;
  return `${next}`;
}
const minimum = async () => (await world.config()).minBatchSize;
const asking = (answer: () => string | Promise<string>, ...argv: string[]) =>
  world.lockstepWith({ answer }, 'config', 'set-min-batch', ...argv, '--keypair', world.file('admin'));

afterEach(() => world.faults.clear());

test('a yes at the terminal goes ahead, and the question names what changes', async () => {
  const value = another();
  const { code, stdout, stderr } = await asking(() => 'yes\n', value);
  assert.equal(code, 0, stderr);
  assert.match(
    stdout,
    new RegExp(`This changes min batch size \\d+ trades → ${value} trades\\. Type yes to go ahead: `),
  );
  assert.equal(await minimum(), next);
});

test('with --json the question goes to standard error', async () => {
  const { code, stdout, stderr } = await asking(() => 'yes\n', another(), '--json');
  assert.equal(code, 0, stderr);
  assert.match(stderr, /Type yes/);
  assert.equal(stdout.trimEnd().split('\n').length, 1);
});

for (const answer of ['no\n', 'y\n', 'YES\n', '\n', '', 'yes please\n']) {
  test(`${JSON.stringify(answer)} at the terminal sends nothing`, async () => {
    const old = await minimum();
    const { code, stdout, stderr } = await asking(() => answer, `${(old + 1) % 24}`);
    assert.equal(code, 1);
    assert.match(stderr, /^NOT_CONFIRMED: /);
    assert.doesNotMatch(stdout, /signed \w{60}/);
    assert.equal(await minimum(), old);
  });
}

test('without a terminal and without --yes nothing is sent, with exit 2', async () => {
  const old = await minimum();
  const { code, stderr } = await world.lockstep(...['config', 'pause', '--keypair', world.file('admin')]);
  assert.equal(code, 2);
  assert.match(stderr, /^CONFIRMATION_NEEDED: .*\n {2}.*--yes/);
  assert.equal(await minimum(), old);
  assert.equal((await world.config()).isPaused, false);
});

test('a config that changed while somebody was asked is not changed on', async () => {
  const meanwhile = async () => {
    await world.landAs('admin', build.setMinBatchSize({ admin, minBatchSize: 23 }));
    return 'yes\n';
  };
  const { code, stderr } = await asking(meanwhile, '22');
  assert.equal(code, 1);
  assert.match(stderr, /^CONFIG_MOVED: /);
  assert.equal(await minimum(), 23);
});

test('a change refused meanwhile is refused', async () => {
  const meanwhile = async () => {
    await world.landAs('admin', build.nominateAdmin({ admin, pendingAdmin: world.keys.successor.publicKey }));
    await world.landAs('successor', build.acceptAdmin({ pendingAdmin: world.keys.successor.publicKey }));
    return 'yes\n';
  };
  const { stderr } = await asking(meanwhile, '21');
  assert.match(stderr, /^NotAdmin: /);
  const { successor } = world.keys;
  await world.landAs('successor', build.nominateAdmin({ admin: successor.publicKey, pendingAdmin: admin }));
  await world.landAs('admin', build.acceptAdmin({ pendingAdmin: admin }));
});

const change = (...argv: string[]) => world.asAdmin('config', 'set-min-batch', another(), ...argv);
const transactionsOfAdmin = async () => (await connection.getSignaturesForAddress(admin, {}, 'confirmed')).length;

test('finalized means finalized', async () => {
  const told = jsonOf(await change('--commitment', 'finalized', '--json'));
  const { value } = await connection.getSignatureStatuses([told.signature]);
  assert.equal(value[0]?.confirmationStatus, 'finalized');
  assert.equal(await minimum(), next);
});

test('a lost answer is looked up, not sent again as something else', async () => {
  const before = await transactionsOfAdmin();
  world.faults.set('sendTransaction', { kind: 'drop-answer' }, 1);
  const { code, stderr } = await change();
  assert.equal(code, 0, stderr);
  assert.equal(await transactionsOfAdmin(), before + 1);
});

test('a lost request is sent again, the same bytes', async () => {
  const before = await transactionsOfAdmin();
  world.faults.set('sendTransaction', { kind: 'drop-request' }, 1);
  const { code, stdout, stderr } = await change();
  assert.equal(code, 0, stderr);
  assert.equal(stdout.match(/^signed /gm)?.length, 1);
  assert.equal(await transactionsOfAdmin(), before + 1);
});

test('a node that is away for a moment is waited for', async () => {
  world.faults.set('getSignatureStatuses', { kind: 'error', code: -32005, message: 'busy' }, 3);
  const { code, stderr } = await change();
  assert.equal(code, 0, stderr);
});

test('a node that is away after the landing is waited for too', async () => {
  const rewrite = (truth: Json) => {
    world.faults.set('getAccountInfo', { kind: 'error', code: -32005, message: 'busy' }, 3);
    return truth;
  };
  world.faults.set('sendTransaction', { kind: 'lie', rewrite });
  const { code, stdout, stderr } = await change();
  assert.equal(code, 0, stderr);
  assert.match(stdout, /read back at slot/);
});

test('what never landed is said to be so, once its blockhash is over', async () => {
  const old = await minimum();
  world.faults.set('sendTransaction', { kind: 'drop-request' });
  const { code, stderr } = await change('--json');
  assert.equal(code, 1);
  assert.match(stderr, /TRANSACTION_EXPIRED: transaction \w+ did not land /);
  assert.equal(await minimum(), old);
});

test('what landed on a node that then forgot it is found in the config', async () => {
  world.faults.set('getSignatureStatuses', { kind: 'answer', result: { context: { slot: 1 }, value: [null] } });
  const ran = await change('--json');
  assert.equal(ran.code, 0, ran.stderr);
  assert.equal(jsonOf(ran).outcome, 'in-force');
  assert.equal(await minimum(), next);
});

test('what is refused after it was sent is told under its name', async () => {
  const err = { InstructionError: [0, { Custom: 6001 }] };
  const status = { slot: 1, confirmations: 1, err, status: { Err: err }, confirmationStatus: 'confirmed' };
  world.faults.set('getSignatureStatuses', { kind: 'answer', result: { context: { slot: 1 }, value: [status] } });
  const { code, stderr } = await change();
  assert.equal(code, 1);
  assert.match(stderr, /^NotAdmin: .*\(6001\)$/m);
});

test('a config that then holds something else is said', async () => {
  const status = { slot: Number(world.chain.slot), confirmations: 1, err: null, confirmationStatus: 'confirmed' };
  world.faults.set('sendTransaction', { kind: 'drop-request' });
  world.faults.set('getSignatureStatuses', { kind: 'answer', result: { context: { slot: 1 }, value: [status] } });
  const { code, stderr } = await change();
  assert.equal(code, 1);
  assert.match(stderr, /^CONFIG_DIFFERS: /m);
});

test('a node that is away is one line', async () => {
  world.faults.set('simulateTransaction', { kind: 'error', code: -32601, message: 'Method not found' });
  const { code, stderr } = await change();
  assert.equal(code, 1);
  assert.match(stderr, /^RPC_UNAVAILABLE: /);
});

test('an export needs no key, is signed elsewhere, and lands', async () => {
  const value = another();
  const ran = await world.lockstep('config', 'set-min-batch', value, '--export', '--json', '--priority-fee', '5');
  assert.equal(ran.code, 0, ran.stderr);
  const told = jsonOf(ran);
  assert.equal(told.outcome, 'exported');
  assert.deepEqual(told.signers, [admin.toBase58()]);
  assert.notEqual(await minimum(), next);

  const transaction = VersionedTransaction.deserialize(Buffer.from(told.transaction, 'base64'));
  assert.equal(Buffer.from(transaction.message.serialize()).toString('base64'), told.message);
  transaction.sign([world.keys.admin]);
  await connection.sendTransaction(transaction, { skipPreflight: true });
  world.chain.advanceSlots(1);
  assert.equal(await minimum(), next);
});

test('an export carries the blockhash it is given, and the signer and payer it is told', async () => {
  const blockhash = Keypair.generate().publicKey.toBase58();
  const [guardian, payer] = [world.address('guardian'), world.address('stranger')];
  const ran = await world.lockstep(
    ...['config', 'pause', '--export', '--json', '--admin', guardian, '--fee-payer', payer, '--blockhash', blockhash],
  );
  assert.equal(ran.code, 0, ran.stderr);
  const told = jsonOf(ran);
  assert.deepEqual([told.blockhash, told.lastValidBlockHeight, told.signers], [blockhash, null, [payer, guardian]]);
  const message = VersionedMessage.deserialize(Buffer.from(told.message, 'base64'));
  assert.equal(message.recentBlockhash, blockhash);
});

test('an export on a durable nonce advances it first', async () => {
  const nonce = Keypair.generate();
  const lamports = await connection.getMinimumBalanceForRentExemption(NONCE_ACCOUNT_LENGTH);
  const made = SystemProgram.createNonceAccount({
    fromPubkey: admin,
    noncePubkey: nonce.publicKey,
    authorizedPubkey: admin,
    lamports,
  });
  const { blockhash } = await connection.getLatestBlockhash();
  const message = new TransactionMessage({
    payerKey: admin,
    recentBlockhash: blockhash,
    instructions: made.instructions,
  });
  const transaction = new VersionedTransaction(message.compileToV0Message());
  transaction.sign([world.keys.admin, nonce]);
  await connection.sendTransaction(transaction);
  world.chain.advanceSlots(1);

  const nonceOption = ['--nonce', nonce.publicKey.toBase58()];
  const ran = await world.lockstep('config', 'pause', '--export', '--json', ...nonceOption);
  assert.equal(ran.code, 0, ran.stderr);
  const account = await connection.getNonce(nonce.publicKey);
  const told = jsonOf(ran);
  assert.deepEqual([told.blockhash, told.lastValidBlockHeight], [account?.nonce, null]);
  const exported = VersionedMessage.deserialize(Buffer.from(told.message, 'base64'));
  const [first] = exported.compiledInstructions;
  assert.deepEqual(
    exported.staticAccountKeys[first?.programIdIndex ?? -1]?.toBase58(),
    SystemProgram.programId.toBase58(),
  );

  const refused = await world.lockstep('config', 'pause', '--export', '--nonce', world.address('relayer'));
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /^NONCE_UNREADABLE: /);
});

test('a signer without lamports is told to be funded', async () => {
  const stranger = Keypair.generate().publicKey;
  await world.landAs('admin', build.nominateAdmin({ admin, pendingAdmin: stranger }));
  const refused = await world.lockstep('admin', 'accept', '--export');
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /^TRANSACTION_FAILED: .*AccountNotFound\n {2}Give the paying key some lamports.*--fee-payer/,
  );
  const paid = await world.lockstep('admin', 'accept', '--export', '--fee-payer', admin.toBase58());
  assert.equal(paid.code, 0, paid.stderr);
  await world.landAs('admin', build.nominateAdmin({ admin, pendingAdmin: PublicKey.default }));
});

test('the key may be in the environment, and is never shown', async () => {
  const key = JSON.stringify([...world.keys.admin.secretKey]);
  process.env.LOCKSTEP_OPERATOR_KEYPAIR = key;
  try {
    const ran = await world.lockstep('config', 'set-min-batch', another(), '--yes');
    assert.equal(ran.code, 0, ran.stderr);
    process.env.LOCKSTEP_OPERATOR_KEYPAIR = key.slice(1);
    const broken = await world.lockstep('config', 'set-min-batch', '20', '--yes');
    assert.equal(broken.code, 2);
    assert.match(broken.stderr, /^KEYPAIR_UNREADABLE: environment variable LOCKSTEP_OPERATOR_KEYPAIR /);
    for (const text of [ran.stdout, ran.stderr, broken.stdout, broken.stderr]) {
      assert.ok(!text.includes(key.slice(1, 40)));
    }
  } finally {
    delete process.env.LOCKSTEP_OPERATOR_KEYPAIR;
  }
});

test('a key that others can read is refused, with exit 2', async () => {
  const file = world.file('relayer');
  await chmod(file, 0o644);
  const { code, stderr } = await world.as('relayer', 'config', 'pause');
  await chmod(file, 0o600);
  assert.equal(code, 2);
  assert.match(stderr, /^KEYPAIR_EXPOSED: /);
});

const slips: readonly (readonly string[])[] = [
  ['config', 'pause'],
  ['config', 'pause', '--admin', admin.toBase58()],
  ['config', 'pause', '--fee-payer', admin.toBase58(), '--keypair', world.file('admin')],
  ['config', 'pause', '--nonce', admin.toBase58(), '--dry-run'],
  ['config', 'pause', '--export', '--nonce', admin.toBase58(), '--blockhash', admin.toBase58()],
  ['config', 'pause', '--export', '--blockhash', 'nonsense'],
  ['config', 'pause', '--commitment', 'processed'],
  ['config', 'pause', '--priority-fee', '-1'],
  ['config', 'pause', 'now'],
  ['config', 'set-versions'],
  ['config', 'set-versions', 'both'],
  ['config', 'set-min-batch', '4294967296'],
  ['config', 'set-min-batch', '1.5'],
  ['config', 'set-relayer', 'nobody'],
  ['config', 'set-relayer', 'none'],
  ['config', 'set-flags', '--yess'],
  ['config', 'set-flags', '+NO_SUCH_FLAG'],
  ['config', 'set-flags', '+bit0', '-REQUIRE_ATTESTATION'],
  ['config', 'set-fees', '0=1'],
  ['config', 'set-fees', '0=70000/0'],
  ['config', 'set-fees', '0=1/1', '0=2/2'],
  ['config', 'stop'],
  ['admin', 'set-withdrawal-delay', '18446744073709551616'],
  ['admin', 'nominate'],
];
for (const argv of slips) {
  test(`"${argv.slice(0, 3).join(' ')}…" (${argv.length}) is a slip, with exit 2 and one line`, async () => {
    const untouched = await world.config();
    const { code, stdout, stderr } = await world.lockstep(...argv);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /^(USAGE|OPTION_INVALID|SIGNER_MISSING): .+\n {2}\S.*\n$/);
    assert.doesNotMatch(stdout, /signed /);
    assert.deepEqual(await world.config(), untouched);
  });
}
