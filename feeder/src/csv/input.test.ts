// Proves: a file becomes lane trades 1…n; steps are inferred; bad rows are counted with line and reason and stop nothing; every
// pass gives the same rows; unusable files are refused with one coded error.
// Does not prove: that the trades settle (tests/start).
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { InputError } from '../input-error.ts';
import { describeInstrument, parseStep } from '../instrument.ts';
import type { AcceptedRow, Rejection } from '../rows.ts';
import type { TradeInput } from '../trade-input.ts';
import { fundingPlan, surveyInput } from '../trade-input.ts';
import { openTradeFile } from './file.ts';
import type { CsvOptions } from './input.ts';
import { csvInput } from './input.ts';
import { ENDLESS_CHARACTERS } from './lines.ts';

const HEADER = 'trade_id,timestamp_ms,price,quantity,taker_side';
const market = { traders: 8, takerBps: 10 };
const defaults: CsvOptions = { traders: 8, seed: '1', count: undefined, tick: undefined, lot: undefined };

let dir = '';
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lockstep-test-'));
});
after(() => rm(dir, { recursive: true }));

const spoolDir = async () => dir;
const never = new AbortController().signal;

async function input(content: string | Buffer, options: Partial<CsvOptions> = {}): Promise<TradeInput> {
  const path = join(dir, 'trades-in.csv');
  await writeFile(path, content);
  return csvInput(await openTradeFile(path, spoolDir, never), { ...defaults, ...options }, never);
}

async function collected(trades: TradeInput): Promise<{ accepted: AcceptedRow[]; rejected: Rejection[] }> {
  const accepted: AcceptedRow[] = [];
  const rejected: Rejection[] = [];
  for await (const row of trades.rows(fundingPlan(trades, market))) {
    if ('accepted' in row) accepted.push(row.accepted);
    else rejected.push(row.rejected);
  }
  return { accepted, rejected };
}

test('rows become trades 1…n in units of the inferred tick and lot, with the file id as reference', async () => {
  const trades = await input(`${HEADER}\n70,0,100.25,1.5,buy\n71,0,100.5,0.125,sell\n`);
  assert.equal(describeInstrument(trades.instrument), 'tick 0.01, lot 0.001');
  const { accepted } = await collected(trades);
  assert.deepEqual(
    accepted.map(({ trade, reference, line }) => [
      trade.tradeId,
      trade.price,
      trade.quantity,
      trade.takerIsBuyer,
      reference,
      line,
    ]),
    [
      [1n, 10025n, 1500n, true, '70', 2],
      [2n, 10050n, 125n, false, '71', 3],
    ],
  );
});

test('every pass gives the same rows, and another seed other traders', async () => {
  const rows = Array.from({ length: 50 }, (_, i) => `${i},0,${i + 1}.5,1,${i % 2 ? 'buy' : 'sell'}`).join('\n');
  const trades = await input(`${HEADER}\n${rows}`);
  const first = await collected(trades);
  assert.equal(first.accepted.length, 50);
  assert.deepEqual(await collected(trades), first);
  const other = await collected(await input(`${HEADER}\n${rows}`, { seed: '2' }));
  assert.notDeepEqual(other, first);
});

test('bad rows are told with their line, do not use ids, and stop nothing', async () => {
  const trades = await input(
    [
      HEADER,
      '1,0,5,1,buy',
      '1,0,5,1,buy',
      '',
      '2,0,NaN,1,buy',
      '3,0,5.3,1,sell',
      '4,0,5,1.5,sell',
      '"5,0,5,1,buy',
      '6,0,5,1,sell',
    ].join('\n'),
    { tick: parseStep('0.5', 'tick'), lot: parseStep('1', 'lot') },
  );
  const { accepted, rejected } = await collected(trades);
  assert.deepEqual(
    accepted.map((row) => [row.trade.tradeId, row.reference]),
    [
      [1n, '1'],
      [2n, '6'],
    ],
  );
  assert.deepEqual(
    rejected.map((row) => [row.line, row.code]),
    [
      [3, 'ID_DUPLICATE'],
      [5, 'NOT_A_NUMBER'],
      [6, 'OFF_STEP'],
      [7, 'OFF_STEP'],
      [8, 'ROW_UNREADABLE'],
    ],
  );
});

test('the file says order type and fee tier; where it does not, limit and the tier of whoever takes', async () => {
  const file = `${HEADER},order_type,fee_tier\n1,0,5,1,buy,ioc,2\n2,0,5,1,buy,,\n3,0,5,1,sell,fok,\n4,0,5,1,sell,,4\n`;
  const { accepted, rejected } = await collected(await input(file));
  const [first, second, third] = accepted;
  assert.ok(second !== undefined && third !== undefined);
  assert.deepEqual(first?.order, { orderType: 2, feeTier: 2 });
  assert.deepEqual(second.order, { orderType: 0, feeTier: second.trade.buyer % 4 });
  assert.deepEqual(third.order, { orderType: 3, feeTier: third.trade.seller % 4 });
  assert.deepEqual(
    rejected.map(({ line, code }) => [line, code]),
    [[5, 'FEE_TIER_INVALID']],
  );
});

test('an id whose first row was bad is not a duplicate', async () => {
  const { accepted, rejected } = await collected(await input(`${HEADER}\n1,0,x,1,buy\n1,0,5,1,buy\n`));
  assert.deepEqual([accepted.length, rejected.length], [1, 1]);
});

test('amounts and deposits beyond u64 are refused by row', async () => {
  const { accepted, rejected } = await collected(
    await input(
      `${HEADER}\n1,0,99999999999.12345678,99999999999.12345678,buy\n2,0,1,1,buy\n3,0,${'9'.repeat(40)},1,sell\n4,0,90000000000,1,sell\n`,
      { lot: parseStep('1', 'lot') },
    ),
  );
  assert.deepEqual(
    rejected.map((row) => row.code),
    ['OFF_STEP', 'AMOUNT_OVERFLOW'],
  );
  assert.equal(accepted.length, 2);
  const many = Array.from({ length: 40 }, (_, i) => `${i},0,150000000000,1,buy`).join('\n');
  const full = await collected(await input(`${HEADER}\n${many}\n`, { tick: parseStep('0.00000001', 'tick') }));
  assert.ok(full.accepted.length > 0 && full.rejected.length > 0);
  assert.ok(full.rejected.every((row) => row.code === 'DEPOSIT_OVERFLOW'));
});

test('rows too large for the chain are counted apart', async () => {
  const survey = await surveyInput(
    await input(`${HEADER}\n1,0,60000.00000001,1.00000001,buy\n2,0,1,1,buy\n3,0,x,1,buy\n`),
    market,
  );
  assert.deepEqual([survey.accepted, survey.rejected, survey.tooLarge], [1, 2, 1]);
});

test('count limits the rows, good and bad', async () => {
  const trades = await input(`${HEADER}\n1,0,5,1,buy\n2,0,x,1,buy\n3,0,5,1,buy\n`, { count: 2 });
  const survey = await surveyInput(trades, market);
  assert.deepEqual([survey.accepted, survey.rejected], [1, 1]);
});

test('byte-order mark, CRLF, quotes, blank lines and no last line end', async () => {
  const trades = await input(
    `\uFEFF"${HEADER.replaceAll(',', '","')}"\r\n\r\n"1","0","5.5","2","Buy"\r\n   \r\n2,0,5,1,SELL`,
  );
  const { accepted, rejected } = await collected(trades);
  assert.deepEqual([accepted.length, rejected.length], [2, 0]);
  assert.equal(accepted[1]?.line, 5);
});

test('bytes that are no text are bad rows', async () => {
  const { accepted, rejected } = await collected(
    await input(
      Buffer.concat([
        Buffer.from(`${HEADER}\n1,0,5,1,buy\n`),
        Buffer.from([0xff, 0xfe, 0, 0x0a]),
        Buffer.from('2,0,5,1,buy\n'),
      ]),
    ),
  );
  assert.deepEqual([accepted.length, rejected.length], [2, 1]);
});

test('survey says what traders must pay in', async () => {
  const survey = await surveyInput(await input(`${HEADER}\n1,0,100,3,buy\n`), market);
  const sum = survey.deposits.reduce((total, deposit) => total + deposit.quoteAtoms, 0n);
  assert.equal(sum, 301n);
});

const refused: readonly [what: string, content: string | undefined, code: string][] = [
  ['a missing file', undefined, 'TRADES_FILE_UNREADABLE'],
  ['an empty file', '', 'TRADES_FILE_EMPTY'],
  ['blank lines', '\n\n', 'TRADES_FILE_EMPTY'],
  ['a header alone', `${HEADER}\n`, 'TRADES_FILE_EMPTY'],
  ['no header', '1,0,5,1,buy\n', 'TRADES_FILE_HEADER'],
  ['another format', '{"trades": []}', 'TRADES_FILE_HEADER'],
];
for (const [what, content, code] of refused) {
  test(`${what} is ${code}`, async () => {
    const attempt = async () => {
      if (content === undefined) return openTradeFile(join(dir, 'absent.csv'), spoolDir, never);
      return collected(await input(content));
    };
    await assert.rejects(attempt, (error: unknown) => error instanceof InputError && error.code === code);
  });
}

for (const [content, reason] of [
  [`${HEADER.replaceAll(',', ';')}\n1;0;5;1;buy\n`, /separated by semicolons, not by commas$/],
  [`${HEADER.replaceAll(',', '\t')}\n`, /separated by tabs, not by commas$/],
  [Buffer.from(`\uFEFF${HEADER}\n1,0,5,1,buy\n`, 'utf16le'), /looks like UTF-16; save it as UTF-8$/],
  [Buffer.from(`${HEADER}\n1,0,5,1,buy\n`, 'utf16le'), /looks like UTF-16; save it as UTF-8$/],
] as const) {
  test(`a header that is ${reason.source}`, async () => {
    await assert.rejects(input(content), { code: 'TRADES_FILE_HEADER', message: reason });
  });
}

test('a pipe, which can be read only once, gives every pass the same rows', async () => {
  const pipe = join(dir, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const writing = writeFile(pipe, `${HEADER}\n1,0,5,1,buy\n2,0,5,1,buy\n`);
  const trades = await csvInput(await openTradeFile(pipe, spoolDir, never), defaults, never);
  await writing;
  assert.equal((await collected(trades)).accepted.length, 2);
  assert.equal((await collected(trades)).accepted.length, 2);
});

test('rows appended after the file was opened are not looked at', async () => {
  const trades = await input(`${HEADER}\n1,0,5,1,buy\n`);
  await appendFile(join(dir, 'trades-in.csv'), '2,0,5,1,buy\n');
  assert.equal((await collected(trades)).accepted.length, 1);
});

test('a directory is refused', async () => {
  await assert.rejects(openTradeFile(dir, spoolDir, never), { code: 'TRADES_FILE_UNREADABLE', message: /directory$/ });
});

for (const device of ['/dev/zero', '/dev/full', '/dev/null']) {
  test(`${device} is refused`, async () => {
    const message = `${device}: it is neither a file nor a pipe`;
    await assert.rejects(openTradeFile(device, spoolDir, never), { code: 'TRADES_FILE_UNREADABLE', message });
  });
}

for (const [where, start] of [
  ['first', ''],
  ['second', `${HEADER}\n`],
] as const) {
  test(`an endless ${where} line of a file is refused`, async () => {
    const endless = Buffer.concat([Buffer.from(start), Buffer.alloc(2 * ENDLESS_CHARACTERS)]);
    const message = new RegExp(`line ${start === '' ? 1 : 2} has no end within 1048576 characters$`);
    await assert.rejects(input(endless), { code: 'TRADES_FILE_UNREADABLE', message });
  });
}

test('an endless line of a pipe is refused, whoever writes on', async (t) => {
  const pipe = join(dir, 'endless');
  execFileSync('mkfifo', [pipe]);
  const writer = spawn('sh', ['-c', 'exec cat /dev/zero > "$0"', pipe], { stdio: 'ignore' });
  t.after(() => writer.kill('SIGKILL'));
  await assert.rejects(openTradeFile(pipe, spoolDir, never), {
    code: 'TRADES_FILE_UNREADABLE',
    message: /a line has no end within 1048576 characters$/,
  });
});

test('a pipe that nobody writes to is left when the signal says so', async () => {
  const pipe = join(dir, 'silent');
  execFileSync('mkfifo', [pipe]);
  const stop = new AbortController();
  const opening = openTradeFile(pipe, spoolDir, stop.signal);
  setImmediate(() => stop.abort(new Error('told to end')));
  await assert.rejects(opening, { message: 'told to end' });
});

test('steps are no longer looked for when the signal says so', async () => {
  const path = join(dir, 'long.csv');
  await writeFile(path, `${HEADER}\n1,0,5,1,buy\n`);
  const file = await openTradeFile(path, spoolDir, never);
  await assert.rejects(csvInput(file, defaults, AbortSignal.abort(new Error('told to end'))), {
    message: 'told to end',
  });
});
