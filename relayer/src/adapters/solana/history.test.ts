// Proves: the transaction that settled a digest is found on any page and also when another program called ours; failed ones are passed
// over, the search ends below the sequence, and only bytes with the digest count, whatever a node offers.
// Does not prove: that a real node answers so; tests/relayer/settlement.test.ts adopts from one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getBase58Decoder } from '@solana/kit';
import type { TransactionInstruction } from '@solana/web3.js';
import { PublicKey, TransactionMessage, VersionedTransaction } from '@solana/web3.js';
import { sequence, settlementInstructions } from '#client';
import { TransientError } from '../../errors.ts';
import { encodePayload } from '../../stages/encode/codec.ts';
import { digestOf } from '../../testing/chain.ts';
import type { Answers } from '../../testing/rpc-node.ts';
import { rpcNode } from '../../testing/rpc-node.ts';
import { trades } from '../../testing/trades.ts';
import { findSettlement } from './history.ts';
import { createConnection } from './rpc.ts';

const base58 = getBase58Decoder();
const address = (fill: number) => new PublicKey(new Uint8Array(32).fill(fill));
const place = { program: address(9), market: address(8) };
const payload = (at: number, first = at) =>
  encodePayload({ version: 1, trades: trades(first, first) }, sequence(at)).data;
const settle = (data: Uint8Array, market = place.market) =>
  settlementInstructions(place.program).settleBatch({ relayer: address(7), market, data });
const name = (at: number) => base58.decode(new Uint8Array(64).fill(at));

interface Entry {
  readonly err?: object | null;
  /** Undefined: the node has forgotten it. */
  readonly instruction?: TransactionInstruction;
  /** It was called by another program. */
  readonly inner?: boolean;
}

/** Newest first; `name(1)` is the first of them. */
function historyOf(entries: readonly Entry[], pageSize = 1_000): Answers {
  const names = entries.map((_, at) => name(at + 1));
  return {
    getSignaturesForAddress: ([, options]) => {
      const { before } = options as { before?: string };
      const from = before === undefined ? 0 : names.indexOf(before) + 1;
      const page = entries.slice(from, from + pageSize);
      return page.map(({ err = null }, at) => ({
        signature: names[from + at],
        slot: 5,
        err,
        memo: null,
        blockTime: null,
      }));
    },
    getTransaction: ([signature]) =>
      transaction(entries[names.indexOf(signature as string)] ?? assert.fail(), signature as string),
  };
}

function transaction({ instruction, inner = false }: Entry, signature: string): unknown {
  if (instruction === undefined) return null;
  const caller = { keys: instruction.keys.concat({ pubkey: place.program, isSigner: false, isWritable: false }) };
  const outer = inner ? { ...instruction, ...caller, programId: address(6), data: Buffer.alloc(1) } : instruction;
  const instructions = [outer];
  const parts = { payerKey: address(7), recentBlockhash: address(1).toBase58(), instructions };
  const message = new TransactionMessage(parts).compileToV0Message();
  const keys = message.staticAccountKeys;
  const called = {
    programIdIndex: keys.findIndex((key) => key.equals(place.program)),
    accounts: instruction.keys.map(({ pubkey }) => keys.findIndex((key) => key.equals(pubkey))),
    data: base58.decode(instruction.data),
  };
  const json = {
    accountKeys: keys.map((key) => key.toBase58()),
    header: message.header,
    recentBlockhash: message.recentBlockhash,
    instructions: new VersionedTransaction(message).message.compiledInstructions.map((one) => ({
      programIdIndex: one.programIdIndex,
      accounts: one.accountKeyIndexes,
      data: base58.decode(one.data),
    })),
    addressTableLookups: [],
  };
  return {
    slot: 5,
    version: 0,
    blockTime: null,
    meta: {
      err: null,
      fee: 5_000,
      preBalances: [],
      postBalances: [],
      innerInstructions: inner ? [{ index: 0, instructions: [called] }] : [],
      logMessages: [],
    },
    transaction: { signatures: [signature], message: json },
  };
}

async function find(entries: readonly Entry[], at: number, wanted: Uint8Array, signature?: string) {
  const node = await rpcNode(historyOf(entries));
  const found = await findSettlement(createConnection({ rpcUrl: node.url, timeoutMs: 5_000 }), place, {
    sequence: sequence(at),
    digest: digestOf(wanted),
    ...(signature === undefined ? {} : { signature }),
  });
  const asked = node.calls.filter((call) => call.method === 'getTransaction').map((call) => call.params[0]);
  return { found, asked };
}
const settled = (data: Uint8Array, more: Partial<Entry> = {}): Entry => ({ instruction: settle(data), ...more });

test('found among others, with its signature and slot', async () => {
  const { found } = await find([settled(payload(3)), settled(payload(2)), settled(payload(1))], 2, payload(2));
  assert.deepEqual(found, { payload: payload(2), signature: name(2), slot: 5n, codes: Uint8Array.of(0) });
});

test('the transaction that is named is asked for first, and the others when it is not the one', async () => {
  const entries = [settled(payload(3)), settled(payload(2)), settled(payload(1))];
  const named = await find(entries, 1, payload(1), name(3));
  assert.deepEqual([named.found?.signature, named.asked], [name(3), [name(3)]]);
  assert.equal((await find(entries, 1, payload(1), name(2))).found?.signature, name(3));
});

test('a V2 batch whose logs are gone is found without its results', async () => {
  const data = encodePayload({ version: 2, trades: trades(1, 2) }, sequence(1)).data;
  const { found } = await find([settled(data)], 1, data);
  assert.deepEqual([found?.payload, found?.codes], [data, undefined]);
});

test('found where another program called ours', async () => {
  const { found } = await find([settled(payload(2), { inner: true })], 2, payload(2));
  assert.deepEqual(found?.payload, payload(2));
});

test('a failed transaction, another market’s and a forgotten one are passed over', async () => {
  const elsewhere = { instruction: settle(payload(2), address(5)) };
  const entries = [settled(payload(2), { err: { InstructionError: [0, 'X'] } }), elsewhere, {}, settled(payload(1))];
  const { found, asked } = await find(entries, 2, payload(2));
  assert.equal(found, undefined);
  assert.ok(!asked.includes(name(1)), 'a failed one is not even asked for');
});

test('other bytes for that sequence do not count', async () => {
  const { found } = await find([settled(payload(2, 7))], 2, payload(2));
  assert.equal(found, undefined);
});

test('the search ends below the sequence', async () => {
  const entries = Array.from({ length: 40 }, (_, at) => settled(payload(40 - at)));
  const { found, asked } = await find(entries, 38, payload(38, 99));
  assert.equal(found, undefined);
  assert.ok(asked.length < 20, `${asked.length} asked for`);
});

test('a full page is followed by the next one', async () => {
  const failed = Array.from({ length: 1_000 }, () => ({ err: { InstructionError: [0, 'X'] } }));
  const names = [...failed, settled(payload(1))];
  const node = await rpcNode({
    getSignaturesForAddress: ([, options]) => {
      const isSecond = (options as { before?: string }).before !== undefined;
      const page = isSecond ? names.slice(1_000) : names.slice(0, 1_000);
      const signature = isSecond ? name(2) : name(1);
      return page.map(({ err = null }: Entry) => ({ signature, slot: 5, err, memo: null, blockTime: null }));
    },
    getTransaction: ([signature]) => transaction(names[1_000] ?? assert.fail(), signature as string),
  });
  const connection = createConnection({ rpcUrl: node.url, timeoutMs: 5_000 });
  const found = await findSettlement(connection, place, { sequence: sequence(1), digest: digestOf(payload(1)) });
  assert.equal(found?.signature, name(2));
});

test('a node that does not answer taught nothing', async () => {
  const node = await rpcNode({
    getSignaturesForAddress: () => {
      throw new Error('no history here');
    },
  });
  const connection = createConnection({ rpcUrl: node.url, timeoutMs: 5_000 });
  await assert.rejects(findSettlement(connection, place, { sequence: sequence(1), digest: 'aa' }), TransientError);
});
