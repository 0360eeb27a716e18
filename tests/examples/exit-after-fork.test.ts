// Proves, on the embedded node with both programs paused and nothing of the operator's running: when a market is handed over, a trader is told where
// his balance is and when he can have it, and gets exactly that there, also what he had requested before.
// Does not prove: the hand-over's own rules (tests/program/fork), or the playbook (tests/hardfork).
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TransactionInstruction } from '@solana/web3.js';
import { Keypair, PublicKey } from '@solana/web3.js';
import {
  baseLots,
  createMarketAccount,
  idl,
  marketSpace,
  quoteAtoms,
  readConfig,
  readMarketHeader,
  settlementInstructions,
} from '#client';
import { instrumentOf } from '#feeder';
import { startLocalnet } from '#localnet';
import { releaseFile } from '../../cli/src/release/program.ts';
import { capacityFor, newKeys, openVenue } from '../../cli/src/start/venue.ts';
import { createSender } from '../../cli/src/transactions.ts';
import { until } from '../support/until.ts';
import type { Ran } from './exit-script.ts';
import { EXIT_SCRIPT, keyFile, run } from './exit-script.ts';

const SLOT_MS = 20;
const [LOTS, QUOTE] = [1_000_001n, 2n ** 53n + 3n];
const oldProgram = new PublicKey(idl.address);
const newProgram = Keypair.generate().publicKey;
const [old, next] = [settlementInstructions(oldProgram), settlementInstructions(newProgram)];

test('the way out of a market that moves', async (t) => {
  const keys = newKeys();
  const program = { file: releaseFile('0.2.0'), upgradeAuthority: keys.operator.publicKey };
  const programs = [oldProgram, newProgram].map((programId) => ({ ...program, programId }));
  const chain = await startLocalnet({ slotMs: SLOT_MS, programs, finalizedAfterSlots: 4 });
  t.after(() => chain.close());
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-exit-fork-'));
  t.after(() => rm(dir, { recursive: true }));
  chain.airdrop(keys.operator.publicKey, 1_000_000_000_000n);
  const connection = chain.connection('confirmed');
  const send = createSender(connection, keys.operator, new AbortController().signal);
  const operate = (instructions: TransactionInstruction[], ...signers: Keypair[]) =>
    send.together([{ instructions, signers }]);
  const step = { digits: 1n, scale: 2 };
  const deposit = { baseLots: baseLots(LOTS), quoteAtoms: quoteAtoms(QUOTE) };
  const plan = { connection, send, keys, instrument: instrumentOf(step, step), deposits: [deposit, deposit] };
  const { market, traders } = await openVenue(plan);
  const [early, late] = traders;
  assert.ok(early !== undefined && late !== undefined);
  const files = new Map<Keypair, string>();
  for (const { owner } of [early, late]) files.set(owner, await keyFile(dir, owner));
  const exit = (owner: Keypair, at: PublicKey, account: PublicKey, ...words: string[]): Promise<Ran> => {
    const place = [
      '--rpc',
      chain.rpcUrl,
      '--program',
      `${at}`,
      '--market',
      `${account}`,
      '--key',
      `${files.get(owner)}`,
    ];
    return run(process.execPath, [EXIT_SCRIPT, ...place, '--json', ...words]);
  };
  const admin = keys.operator.publicKey;

  await operate([old.setPaused({ authority: admin, isPaused: true })]);
  await operate([old.setWithdrawalDelay({ admin, withdrawalDelaySlots: 100_000n })]);
  assert.equal((await exit(early.owner, oldProgram, market, '--no-wait')).result.code, 'WAITING');
  await operate([old.cancelWithdrawal({ owner: early.owner.publicKey, market, index: early.index })], early.owner);
  await operate([old.setWithdrawalDelay({ admin, withdrawalDelaySlots: 0n })]);
  const { value: config } = await readConfig(connection, oldProgram, 'confirmed');
  await operate([
    next.initialize({ payer: admin, authority: admin, args: { ...config, admin, withdrawalDelaySlots: 0n } }),
  ]);
  await operate([next.setPaused({ authority: admin, isPaused: true })]);
  await operate([
    next.setPredecessor({ admin, program: oldProgram }),
    old.nominateSuccessor({ admin, program: newProgram }),
  ]);
  const moved = Keypair.generate();
  const capacity = capacityFor(traders.length);
  const lamports = await connection.getMinimumBalanceForRentExemption(marketSpace(capacity));
  const space = { payer: admin, market: moved.publicKey, capacity, lamports, programId: newProgram };
  const prepare = next.prepareImport({ admin, market: moved.publicKey, oldMarket: market });
  await operate([createMarketAccount(space), prepare], moved);
  // Asked for in the old program, executed in the new one.
  const requested = old.requestWithdrawal({
    ...{ owner: early.owner.publicKey, market, index: early.index },
    ...{ baseLots: LOTS, quoteAtoms: QUOTE, baseDestination: early.base, quoteDestination: early.quote },
  });
  await operate([requested], early.owner);
  const unlockSlot = Number((await readConfig(connection, oldProgram, 'confirmed')).value.successor.unlockSlot);
  // The delay was lowered a moment ago: the hand-over waits as if it had not been.
  chain.warpToSlot(BigInt(unlockSlot));
  await until(async () => (await connection.getSlot('confirmed')) >= unlockSlot);
  const { baseVault, quoteVault } = (await readMarketHeader(connection, market, 'confirmed', oldProgram)).value;
  const names = { admin, baseVault, quoteVault };
  await operate([old.handOver({ ...names, market, successorMarket: moved.publicKey })]);

  const told = await exit(late.owner, oldProgram, market);
  const { code, successorProgram, successorMarket } = told.result;
  assert.deepEqual([told.code, code], [3, 'MARKET_MOVED']);
  assert.deepEqual([successorProgram, successorMarket], [newProgram.toBase58(), moved.publicKey.toBase58()]);
  const waiting = await exit(late.owner, newProgram, moved.publicKey);
  assert.deepEqual([waiting.code, waiting.result.code], [3, 'MARKET_IMPORTING']);

  await operate([next.importMarket({ ...names, market: moved.publicKey, oldMarket: market, maxEntries: capacity })]);
  for (const { owner, base, quote } of [early, late]) {
    const { result, stderr } = await exit(owner, newProgram, moved.publicKey);
    assert.deepEqual([result.state, result.baseLots, result.quoteAtoms], ['paid', `${LOTS}`, `${QUOTE}`], stderr);
    const amounts = await Promise.all([base, quote].map((at) => connection.getTokenAccountBalance(at, 'finalized')));
    assert.deepEqual(
      amounts.map(({ value }) => BigInt(value.amount)),
      [LOTS, QUOTE],
    );
  }
});
