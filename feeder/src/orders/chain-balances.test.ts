// Proves, on the embedded node: balances are what the chain says of open entries, again when it has changed; an RPC that does not answer is
// named once, and what it said is not believed for long.
// Does not prove: what is made of them (funds.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection, Keypair } from '@solana/web3.js';
import { baseLots, MarketStatus, quoteAtoms, settlementInstructions } from '#client';
import { createSender, step } from '../../../cli/src/transactions.ts';
import { openScene } from '../../../tests/e2e/setup/scene.ts';
import { DEPOSIT, TRADERS } from '../../../tests/e2e/setup/trades.ts';
import { until } from '../../../tests/support/until.ts';
import { chainBalances } from './chain-balances.ts';

/** Place of the status in the market's account. */
const STATUS_AT = 3_336;

test('what is available in open entries, read again', async (t) => {
  const scene = await openScene();
  t.after(() => scene.close());
  const { connection, market, traders, program } = scene.venue;
  let now = 0;
  const read = await chainBalances({ connection, market, now: () => now });
  const before = read()?.of(0);
  assert.deepEqual([before?.baseLots, before?.quoteAtoms], [DEPOSIT.baseLots, DEPOSIT.quoteAtoms]);
  assert.deepEqual([read()?.cursor, read()?.of(TRADERS), read()?.of(0xffff_ffff)], [0n, undefined, undefined]);

  const [trader] = traders;
  assert.ok(trader !== undefined);
  const place = { owner: trader.owner.publicKey, market, index: trader.index };
  const request = settlementInstructions(program).requestWithdrawal({
    ...{ ...place, baseDestination: trader.base, quoteDestination: trader.quote },
    ...{ baseLots: baseLots(1), quoteAtoms: quoteAtoms(2) },
  });
  const send = createSender(connection, scene.keys.operator, new AbortController().signal);
  await send.together([step([request], trader.owner)]);
  now += 1_000;
  await until(() => read()?.of(0)?.baseLots === DEPOSIT.baseLots - 1n);
  assert.equal(read()?.of(0)?.quoteAtoms, DEPOSIT.quoteAtoms - 2n);
});

test('a market that is not open on-chain has no balances', async (t) => {
  const scene = await openScene();
  t.after(() => scene.close());
  const { connection, market } = scene.venue;
  const account = await connection.getAccountInfo(market, 'confirmed');
  assert.ok(account !== null);
  account.data.writeUInt8(MarketStatus.Migrated, STATUS_AT);
  const { owner, lamports, data, executable } = account;
  const changed = { address: market, owner: owner.toBase58(), lamports: BigInt(lamports), data, executable };
  scene.chain.embedded?.setAccount(changed);
  const log: string[] = [];
  const read = await chainBalances({ connection, market, log: (line) => log.push(line), now: () => 0 });
  assert.equal(read(), undefined);
  assert.match(log[0] ?? '', /not open on-chain/);
});

test('an RPC that does not answer: named once, and nothing is known', async () => {
  const log: string[] = [];
  let now = 0;
  const connection = new Connection('http://127.0.0.1:9', 'confirmed');
  const market = Keypair.generate().publicKey;
  const read = await chainBalances({ connection, market, log: (line) => log.push(line), now: () => now });
  for (let look = 0; look < 3; look += 1) {
    assert.equal(read(), undefined);
    await until(() => log.length === 1);
    now += 1_000;
  }
  assert.match(log[0] ?? '', /balances can't be read/);
});

test('what was read long ago is not believed', async (t) => {
  const scene = await openScene();
  t.after(() => scene.close());
  let now = 0;
  const read = await chainBalances({ connection: scene.venue.connection, market: scene.venue.market, now: () => now });
  assert.notEqual(read(), undefined);
  now = 30_001;
  assert.equal(read(), undefined);
});
