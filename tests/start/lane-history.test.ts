// Proves: the market's history is read whole from its transactions, also when bytes follow a payload and when a batch ran from
// within another program; a padded batch does not keep any trade from being proved.
// Does not prove: anything about nodes that have forgotten transactions (commands.test.ts does).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getBase58Decoder } from '@solana/kit';
import type { Connection } from '@solana/web3.js';
import { Keypair, PublicKey, TransactionInstruction, TransactionMessage } from '@solana/web3.js';
import { encodeBatchV1, idl, sequence, settlementInstructions, tradeId } from '#client';
import { readLaneHistory } from '../../cli/src/lane-history.ts';
import { proveFromChain } from '../../cli/src/trade-proof.ts';
import { trade } from '../../relayer/src/testing/trades.ts';
import { openWorld } from '../relayer/venue.ts';

const program = new PublicKey(idl.address);
const build = settlementInstructions(program);

test('a batch with bytes behind its payload is history like any other', async (t) => {
  const { keys, venue, land } = await openWorld(t);
  const settle = (id: number) => {
    const data = encodeBatchV1({ sequence: sequence(id), trades: [trade(id)] });
    return build.settleBatch({ relayer: keys.relayer.publicKey, market: venue.market, data });
  };
  const padded = settle(2);
  await land(keys.relayer, settle(1));
  await land(keys.relayer, new TransactionInstruction({ ...padded, data: Buffer.concat([padded.data, Buffer.of(0)]) }));
  for (const id of [1n, 2n]) assert.equal((await proveFromChain(venue, tradeId(id))).proof.tradeId, `${id}`);
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
