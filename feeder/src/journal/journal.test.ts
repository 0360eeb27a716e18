// Proves: a journal gives back the retries and switches that were written, also those of an engine that knew of neither switches nor
// order types; it drops a last line without its end at any byte, and is refused for another market, another source, and with
// anything else in it.
// Does not prove: what an engine makes of it (run-retry.test.ts, run-emission.test.ts), or that the disk keeps what it said it keeps.
import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { baseLots, LockstepError, OrderType, price, tradeId, traderIndex } from '#client';
import { createJournal } from './journal.ts';
import type { Retry } from './line.ts';
import { parseLine, writeLine } from './line.ts';

const dir = await mkdtemp(join(tmpdir(), 'lockstep-journal-'));
after(() => rm(dir, { recursive: true }));
let files = 0;
const freshFile = () => {
  files += 1;
  return join(dir, `${files}`);
};

const trade = (id: bigint, replaces: bigint): Retry => ({
  tradeId: tradeId(id),
  replaces: tradeId(replaces),
  buyer: traderIndex(0),
  seller: traderIndex(2 ** 32 - 1),
  price: price(2n ** 64n - 1n),
  quantity: baseLots(7),
  takerIsBuyer: true,
  orderType: OrderType.FillOrKill,
  feeTier: 3,
});
const { replaces: _, ...FIRST } = trade(1n, 0n);
const coded = (code: string) => (error: unknown) => error instanceof LockstepError && error.code === code;

async function open(file: string, market = 'market', first = FIRST) {
  const journal = createJournal(file, market);
  await journal.open(first);
  return journal;
}

async function written(): Promise<string> {
  const file = freshFile();
  const journal = await open(file);
  for (const retry of [trade(5n, 2n), trade(9n, 5n)]) await journal.addRetry(retry);
  await journal.close();
  return file;
}

test('what was appended is there, now and after it is opened again', async () => {
  const file = await written();
  const journal = await open(file);
  assert.deepEqual(journal.at(tradeId(5)), trade(5n, 2n));
  assert.equal(journal.retriedAs(tradeId(5)), 9n);
  assert.equal(journal.retriedAs(tradeId(9)), undefined);
  await journal.addRetry(trade(10n, 1n));
  assert.equal(journal.retriedAs(tradeId(1)), 10n);
  await journal.close();
});

test('a switch is there beside the retries, now and after it is opened again', async () => {
  const file = await written();
  const journal = await open(file);
  await journal.addSwitch({ schema: '2', from: tradeId(12) });
  await journal.addSwitch({ schema: '77', from: tradeId(15) });
  await journal.close();
  for (const each of [journal, await open(file)]) {
    assert.deepEqual(
      [11, 12, 14, 15].map((id) => each.schemas.at(tradeId(id))),
      ['1', '2', '2', '77'],
    );
    assert.equal(each.retriedAs(tradeId(5)), 9n);
    await each.close();
  }
});

test('what was written before there were order types and switches is read as limit orders of the first tier', async () => {
  const file = await written();
  const { orderType: _type, feeTier: _tier, ...older } = JSON.parse(writeLine({ retry: trade(30n, 9n) }));
  await appendFile(file, `${JSON.stringify(older)}\n`);
  const journal = await open(file);
  assert.deepEqual(journal.at(tradeId(30)), { ...trade(30n, 9n), orderType: OrderType.Limit, feeTier: 0 });
  assert.equal(journal.schemas.latest, '1');
  await journal.close();
});

test('a retry comes back as it was written', () => {
  const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  const fields = fc.tuple(fc.bigInt({ min: 2n, max: 2n ** 64n - 1n }), u64, u64, u32, u32, fc.boolean());
  fc.assert(
    fc.property(fields, ([id, at, quantity, buyer, seller, takerIsBuyer]) => {
      const retry: Retry = {
        ...trade(id, id - 1n),
        ...{ buyer: traderIndex(buyer), seller: traderIndex(seller), takerIsBuyer },
        price: price(at),
        quantity: baseLots(quantity),
      };
      assert.deepEqual(parseLine('file', writeLine({ retry })), { retry });
    }),
  );
});

test('cut at any byte it opens, without the line that was cut, and goes on', async () => {
  const whole = await readFile(await written());
  const lineEnds = [...whole.keys()].filter((at) => whole[at] === 0x0a);
  for (let length = 0; length <= whole.length; length += 1) {
    const file = freshFile();
    await writeFile(file, whole.subarray(0, length));
    const journal = await open(file);
    const kept = lineEnds.filter((at) => at < length).length;
    assert.equal(journal.at(tradeId(5)) !== undefined, kept >= 2, `cut at ${length}`);
    assert.equal(journal.at(tradeId(9)) !== undefined, kept >= 3, `cut at ${length}`);
    await journal.addRetry(trade(20n, 3n));
    await journal.close();
    const again = await open(file);
    assert.equal(again.retriedAs(tradeId(3)), 20n, `cut at ${length}`);
    await again.close();
  }
});

test('it is of one market and one source', async () => {
  const file = await written();
  const other = { ...FIRST, buyer: traderIndex(1) };
  await assert.rejects(open(file, 'another'), coded('JOURNAL_FOREIGN'));
  await assert.rejects(open(file, 'market', other), coded('JOURNAL_FOREIGN'));
  await assert.rejects(createJournal(file, 'market').open(undefined), coded('JOURNAL_FOREIGN'));
});

test('anything else in the file is refused, and left as it is', async () => {
  const spoilt = [
    '{"emit":"2"}',
    '{"emit":2,"from":"3"}',
    '{"emit":"0","from":"3"}',
    '{"emit":"2","from":"3","at":"4"}',
  ];
  for (const line of [
    ...spoilt,
    '{}',
    'text',
    writeLine({ retry: trade(9n, 2n) }),
    writeLine({ retry: trade(3n, 4n) }),
    '{"id":"12"}',
    '',
  ]) {
    const file = await written();
    await appendFile(file, `${line}\n`);
    const before = await readFile(file);
    await assert.rejects(open(file), coded('JOURNAL_UNREADABLE'), line);
    assert.deepEqual(await readFile(file), before);
  }
  const file = freshFile();
  await writeFile(file, 'a file of something else\n');
  await assert.rejects(open(file), coded('JOURNAL_UNREADABLE'));
});

test('a place that cannot be written is named', async () => {
  await assert.rejects(open(join(dir, 'no', 'such', 'folder')), coded('JOURNAL_UNWRITABLE'));
  await assert.rejects(open(dir), coded('JOURNAL_UNWRITABLE'));
  await assert.rejects(createJournal(freshFile(), 'market').addRetry(trade(5n, 2n)), coded('JOURNAL_UNWRITABLE'));
});
