// Proves: trades that settled before a migration of the tree, after its way back, and before a move to another program are all
// proved against the one root there is now, from the node's history alone; so is a trade after each; the test flight computes the
// same root; a proof file says whose root it leads to, and verifying refuses another one; a proof of a root that the market had a moment ago
// still holds, one of a root that it never had is refused with a code of its own; who watches the old market is told where it went.
// Does not prove: anything about the forks themselves (tests/program/fork).
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TransactionInstruction } from '@solana/web3.js';
import { Keypair, PublicKey } from '@solana/web3.js';
import {
  baseLots,
  batchLeaf,
  createMarketAccount,
  encodeBatchV1,
  idl,
  marketSpace,
  payloadDigest,
  proveTrade,
  quoteAtoms,
  ResultCode,
  readConfig,
  readMarketHeader,
  resultsDigest,
  StateTree,
  sequence,
  settlementInstructions,
  tradeId,
  verifyTradeProof,
} from '#client';
import { instrumentOf } from '#feeder';
import { startLocalnet } from '#localnet';
import { verifyProofCommand } from '../../cli/src/commands/verify-proof.ts';
import { provenLaneTree, treePoint } from '../../cli/src/lane-tree.ts';
import { toJson } from '../../cli/src/output.ts';
import { releaseFile } from '../../cli/src/release/program.ts';
import { watchLane } from '../../cli/src/start/lane-watch.ts';
import { requireStays } from '../../cli/src/start/moved.ts';
import { newKeys, openVenue } from '../../cli/src/start/venue.ts';
import { proveFrom as prove } from '../../cli/src/trade-proof.ts';
import { createSender } from '../../cli/src/transactions.ts';
import { trade } from '../../relayer/src/testing/trades.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;
const SLOT_MS = 20;
const oldProgram = new PublicKey(idl.address);
const old = settlementInstructions(oldProgram);

test('every trade is proved against the present root, through every kind of fork', async (t) => {
  const keys = newKeys();
  const newProgram = Keypair.generate().publicKey;
  const next = settlementInstructions(newProgram);
  const program = { file: releaseFile('0.2.0'), upgradeAuthority: keys.operator.publicKey };
  const programs = [oldProgram, newProgram].map((programId) => ({ ...program, programId }));
  const chain = await startLocalnet({ slotMs: SLOT_MS, programs, finalizedAfterSlots: 4 });
  t.after(() => chain.close());
  for (const key of [keys.operator, keys.relayer]) chain.airdrop(key.publicKey, 1_000_000_000_000n);
  const connection = chain.connection('confirmed');
  const send = createSender(connection, keys.operator, never);
  const step = { digits: 1n, scale: 2 };
  const deposit = { baseLots: baseLots(1_000_000n), quoteAtoms: quoteAtoms(1_000_000_000n) };
  const deposits = Array.from({ length: 4 }, () => deposit);
  const venue = await openVenue({ connection, send, keys, instrument: instrumentOf(step, step), deposits });
  const { operator, relayer } = keys;
  const admin = operator.publicKey;
  const { market } = venue;
  const land = (payer: Keypair, ...instructions: TransactionInstruction[]) =>
    createSender(connection, payer, never).together([{ instructions, signers: [] }]);

  let present = { program: oldProgram, market, build: old };
  let settled = 0;
  const settle = async () => {
    settled += 1;
    const data = encodeBatchV1({ sequence: sequence(settled), trades: [trade(settled)] });
    const { build } = present;
    await land(relayer, build.settleBatch({ relayer: relayer.publicKey, market: present.market, data }));
  };
  const ping = (nonce: bigint) =>
    land(relayer, present.build.ping({ relayer: relayer.publicKey, market: present.market, nonce }));
  const headerNow = async () =>
    (await readMarketHeader(connection, present.market, 'confirmed', present.program)).value;
  /** Proves every trade there is, against the root of now. */
  const proofs = async () => {
    const header = await headerNow();
    const told: number[] = [];
    const onRead = (read: number, of: number) => void told.push(read, of);
    const history = await provenLaneTree({ connection, ...present }, treePoint(header), never, onRead);
    assert.ok(told.length >= 2 && told.at(-1) === told.at(-2));
    return Array.from({ length: settled }, (_, i) => {
      const file = proveFrom(present, history, i + 1);
      const { root } = header.tree;
      assert.equal(verifyTradeProof(file.proof, { ...present, root }).trade.tradeId, BigInt(i + 1));
      return file;
    });
  };
  const pause = (isPaused: boolean) => land(operator, old.setPaused({ authority: admin, isPaused }));

  await settle();
  await ping(1n);
  await settle();
  await pause(true);
  await land(operator, old.migrateStateTree({ admin, market }));
  await proofs();
  await ping(2n);
  await proofs();
  await land(operator, old.revertStateTree({ admin, market }));
  await pause(false);
  await settle();
  await proofs();
  await pause(true);
  await land(operator, old.migrateStateTree({ admin, market }));
  await ping(3n);
  await pause(false);
  await settle();
  await proofs();

  const { value: config } = await readConfig(connection, oldProgram, 'confirmed');
  const args = { ...config, admin, withdrawalDelaySlots: 0n };
  await land(operator, next.initialize({ payer: admin, authority: admin, args }));
  await land(operator, next.setPredecessor({ admin, program: oldProgram }));
  await land(operator, old.setWithdrawalDelay({ admin, withdrawalDelaySlots: 0n }));
  await land(operator, old.nominateSuccessor({ admin, program: newProgram }));
  const moved = Keypair.generate();
  const info = await connection.getAccountInfo(market);
  const capacity = ((info?.data.length ?? 0) - marketSpace(0)) / (marketSpace(1) - marketSpace(0));
  const lamports = await connection.getMinimumBalanceForRentExemption(marketSpace(capacity));
  const account = createMarketAccount({
    payer: admin,
    market: moved.publicKey,
    capacity,
    lamports,
    programId: newProgram,
  });
  const prepare = next.prepareImport({ admin, market: moved.publicKey, oldMarket: market });
  await createSender(connection, operator, never).together([{ instructions: [account, prepare], signers: [moved] }]);
  await pause(true);
  const { value: header } = await readMarketHeader(connection, market, 'confirmed', oldProgram);
  const { baseVault, quoteVault } = header;
  const unlockSlot = Number((await readConfig(connection, oldProgram, 'confirmed')).value.successor.unlockSlot);
  await until(async () => (await connection.getSlot('confirmed')) >= unlockSlot);
  const names = { admin, baseVault, quoteVault };
  await land(operator, old.handOver({ ...names, market, successorMarket: moved.publicKey }));
  const side = { ...names, market: moved.publicKey, oldMarket: market };
  const oldLane = { connection, program: oldProgram, market };
  const stays = async () =>
    requireStays(oldLane, (await readMarketHeader(connection, market, 'confirmed', oldProgram)).value);
  await land(operator, next.importMarket({ ...side, maxEntries: 3 }));
  // Until it is open the fork may still be taken back.
  await stays();
  await land(operator, next.importMarket({ ...side, maxEntries: 3 }));
  await assert.rejects(stays(), { code: 'MARKET_MOVED' });
  const watch = watchLane({
    lane: oldLane,
    relayer: { blocked: async () => undefined },
    pollMs: SLOT_MS,
    signal: never,
  });
  const saysWhere = new RegExp(`program ${newProgram}, market ${moved.publicKey}, after trade ${settled}:`);
  await assert.rejects(watch.untilSettled(settled + 1), { code: 'MARKET_MOVED', message: saysWhere });
  present = { program: newProgram, market: moved.publicKey, build: next };
  await proofs();
  await ping(4n);
  await settle();
  const [first, ...rest] = await proofs();
  const last = rest.at(-1);
  assert.ok(first && last);

  assert.deepEqual(first.rootOf, { program: newProgram.toBase58(), market: moved.publicKey.toBase58() });
  assert.equal(first.proof.program, oldProgram.toBase58());
  assert.equal(first.proof.onward?.length, 2);
  assert.equal(last.rootOf, undefined);
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-proof-'));
  t.after(() => rm(dir, { recursive: true }));
  const path = join(dir, 'proof.json');
  await writeFile(path, toJson(first));
  const verify = (...options: string[]) => {
    const lines: string[] = [];
    const stream = { write: (text: string) => Boolean(lines.push(text)) } as unknown as NodeJS.WritableStream;
    const command = verifyProofCommand({ stdout: stream, stderr: stream } as never).exitOverride();
    return command.parseAsync([path, '--json', ...options], { from: 'user' }).then(() => lines.join(''));
  };
  assert.match(await verify('--rpc', chain.rpcUrl), /"rootTrusted":true/);
  const elsewhere = verify('--rpc', chain.rpcUrl, '--program', oldProgram.toBase58(), '--market', market.toBase58());
  await assert.rejects(elsewhere, { code: 'PROOF_ROOT_UNKNOWN' });

  await settle();
  const { slot } = await readMarketHeader(connection, present.market, 'confirmed', present.program);
  for (const older of [first, last]) {
    await writeFile(path, toJson(older));
    const { valid, rootTrusted, rootSlot } = JSON.parse(
      (await verify('--rpc', chain.rpcUrl)).trimEnd().split('\n').at(-1) ?? '',
    );
    assert.deepEqual([valid, rootTrusted, BigInt(rootSlot) < slot], [true, true, true]);
    const forged = { ...older, root: '00'.repeat(32) };
    await writeFile(path, toJson(forged));
    await assert.rejects(verify('--rpc', chain.rpcUrl), { code: 'PROOF_INVALID' });
  }
  await writeFile(path, toJson(forgeryOf(present, settled)));
  assert.match(await verify(), /"rootTrusted":false/);
  await assert.rejects(verify('--rpc', chain.rpcUrl), { code: 'PROOF_ROOT_UNKNOWN' });
});

function proveFrom(
  present: { program: PublicKey; market: PublicKey },
  history: Awaited<ReturnType<typeof provenLaneTree>>,
  id: number,
) {
  return prove({ ...present } as Parameters<typeof prove>[0], history, tradeId(id));
}

/** A batch that never was, as the only leaf of a tree of its own: a proof that holds against its own root. */
function forgeryOf({ program, market }: { program: PublicKey; market: PublicKey }, id: number) {
  const data = encodeBatchV1({ sequence: sequence(id), trades: [trade(id)] });
  const codes = Uint8Array.of(ResultCode.Settled);
  const tree = new StateTree();
  const digests = { payloadDigest: payloadDigest(data), resultsDigest: resultsDigest(codes) };
  tree.append(batchLeaf({ program, market, sequence: sequence(id), version: 1, ...digests }));
  const proof = proveTrade({ program, market, tree, leafIndex: 0, data, codes, tradeId: tradeId(id) });
  return { proof, root: Buffer.from(tree.root()).toString('hex') };
}
