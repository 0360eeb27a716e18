#!/usr/bin/env node
/**
 * Withdraws from a Lockstep market with a key and an RPC alone: nothing of the operator's, paused or gone, is asked.
 * It depends on @solana/web3.js and nothing else; layouts and addresses are those of docs/reference/program.md.
 */
import { readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  ComputeBudgetProgram,
  Connection,
  Keypair,
  PublicKey,
  SystemProgram,
  TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';

const HELP = `Usage: node exit.mjs --rpc URL --program ADDRESS --market ADDRESS --key FILE [options]

Withdraws everything a key owns in a market: requests it, waits until it is due, executes it.
Ended at any point, the same command goes on where it was.

  --rpc URL           any RPC of the cluster
  --program ADDRESS   the settlement program
  --market ADDRESS    the market account
  --key FILE          the owner's keypair (a JSON list of 64 numbers) that nobody else may read
  --index N           which entry, when the key owns several
  --base-lots N       how much to request of the base mint, and of
  --quote-atoms N     the quote mint (default: everything; with one of them the other is 0)
  --status            only show what is there
  --no-wait           request, or execute what is due; never wait
  --cancel            take a request back: it becomes available again
  --priority-fee N    micro-lamports a compute unit (default: 0)
  --json              print one JSON object; numbers that can be large are text
  --help              this

exit: 0 done, or nothing is there · 1 it failed · 2 wrong use · 3 not yet, or the market has moved; what to do is said`;

const TOKEN_PROGRAM = new PublicKey('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');
const ATA_PROGRAM = new PublicKey('ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL');

/** First 8 bytes of instructions, accounts and events; idl/settlement.json lists them. */
const REQUEST = [251, 85, 121, 205, 56, 201, 12, 177];
const EXECUTE = [113, 121, 203, 232, 137, 139, 248, 249];
const CANCEL = [183, 104, 181, 250, 28, 128, 210, 70];
const MARKET_HEADER = [56, 105, 191, 242, 226, 243, 198, 164];
const EXECUTED_EVENT = [37, 78, 199, 192, 51, 68, 173, 162];

/** Places in the market account. Since 0.2.0 bytes that were zero before say where it went. */
const AT = { baseMint: 8, quoteMint: 40, baseVault: 72, quoteVault: 104, lotAtoms: 136, status: 3336, successor: 3348 };
const [COUNT_AT, ENTRIES_AT, ENTRY_BYTES] = [3592, 3596, 160];
const MARKET_STATUS = ['open', 'migrated', 'importing'];
/** Place of the successor's program in the config account. */
const CONFIG_SUCCESSOR = 335;
const ENTRY_OPEN = 1;

const POLL_MS = 500;
const RESEND_MS = 2_000;
const ATTEMPTS = 5;
/** A wait may last hours: it looks seldom while much is left, and outlives an RPC that is away for a while. */
const [MS_A_SLOT_LEFT, MAX_LOOK_MS, MAX_FAILURES] = [20n, 30_000n, 20];
/** The RPC's slot may run ahead of the one that simulates. */
const TOO_EARLY = [6134, 6135];

/** Something to tell the person who runs this, and how to end. */
class Ending extends Error {
  constructor(exitCode, code, message, facts = {}) {
    super(message);
    Object.assign(this, { exitCode, code, facts });
  }
}
const refuse = (code, message) => new Ending(2, code, message);

function options() {
  const text = { type: 'string' };
  const flag = { type: 'boolean', default: false };
  const known = {
    ...{ rpc: text, program: text, market: text, key: text, index: text, 'base-lots': text, 'quote-atoms': text },
    ...{ 'priority-fee': text, status: flag, 'no-wait': flag, cancel: flag, json: flag, help: flag },
  };
  const { values } = parseArgs({ options: known });
  if (values.help) return values;
  for (const name of ['rpc', 'program', 'market', 'key'])
    if (values[name] === undefined) throw refuse('OPTION_MISSING', `--${name} is missing; see --help`);
  if (values.status && values.cancel) throw refuse('OPTION_WRONG', 'give --status or --cancel, not both');
  return values;
}

function address(text, what) {
  try {
    return new PublicKey(text);
  } catch {
    throw refuse('OPTION_WRONG', `${what} is no address`);
  }
}

/** Exact, whatever its size: a u64 does not fit a number. */
function whole(text, what) {
  if (text === undefined) return undefined;
  if (!/^\d{1,20}$/.test(text) || BigInt(text) >= 2n ** 64n) throw refuse('OPTION_WRONG', `${what} is no u64`);
  return BigInt(text);
}

function keyOf(file) {
  let mode;
  try {
    mode = statSync(file).mode;
  } catch (error) {
    throw refuse('KEY_UNREADABLE', `${file}: ${error.code}`);
  }
  if ((mode & 0o077) !== 0) throw refuse('KEY_EXPOSED', `others may read or change ${file}: chmod 600 ${file}`);
  try {
    return Keypair.fromSecretKey(Uint8Array.from(JSON.parse(readFileSync(file, 'utf8'))));
  } catch {
    throw refuse('KEY_UNREADABLE', `${file} is no keypair: a JSON list of 64 numbers, as solana-keygen writes it`);
  }
}

const keyAt = (data, at) => new PublicKey(data.subarray(at, at + 32));
const startsWith = (data, bytes) => bytes.every((byte, at) => data[at] === byte);
const pda = (program, ...seeds) => PublicKey.findProgramAddressSync(seeds, program)[0];

/** Slots of the entry at this place that its request waits for. */
const slotsOf = (data, at) => ({
  unlockSlot: data.readBigUInt64LE(at + 64),
  heldUntilSlot: data.readBigUInt64LE(at + 72),
});

function readEntry(data, index) {
  const at = ENTRIES_AT + index * ENTRY_BYTES;
  const u64 = (offset) => data.readBigUInt64LE(at + offset);
  return {
    ...{ index, owner: keyAt(data, at), status: data[at + 152] },
    ...{ baseLots: u64(32), quoteAtoms: u64(40), pendingBaseLots: u64(48), pendingQuoteAtoms: u64(56) },
    ...slotsOf(data, at),
    ...{ baseDestination: keyAt(data, at + 80), quoteDestination: keyAt(data, at + 112) },
  };
}

async function readMarket({ connection, program, market }) {
  const account = await connection.getAccountInfo(market, 'confirmed');
  if (account === null) throw new Ending(1, 'MARKET_MISSING', `there is no account ${market} on this cluster`);
  if (!account.owner.equals(program))
    throw new Ending(1, 'MARKET_FOREIGN', `${market} belongs to ${account.owner}, not to ${program}`);
  const { data } = account;
  if (data.length < ENTRIES_AT || !startsWith(data, MARKET_HEADER))
    throw new Ending(1, 'MARKET_UNREADABLE', `${market} is no market`);
  return data;
}

/** Balances of a market that has moved are in the successor's program: this one pays nobody any more. */
async function requireHere({ connection, program, market }, data) {
  const status = MARKET_STATUS[data[AT.status]];
  if (status === 'open') return;
  if (status !== 'migrated')
    throw new Ending(3, 'MARKET_IMPORTING', `${market} is being taken over from another program; try again later`);
  const config = await connection.getAccountInfo(pda(program, Buffer.from('config')), 'confirmed');
  const nominated = config === null ? PublicKey.default : keyAt(config.data, CONFIG_SUCCESSOR);
  const named = keyAt(data, AT.successor);
  const successorMarket = named.equals(PublicKey.default) ? undefined : named.toBase58();
  const successorProgram = nominated.equals(PublicKey.default) ? undefined : nominated.toBase58();
  const on = `--program ${successorProgram ?? '(ask the operator)'} --market ${successorMarket ?? '(ask the operator)'}`;
  const facts = { successorProgram, successorMarket };
  throw new Ending(3, 'MARKET_MOVED', `the market has moved, and the balances with it; go on with ${on}`, facts);
}

function entryOf(data, owner, wanted) {
  const count = data.readUInt32LE(COUNT_AT);
  const own = [];
  for (let index = 0; index < count; index += 1) {
    const at = ENTRIES_AT + index * ENTRY_BYTES;
    if (data[at + 152] === ENTRY_OPEN && keyAt(data, at).equals(owner)) own.push(readEntry(data, index));
  }
  const [entry] = wanted === undefined ? own : own.filter(({ index }) => BigInt(index) === wanted);
  if (entry === undefined) throw new Ending(1, 'ENTRY_MISSING', `${owner} has no such open entry in this market`);
  if (wanted === undefined && own.length > 1)
    throw refuse('ENTRY_AMBIGUOUS', `give --index: the key owns ${own.map(({ index }) => index).join(', ')}`);
  return entry;
}

const meta = (pubkey, isWritable = false, isSigner = false) => ({ pubkey, isWritable, isSigner });

function dataOf(discriminator, index, ...amounts) {
  const data = Buffer.alloc(12 + 8 * amounts.length);
  data.set(discriminator);
  data.writeUInt32LE(index, 8);
  for (const [at, amount] of amounts.entries()) data.writeBigUInt64LE(amount, 12 + 8 * at);
  return data;
}

const tokenAccountOf = (owner, mint) => pda(ATA_PROGRAM, owner.toBuffer(), TOKEN_PROGRAM.toBuffer(), mint.toBuffer());

/** The owner's token account of a mint; it is created when it is not there. */
function createTokenAccount(owner, mint) {
  const keys = [meta(owner, true, true), meta(tokenAccountOf(owner, mint), true), meta(owner), meta(mint)];
  keys.push(meta(SystemProgram.programId), meta(TOKEN_PROGRAM));
  return new TransactionInstruction({ programId: ATA_PROGRAM, keys, data: Buffer.from([1]) });
}

function request({ owner, program, market }, data, index, base, quote) {
  const [baseMint, quoteMint] = [keyAt(data, AT.baseMint), keyAt(data, AT.quoteMint)];
  const keys = [meta(owner, false, true), meta(pda(program, Buffer.from('config'))), meta(market, true)];
  keys.push(meta(tokenAccountOf(owner, baseMint)), meta(tokenAccountOf(owner, quoteMint)));
  const asked = new TransactionInstruction({ programId: program, keys, data: dataOf(REQUEST, index, base, quote) });
  return [createTokenAccount(owner, baseMint), createTokenAccount(owner, quoteMint), asked];
}

function execute({ owner, program, market }, data, entry) {
  const authority = pda(program, Buffer.from('vault'), market.toBuffer());
  const keys = [meta(owner, false, true), meta(market, true), meta(authority)];
  for (const at of [AT.baseVault, AT.quoteVault]) keys.push(meta(keyAt(data, at), true));
  keys.push(meta(entry.baseDestination, true), meta(entry.quoteDestination, true), meta(TOKEN_PROGRAM));
  // The request fixed them; one that was closed since is opened again, where it is the owner's usual one.
  const reopened = [
    [AT.baseMint, entry.baseDestination],
    [AT.quoteMint, entry.quoteDestination],
  ].flatMap(([at, destination]) => {
    const mint = keyAt(data, at);
    return tokenAccountOf(owner, mint).equals(destination) ? [createTokenAccount(owner, mint)] : [];
  });
  const paid = new TransactionInstruction({ programId: program, keys, data: dataOf(EXECUTE, entry.index) });
  return [...reopened, paid];
}

function cancel({ owner, program, market }, { index }) {
  const keys = [meta(owner, false, true), meta(market, true)];
  return [new TransactionInstruction({ programId: program, keys, data: dataOf(CANCEL, index) })];
}

/** Number of the program's own error in a text or in what the RPC says of a transaction; undefined without one. */
function errorNumber(error) {
  const hex = /custom program error: 0x([0-9a-f]+)/.exec(`${error?.message ?? ''}`)?.[1];
  if (hex !== undefined) return Number.parseInt(hex, 16);
  const decimal = /"Custom":(\d+)/.exec(`${error?.message ?? ''}`)?.[1];
  return decimal === undefined ? undefined : Number(decimal);
}

/** Sends until it is final or can't land any more; a transaction that is sent twice still happens once. */
async function send(place, instructions) {
  const { connection, key, priorityFee } = place;
  const price = ComputeBudgetProgram.setComputeUnitPrice({ microLamports: priorityFee });
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { blockhash, lastValidBlockHeight } = await connection.getLatestBlockhash('confirmed');
    const all = priorityFee > 0n ? [price, ...instructions] : instructions;
    const message = new TransactionMessage({ payerKey: place.owner, recentBlockhash: blockhash, instructions: all });
    const transaction = new VersionedTransaction(message.compileToV0Message());
    transaction.sign([key]);
    const bytes = transaction.serialize();
    const signature = await connection.sendRawTransaction(bytes, { preflightCommitment: 'confirmed' });
    for (let sentAt = Date.now(); ; await sleep(POLL_MS)) {
      const { value } = await connection.getSignatureStatus(signature, { searchTransactionHistory: true });
      if (value?.err) throw new Error(`${signature}: ${JSON.stringify(value.err)}`);
      if (value?.confirmationStatus === 'finalized') return signature;
      if (value === null && (await connection.getBlockHeight('finalized')) > lastValidBlockHeight) break;
      if (value !== null || Date.now() - sentAt < RESEND_MS) continue;
      sentAt = Date.now();
      await connection.sendRawTransaction(bytes, { skipPreflight: true }).catch(() => undefined);
    }
    place.say('the transaction did not land in time; it is sent anew');
  }
  throw new Ending(
    1,
    'NOT_LANDING',
    'the cluster takes no transaction of this key; try --priority-fee, or another RPC',
  );
}

/** What an execution says it paid. */
async function paidBy({ connection, market }, signature) {
  const found = await connection.getTransaction(signature, {
    ...{ commitment: 'finalized', maxSupportedTransactionVersion: 0 },
  });
  for (const line of found?.meta?.logMessages ?? []) {
    const data = Buffer.from(/^Program data: (\S+)$/.exec(line)?.[1] ?? '', 'base64');
    if (data.length < 60 || !startsWith(data, EXECUTED_EVENT) || !keyAt(data, 8).equals(market)) continue;
    return { baseLots: data.readBigUInt64LE(44), quoteAtoms: data.readBigUInt64LE(52) };
  }
  return undefined;
}

const show = ({ index, baseLots, quoteAtoms, pendingBaseLots, pendingQuoteAtoms, unlockSlot, heldUntilSlot }) => ({
  ...{ index, baseLots, quoteAtoms, pendingBaseLots, pendingQuoteAtoms },
  ...{ unlockSlot, heldUntilSlot },
});

/** Slot from which the request can be executed, and who makes it wait. */
function dueOf({ unlockSlot, heldUntilSlot }) {
  if (heldUntilSlot > unlockSlot) return { slot: heldUntilSlot, code: 'HELD', why: 'the guardian holds it' };
  return { slot: unlockSlot, code: 'WAITING', why: 'the delay of the market runs' };
}

async function untilDue({ connection, market, say }, entry, isPatient) {
  const dataSlice = { offset: ENTRIES_AT + entry.index * ENTRY_BYTES, length: ENTRY_BYTES };
  let [said, due, failures] = [0n, dueOf(entry), 0];
  for (;;) {
    try {
      const part = await connection.getAccountInfo(market, { commitment: 'confirmed', dataSlice });
      if (part?.data.length === ENTRY_BYTES) due = dueOf(slotsOf(part.data, 0));
      const now = BigInt(await connection.getSlot('confirmed'));
      failures = 0;
      if (now >= due.slot) return;
      const left = due.slot - now;
      const text = `${due.why} until slot ${due.slot}; it is ${now}, ${left} to go`;
      if (!isPatient) throw new Ending(3, due.code, `${text}; run the same command then`, { dueSlot: due.slot });
      if (said !== due.slot) say(text);
      said = due.slot;
      const wait = left * MS_A_SLOT_LEFT;
      await sleep(Math.max(POLL_MS, Number(wait < MAX_LOOK_MS ? wait : MAX_LOOK_MS)));
    } catch (error) {
      failures += 1;
      if (error instanceof Ending || failures > MAX_FAILURES) throw error;
      say(`the RPC does not answer (${error.message}); it is asked again`);
      await sleep(POLL_MS * failures);
    }
  }
}

function wantedOf(entry, { base, quote }) {
  const all = base === undefined && quote === undefined;
  const wanted = { base: base ?? (all ? entry.baseLots : 0n), quote: quote ?? (all ? entry.quoteAtoms : 0n) };
  if (wanted.base <= entry.baseLots && wanted.quote <= entry.quoteAtoms) return wanted;
  const has = `${entry.baseLots} base lots and ${entry.quoteAtoms} quote atoms`;
  throw new Ending(1, 'BALANCE_LOW', `entry ${entry.index} has ${has} available`);
}

async function leave(place, { status, cancel: isCancelled, patient, index, amounts }) {
  for (;;) {
    const data = await readMarket(place);
    await requireHere(place, data);
    const entry = entryOf(data, place.owner, index);
    const isRequested = entry.unlockSlot !== 0n;
    if (status) return { state: isRequested ? 'requested' : 'idle', ...show(entry) };
    if (isCancelled) {
      if (!isRequested) return { state: 'nothing', ...show(entry) };
      return { state: 'cancelled', signature: await send(place, cancel(place, entry)), index: entry.index };
    }
    if (!isRequested) {
      const { base, quote } = wantedOf(entry, amounts);
      if (base === 0n && quote === 0n) return { state: 'nothing', ...show(entry) };
      place.say(`requests ${base} base lots and ${quote} quote atoms of entry ${entry.index}`);
      await send(place, request(place, data, entry.index, base, quote));
      continue;
    }
    place.say(`${entry.pendingBaseLots} base lots and ${entry.pendingQuoteAtoms} quote atoms are requested`);
    await untilDue(place, entry, patient);
    try {
      const signature = await send(place, execute(place, data, entry));
      return { state: 'paid', signature, index: entry.index, ...(await receipt(place, data, entry, signature)) };
    } catch (error) {
      if (!TOO_EARLY.includes(errorNumber(error))) throw error;
      await sleep(POLL_MS);
    }
  }
}

async function receipt(place, data, { baseDestination, quoteDestination }, signature) {
  const paid = await paidBy(place, signature);
  const lotAtoms = data.readBigUInt64LE(AT.lotAtoms);
  return {
    // Null where this RPC keeps no logs: the transaction's explorer page has them.
    baseLots: paid?.baseLots ?? null,
    baseAtoms: paid === undefined ? null : paid.baseLots * lotAtoms,
    quoteAtoms: paid?.quoteAtoms ?? null,
    baseDestination: baseDestination.toBase58(),
    quoteDestination: quoteDestination.toBase58(),
  };
}

const asJson = (value) => JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? `${inner}` : inner));

function print(result, json) {
  if (json) return console.log(asJson(result));
  for (const [name, value] of Object.entries(result)) if (value !== undefined) console.log(`${name}: ${value}`);
}

async function main(values) {
  const key = keyOf(values.key);
  const place = {
    ...{ key, owner: key.publicKey, connection: new Connection(values.rpc, 'confirmed') },
    ...{ program: address(values.program, '--program'), market: address(values.market, '--market') },
    priorityFee: whole(values['priority-fee'], '--priority-fee') ?? 0n,
    say: (text) => console.error(text),
  };
  return leave(place, {
    ...{ status: values.status, cancel: values.cancel, patient: !values['no-wait'] },
    index: whole(values.index, '--index'),
    amounts: {
      base: whole(values['base-lots'], '--base-lots'),
      quote: whole(values['quote-atoms'], '--quote-atoms'),
    },
  });
}

let json = process.argv.includes('--json');
try {
  const values = options();
  json = values.json;
  if (values.help) console.log(HELP);
  else print(await main(values), json);
} catch (error) {
  const isUse = `${error?.code}`.startsWith('ERR_PARSE_ARGS');
  const code = error instanceof Ending ? error.code : isUse ? 'OPTION_WRONG' : 'FAILED';
  const number = errorNumber(error);
  const message = `${error?.message ?? error}${number === undefined ? '' : ` (error ${number} of docs/reference/program.md)`}`;
  const facts = error instanceof Ending ? error.facts : {};
  if (json) console.log(asJson({ state: 'stopped', code, message, ...facts }));
  else console.error(`${code}: ${message}`);
  process.exitCode = error instanceof Ending ? error.exitCode : isUse ? 2 : 1;
}
