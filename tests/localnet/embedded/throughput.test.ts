/**
 * Proves: a thousand transfers sent over JSON-RPC all land. Prints how long that took, in process and over HTTP.
 * Does not prove any speed: the figures depend on the machine and are printed only.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Keypair, type VersionedTransaction } from '@solana/web3.js';
import { startLocalnet } from '#localnet';
import { rpc } from '../rpc.ts';
import { base64, buildV0, transfer } from '../wallet.ts';

const COUNT = 1_000;
const IN_FLIGHT = 16;

for (const skipPreflight of [true, false]) {
  test(`a thousand transfers ${skipPreflight ? 'without' : 'with'} preflight`, async () => {
    const node = await startLocalnet();
    try {
      const connection = node.connection('processed');
      const payer = Keypair.generate();
      const to = Keypair.generate().publicKey;
      node.airdrop(payer.publicKey, 1_000_000_000_000n);
      const { blockhash } = await connection.getLatestBlockhash();
      const transactions = Array.from({ length: COUNT }, (_, n) =>
        buildV0(payer.publicKey, blockhash, [transfer(payer.publicKey, to, 1_000_000 + n)], [payer]),
      );
      const startedAt = performance.now();
      const cpuBefore = process.cpuUsage();
      await sendAll(node.rpcUrl, transactions, skipPreflight);
      const elapsedMs = performance.now() - startedAt;
      const cpu = process.cpuUsage(cpuBefore);
      assert.equal(node.getAccount(to)?.lamports, BigInt(COUNT * 1_000_000 + (COUNT * (COUNT - 1)) / 2));
      const how = skipPreflight ? 'without' : 'with';
      const cpuMs = (cpu.user + cpu.system) / 1_000;
      console.log(
        `${COUNT} transfers over HTTP ${how} preflight: ${Math.round(elapsedMs)} ms, ` +
          `of which ${Math.round(cpuMs)} ms CPU of node and sender together`,
      );
    } finally {
      await node.close();
    }
  });
}

async function sendAll(url: string, transactions: VersionedTransaction[], skipPreflight: boolean): Promise<void> {
  const waiting = transactions.map(base64);
  const options = { encoding: 'base64', skipPreflight, preflightCommitment: 'processed' };
  const send = async (): Promise<void> => {
    for (let text = waiting.pop(); text !== undefined; text = waiting.pop()) {
      const { error } = await rpc(url, 'sendTransaction', [text, options]);
      assert.equal(error, undefined);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, send));
}
