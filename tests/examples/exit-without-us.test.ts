// Proves, on the embedded node with settlement paused, without relayer, gateway and Redis: the runbook's commands let a trader leave with exactly what
// the entry holds, beyond 2^53 too; killed, held, cancelled, with a destination closed meanwhile; a market that has moved is named with
// its successor, in the layout before that names it and in the one since; what can't be done is refused by its reason.
// Does not prove: the way through a real hand-over (exit-after-fork.test.ts), or how a public RPC answers.
import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createCloseAccountInstruction } from '@solana/spl-token';
import { Keypair, LAMPORTS_PER_SOL, PublicKey, SystemProgram } from '@solana/web3.js';
import { baseLots, configAddress, idl, quoteAtoms, readMarket, settlementInstructions } from '#client';
import { instrumentOf } from '#feeder';
import type { Trader } from '../../cli/src/start/traders.ts';
import type { Venue } from '../../cli/src/start/venue.ts';
import { newKeys, openVenue } from '../../cli/src/start/venue.ts';
import type { Sender } from '../../cli/src/transactions.ts';
import { createSender, step } from '../../cli/src/transactions.ts';
import type { SceneChain } from '../e2e/setup/chain.ts';
import { embeddedChain } from '../e2e/setup/chain.ts';
import { connect } from '../localnet/wallet.ts';
import type { Ran } from './exit-script.ts';
import { EXIT_SCRIPT, keyFile, run } from './exit-script.ts';

const RUNBOOK = fileURLToPath(new URL('../../docs/runbooks/exit-without-us.md', import.meta.url));
/** No number holds it. */
const QUOTE = 2n ** 53n + 1n;
const LOTS = 1_234_567n;
const LOT_ATOMS = 100n;
/** A case has a trader of its own. */
const TRADERS = 10;
/** Delays, in slots: one that passes while a test waits, and one that never does. */
const [SHORT, FOR_EVER] = [60n, 200_000n];
/** Places in the account that say where a market went. */
const [STATUS_AT, SUCCESSOR_AT, CONFIG_SUCCESSOR_AT] = [3_336, 3_348, 335];

const keys = newKeys();
const build = settlementInstructions(new PublicKey(idl.address));
let chain: SceneChain;
let send: Sender;
let venue: Venue;
let dir: string;
let cases = 0;

before(async () => {
  chain = await embeddedChain()(keys.operator.publicKey);
  const connection = connect(chain);
  const signature = await connection.requestAirdrop(keys.operator.publicKey, 1_000 * LAMPORTS_PER_SOL);
  await connection.confirmTransaction({ signature, ...(await connection.getLatestBlockhash()) });
  send = createSender(connection, keys.operator, new AbortController().signal);
  const instrument = instrumentOf({ digits: 1n, scale: 2 }, { digits: LOT_ATOMS, scale: 4 });
  const deposit = { baseLots: baseLots(LOTS), quoteAtoms: quoteAtoms(QUOTE) };
  const deposits = Array.from({ length: TRADERS }, () => deposit);
  venue = await openVenue({ connection, send, keys, instrument, deposits });
  await operate(build.setPaused({ authority: keys.operator.publicKey, isPaused: true }));
  await setDelay(SHORT);
  dir = await mkdtemp(join(tmpdir(), 'lockstep-exit-'));
});
after(async () => {
  await chain?.stop();
  if (dir !== undefined) await rm(dir, { recursive: true });
});

const setDelay = (withdrawalDelaySlots: bigint) =>
  operate(build.setWithdrawalDelay({ admin: keys.operator.publicKey, withdrawalDelaySlots }));

const operate = (...instructions: Parameters<typeof step>[0]) => send.together([step(instructions)]);

interface Person {
  readonly trader: Trader;
  readonly file: string;
}

async function nextPerson(): Promise<Person> {
  const trader = venue.traders[cases];
  cases += 1;
  assert.ok(trader !== undefined);
  return { trader, file: await keyFile(dir, trader.owner) };
}

/** Runs it as the owner; `killAt` ends it once it has said that. */
async function exit({ file }: Pick<Person, 'file'>, words: readonly string[] = [], killAt?: RegExp): Promise<Ran> {
  const place = ['--rpc', chain.rpcUrl, '--program', idl.address, '--market', venue.market.toBase58(), '--key', file];
  return run(process.execPath, [EXIT_SCRIPT, ...place, '--json', ...words], {}, killAt);
}

async function held({ base, quote }: Trader): Promise<[bigint, bigint]> {
  const of = async (account: PublicKey) =>
    BigInt((await venue.connection.getTokenAccountBalance(account, 'confirmed')).value.amount);
  return [await of(base), await of(quote)];
}

async function entry({ index }: Pick<Trader, 'index'>) {
  const { value } = await readMarket(venue.connection, venue.market, 'confirmed');
  const found = value.traders[index];
  assert.ok(found !== undefined);
  return found;
}

/** The accounts hold it all, exactly, and the entry nothing. */
async function assertLeft({ trader }: Person): Promise<void> {
  assert.deepEqual(await held(trader), [LOTS * LOT_ATOMS, QUOTE]);
  const left = await entry(trader);
  const empty = [left.baseLots, left.quoteAtoms, left.pendingBaseLots, left.pendingQuoteAtoms, left.unlockSlot];
  assert.deepEqual(empty, [0n, 0n, 0n, 0n, 0n]);
}

const refusal = ({ code, result }: Ran) => [code, result.code];

test('it depends on public packages alone', async () => {
  const text = await readFile(EXIT_SCRIPT, 'utf8');
  const packages = [...text.matchAll(/from '([^']+)'/g)].map((found) => found[1] ?? '');
  assert.deepEqual(
    packages.filter((name) => !name.startsWith('node:')),
    ['@solana/web3.js'],
  );
  assert.doesNotMatch(text, /import\(|require\(/);
});

test("the runbook's commands, one after the other", async () => {
  const person = await nextPerson();
  const commands = (await readFile(RUNBOOK, 'utf8')).match(/^ +node exit\.mjs .*$/gm) ?? [];
  assert.equal(commands.length, 5);
  const env = { RPC: chain.rpcUrl, PROGRAM: idl.address, MARKET: venue.market.toBase58(), KEY: person.file };
  const [look, leave, later, again, cancel] = await inTurn(commands, (line) => run('sh', ['-c', line], env));
  assert.deepEqual([look?.code, leave?.code, later?.code, again?.code, cancel?.code], [0, 0, 0, 0, 0], leave?.stderr);
  assert.equal(again?.result.state, 'nothing');
  await assertLeft(person);
});

async function inTurn<T, R>(items: readonly T[], what: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await what(item));
  return results;
}

test('it says exactly what was paid, also what no number holds', async () => {
  const person = await nextPerson();
  const { code, result, stderr } = await exit(person);
  assert.equal(code, 0, stderr);
  const { state, baseLots: lots, baseAtoms, quoteAtoms: quote, baseDestination } = result;
  assert.deepEqual(
    [state, lots, baseAtoms, quote, baseDestination],
    ['paid', `${LOTS}`, `${LOTS * LOT_ATOMS}`, `${QUOTE}`, person.trader.base.toBase58()],
  );
  await assertLeft(person);
});

test('killed while it waits, it goes on with the same request; a part, then the rest', async () => {
  const person = await nextPerson();
  await setDelay(FOR_EVER);
  const killed = await exit(person, ['--quote-atoms', '5'], /until slot/);
  assert.equal(killed.code, null);
  const { unlockSlot } = await entry(person.trader);
  const again = await exit(person, ['--quote-atoms', '5', '--no-wait']);
  assert.deepEqual([...refusal(again), again.result.dueSlot], [3, 'WAITING', `${unlockSlot}`]);
  await setDelay(SHORT);
  await exit(person, ['--cancel']);
  const first = await exit(person, ['--quote-atoms', '5']);
  assert.deepEqual([first.result.state, first.result.baseLots, first.result.quoteAtoms], ['paid', '0', '5']);
  const rest = await exit(person);
  assert.deepEqual([rest.result.state, rest.result.quoteAtoms], ['paid', `${QUOTE - 5n}`]);
  await assertLeft(person);
});

test('without waiting it says until when, a cancelled request is available again, and status changes nothing', async () => {
  const person = await nextPerson();
  await setDelay(FOR_EVER);
  const asked = await exit(person, ['--no-wait']);
  await setDelay(SHORT);
  const { unlockSlot } = await entry(person.trader);
  assert.deepEqual([...refusal(asked), asked.result.dueSlot], [3, 'WAITING', `${unlockSlot}`]);
  assert.equal((await exit(person, ['--status'])).result.pendingQuoteAtoms, `${QUOTE}`);
  assert.equal((await exit(person, ['--cancel'])).result.state, 'cancelled');
  assert.equal((await exit(person, ['--cancel'])).result.state, 'nothing');
  const status = await exit(person, ['--status']);
  assert.deepEqual([status.result.state, status.result.quoteAtoms], ['idle', `${QUOTE}`]);
  assert.deepEqual(await held(person.trader), [0n, 0n]);
});

/** Everything is requested, and held for so many slots in the same transaction. */
async function requestHeld({ index, owner, base, quote }: Trader, holdSlots: bigint): Promise<bigint> {
  const { market } = venue;
  const destinations = { baseDestination: base, quoteDestination: quote };
  const everything = { baseLots: LOTS, quoteAtoms: QUOTE };
  const request = build.requestWithdrawal({ owner: owner.publicKey, market, index, ...destinations, ...everything });
  const hold = build.holdWithdrawal({ guardian: keys.guardian.publicKey, market, index, holdSlots });
  await send.together([step([request, hold], owner, keys.guardian)]);
  return (await entry({ index })).heldUntilSlot;
}

test('a request the guardian holds: until which slot; it can be taken back', async () => {
  const person = await nextPerson();
  const heldUntil = await requestHeld(person.trader, FOR_EVER);
  const stopped = await exit(person, ['--no-wait']);
  assert.deepEqual([...refusal(stopped), stopped.result.dueSlot], [3, 'HELD', `${heldUntil}`]);
  assert.match(`${stopped.result.message}`, new RegExp(`the guardian holds it until slot ${heldUntil}`));
  assert.equal((await exit(person, ['--cancel'])).result.state, 'cancelled');
});

test('a request the guardian holds is paid when the hold has passed', async () => {
  const person = await nextPerson();
  const heldUntil = await requestHeld(person.trader, 100n);
  const { result, stderr } = await exit(person);
  assert.equal(result.state, 'paid', stderr);
  const { value } = await venue.connection.getSignatureStatus(`${result.signature}`);
  assert.ok(BigInt(value?.slot ?? 0) >= heldUntil);
  await assertLeft(person);
});

test('a token account that was closed after the request is opened again', async () => {
  const person = await nextPerson();
  const { owner, base } = person.trader;
  await requestHeld(person.trader, 1n);
  const close = createCloseAccountInstruction(base, owner.publicKey, owner.publicKey);
  await send.together([step([close], owner)]);
  assert.equal((await exit(person)).result.state, 'paid');
  await assertLeft(person);
});

test('of several entries of a key one is chosen', async () => {
  const person = await nextPerson();
  const { owner } = person.trader;
  const purse = { fromPubkey: keys.operator.publicKey, toPubkey: owner.publicKey, lamports: LAMPORTS_PER_SOL };
  const second = build.openTrader({ owner: owner.publicKey, market: venue.market });
  await send.together([step([SystemProgram.transfer(purse), second], owner)]);
  const unclear = await exit(person);
  assert.deepEqual(refusal(unclear), [2, 'ENTRY_AMBIGUOUS']);
  assert.match(`${unclear.result.message}`, new RegExp(`${person.trader.index}, ${TRADERS}`));
  assert.equal((await exit(person, ['--index', `${TRADERS}`])).result.state, 'nothing');
  const paid = await exit(person, ['--index', `${person.trader.index}`]);
  assert.equal(paid.result.state, 'paid', JSON.stringify(paid));
  await assertLeft(person);
});

test('what cannot be done is refused by its reason, and nothing is signed', async () => {
  const person = await nextPerson();
  const stranger = { file: await keyFile(dir, Keypair.generate()) };
  const [address] = [Keypair.generate().publicKey.toBase58()];
  const tries: readonly (readonly [Ran, number, string])[] = [
    [await exit(stranger), 1, 'ENTRY_MISSING'],
    [await exit(person, ['--index', '99']), 1, 'ENTRY_MISSING'],
    [await exit(person, ['--market', address]), 1, 'MARKET_MISSING'],
    [await exit(person, ['--program', address]), 1, 'MARKET_FOREIGN'],
    [await exit(person, ['--market', configAddress(venue.program).toBase58()]), 1, 'MARKET_UNREADABLE'],
    [await exit(person, ['--quote-atoms', `${QUOTE + 1n}`]), 1, 'BALANCE_LOW'],
    [await exit(person, ['--market', 'x']), 2, 'OPTION_WRONG'],
    [await exit(person, ['--base-lots', `${2n ** 64n}`]), 2, 'OPTION_WRONG'],
    [await exit(person, ['--base-lots', '1.5']), 2, 'OPTION_WRONG'],
    [await exit(person, ['--everything']), 2, 'OPTION_WRONG'],
    [await exit(person, ['--status', '--cancel']), 2, 'OPTION_WRONG'],
    [await exit({ file: join(dir, 'none.json') }), 2, 'KEY_UNREADABLE'],
    [await exit({ file: EXIT_SCRIPT }), 2, 'KEY_EXPOSED'],
    [await run(process.execPath, [EXIT_SCRIPT, '--json']), 2, 'OPTION_MISSING'],
  ];
  for (const [ran, code, name] of tries) assert.deepEqual(refusal(ran), [code, name]);
  await chmod(person.file, 0o640);
  assert.deepEqual(refusal(await exit(person)), [2, 'KEY_EXPOSED']);
  const { baseLots: lots, quoteAtoms: quote, unlockSlot } = await entry(person.trader);
  assert.deepEqual([lots, quote, unlockSlot], [LOTS, QUOTE, 0n]);
});

test('a market that has moved is named with its successor, by an account of either layout; one that is arriving too', async () => {
  const person = await nextPerson();
  const [program, market] = [Keypair.generate().publicKey, Keypair.generate().publicKey];
  await overwrite(configAddress(venue.program), (data) => data.set(program.toBytes(), CONFIG_SUCCESSOR_AT));
  await overwrite(venue.market, (data) => data.writeUInt8(1, STATUS_AT));
  const before = await exit(person);
  assert.deepEqual([...refusal(before), before.result.successorProgram], [3, 'MARKET_MOVED', program.toBase58()]);
  assert.equal(before.result.successorMarket, undefined);
  await overwrite(venue.market, (data) => data.set(market.toBytes(), SUCCESSOR_AT));
  const since = await exit(person);
  const named = [since.result.successorProgram, since.result.successorMarket];
  assert.deepEqual([...refusal(since), ...named], [3, 'MARKET_MOVED', program.toBase58(), market.toBase58()]);
  assert.match(`${since.result.message}`, new RegExp(`--program ${program} --market ${market}`));
  await overwrite(venue.market, (data) => data.writeUInt8(2, STATUS_AT));
  assert.deepEqual(refusal(await exit(person)), [3, 'MARKET_IMPORTING']);
});

/** Changes an account's bytes, as no instruction of this release can. */
async function overwrite(address: PublicKey, change: (data: Buffer) => unknown): Promise<void> {
  const account = await venue.connection.getAccountInfo(address, 'confirmed');
  assert.ok(account !== null && chain.embedded !== undefined);
  change(account.data);
  const { owner, lamports, data, executable } = account;
  chain.embedded.setAccount({ address, owner: owner.toBase58(), lamports: BigInt(lamports), data, executable });
}
