// Proves: the market's history is read whole from its transactions, also when bytes follow a payload and when a batch ran from
// within another program; a padded batch does not keep any trade from being proved; a proof is of one moment of the market, whatever lands while
// it is made; a history that lags is read on; what cannot be proved is refused.
// Does not prove: anything about a cluster's forks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getBase58Decoder } from '@solana/kit';
import type { ConfirmedSignatureInfo, Connection } from '@solana/web3.js';
import { Keypair, PublicKey, TransactionInstruction, TransactionMessage } from '@solana/web3.js';
import {
  encodeBatchV1,
  idl,
  readMarketHeader,
  sequence,
  settlementInstructions,
  tradeId,
  verifyTradeProof,
} from '#client';
import { readLaneHistory } from '../../cli/src/lane-history.ts';
import { provenLaneTree } from '../../cli/src/lane-tree.ts';
import { proveFrom } from '../../cli/src/trade-proof.ts';
import { trade } from '../../relayer/src/testing/trades.ts';
import type { World } from '../relayer/venue.ts';
import { openWorld } from '../relayer/venue.ts';

const program = new PublicKey(idl.address);
const build = settlementInstructions(program);

/** Lands one batch of one trade. */
const settling = (relayer: Keypair, market: PublicKey, land: World['land']) => (id: number) => {
  const data = encodeBatchV1({ sequence: sequence(id), trades: [trade(id)] });
  return land(relayer, build.settleBatch({ relayer: relayer.publicKey, market, data }));
};

interface Between {
  signatures(read: () => Promise<ConfirmedSignatureInfo[]>): Promise<ConfirmedSignatureInfo[]>;
  transaction(signature: string): unknown;
}

/** The node, with somebody in the way of its answers about history. */
const nodeBetween = (node: Connection, between: Between): Connection =>
  ({
    getSignaturesForAddress: (...args: Parameters<Connection['getSignaturesForAddress']>) =>
      between.signatures(() => node.getSignaturesForAddress(...args)),
    getTransaction: async (signature: string) => {
      await between.transaction(signature);
      return node.getTransaction(signature, { commitment: 'confirmed', maxSupportedTransactionVersion: 0 });
    },
  }) as unknown as Connection;

test('a batch with bytes behind its payload is history like any other', async (t) => {
  const { keys, venue, land } = await openWorld(t);
  const settle = (id: number) => {
    const data = encodeBatchV1({ sequence: sequence(id), trades: [trade(id)] });
    return build.settleBatch({ relayer: keys.relayer.publicKey, market: venue.market, data });
  };
  const padded = settle(2);
  await land(keys.relayer, settle(1));
  await land(keys.relayer, new TransactionInstruction({ ...padded, data: Buffer.concat([padded.data, Buffer.of(0)]) }));
  const { value: header } = await readMarketHeader(venue.connection, venue.market, 'confirmed', program);
  const history = await provenLaneTree(venue, header.tree);
  for (const id of [1n, 2n]) assert.equal(proveFrom(venue, history, tradeId(id)).proof.tradeId, `${id}`);
});

test('a trade is proved against the root of one moment, whatever lands after it', async (t) => {
  const { keys, venue, land } = await openWorld(t);
  const settle = settling(keys.relayer, venue.market, land);
  for (const id of [1, 2, 3]) await settle(id);
  const { value: header } = await readMarketHeader(venue.connection, venue.market, 'confirmed', program);
  let newest = 3;
  const busy = nodeBetween(venue.connection, {
    // A batch lands before each page of the history is read.
    signatures: async (read) => {
      newest += 1;
      await settle(newest);
      return read();
    },
    transaction: () => undefined,
  });
  const history = await provenLaneTree({ ...venue, connection: busy }, header.tree);
  assert.ok(newest > 3);
  const { proof } = proveFrom(venue, history, tradeId(2));
  verifyTradeProof(proof, { program, market: venue.market, root: header.tree.root });
});

test('a history that lags behind the account is read on, and no transaction of it twice', async (t) => {
  const { keys, venue, land } = await openWorld(t);
  const settle = settling(keys.relayer, venue.market, land);
  for (const id of [1, 2, 3]) await settle(id);
  const { value: header } = await readMarketHeader(venue.connection, venue.market, 'confirmed', program);
  let lag = 2;
  const asked: string[] = [];
  const lagging = nodeBetween(venue.connection, {
    signatures: async (read) => (await read()).slice(Math.max(0, lag--)),
    transaction: (signature) => void asked.push(signature),
  });
  const history = await provenLaneTree({ ...venue, connection: lagging }, header.tree);
  assert.equal(history.tree.size, 3);
  const settled = asked.filter((signature) => history.records.some((record) => record.signature === signature));
  assert.equal(settled.length, 3);
});

test('a root that the transactions do not make, and a history that ends early, are told apart', async (t) => {
  const { keys, venue, land } = await openWorld(t);
  await settling(keys.relayer, venue.market, land)(1);
  const refusal = (leafCount: bigint) => provenLaneTree(venue, { leafCount, root: new Uint8Array(32) });
  await assert.rejects(refusal(1n), { code: 'ROOT_MISMATCH' });
  await assert.rejects(refusal(2n), { code: 'HISTORY_INCOMPLETE' });
});

test('a batch that another program ran is found among the inner instructions', async () => {
  const [relayer, market, caller] = [Keypair.generate().publicKey, Keypair.generate().publicKey, Keypair.generate()];
  const data = encodeBatchV1({ sequence: sequence(1), trades: [trade(1)] });
  const inner = build.settleBatch({ relayer, market, data });
  const keys = [...inner.keys, { pubkey: program, isSigner: false, isWritable: false }];
  const outer = new TransactionInstruction({ programId: caller.publicKey, keys, data: Buffer.of(7) });
  const blockhash = PublicKey.default.toBase58();
  const message = new TransactionMessage({
    payerKey: relayer,
    recentBlockhash: blockhash,
    instructions: [outer],
  }).compileToV0Message();
  const indexOf = (key: PublicKey) => message.staticAccountKeys.findIndex((one) => one.equals(key));
  const instruction = {
    programIdIndex: indexOf(program),
    accounts: inner.keys.map(({ pubkey }) => indexOf(pubkey)),
    data: getBase58Decoder().decode(inner.data),
  };
  const transaction = {
    slot: 5,
    transaction: { message, signatures: ['one'] },
    meta: { logMessages: [], innerInstructions: [{ index: 0, instructions: [instruction] }] },
  };
  const connection = {
    getSignaturesForAddress: async () => [{ signature: 'one', err: null }],
    getTransaction: async () => transaction,
  } as unknown as Connection;
  const records = [];
  for await (const record of readLaneHistory({ connection, program, market })) records.push(record);
  assert.deepEqual(
    records.map((record) => record.kind === 'batch' && record.data),
    [data],
  );
});
