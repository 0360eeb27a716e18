// Proves: the real command on trade files: 2,001 trades (real ones where they are at hand), bad rows, another tick and lot, unusable
// files, an endless pipe, and a chain that is not what the file says.
// Does not prove: each way a row can be bad (feeder/src/csv).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runStart, startProcess } from './start-process.ts';

const HEADER = 'trade_id,timestamp_ms,price,quantity,taker_side';
const REAL_TRADES = fileURLToPath(new URL('../../../shared/data/btcusdt-binance-2021-01-08.csv', import.meta.url));
const ROWS = 2_001;

let dir = '';
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lockstep-test-'));
});
after(() => rm(dir, { recursive: true }));

async function file(name: string, lines: readonly string[]): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
}

/** Rows like an exchange's: ids in sequence, two decimals in prices, six in quantities. */
function generatedRows(): string[] {
  return Array.from({ length: ROWS }, (_, i) => {
    const price = `${39_000 + ((i * 37) % 500)}.${String((i * 13) % 100).padStart(2, '0')}`;
    const quantity = `0.${String(1 + ((i * 7_919) % 999_999)).padStart(6, '0')}`;
    return `${553_287_559 + i},${1_610_064_000_278 + i * 23},${price},${quantity},${i % 3 === 0 ? 'sell' : 'buy'}`;
  });
}

test('2,001 trades of a file', async () => {
  const path = existsSync(REAL_TRADES) ? REAL_TRADES : await file('generated.csv', [HEADER, ...generatedRows()]);
  const { code, json, stderr } = await runStart(['--trades', path]);
  assert.equal(code, 0, stderr);
  const { accepted, settled, rejected, pending, duplicates, verified, tick, lot } = json;
  assert.deepEqual(
    { accepted, settled, rejected, pending, duplicates, verified, tick, lot },
    {
      accepted: ROWS,
      settled: ROWS,
      rejected: 0,
      pending: 0,
      duplicates: 0,
      verified: true,
      tick: '0.01',
      lot: '0.000001',
    },
  );
});

test('another tick and lot, columns in another order, and bad rows that stop nothing', async () => {
  const path = await file('bad-rows.csv', [
    'taker_side,quantity,price,venue,trade_id,timestamp_ms',
    'buy,0.125,1250.5,X,7,1',
    'sell,0.250,1250.0,X,8,2',
    'sell,0.100,1250.0,X,9,3',
    'buy,0.125,1250.25,X,10,4',
    'buy,0.125,NaN,X,11,5',
    'hold,0.125,1250.5,X,12,6',
    'buy,0.125,1250.5,X,7,7',
    'buy,0.125',
    'buy,99999999999999999.125,99999999999999.5,X,13,8',
    'buy,0.375,1251,X,14,9',
  ]);
  const { code, json, stderr } = await runStart([
    '--trades',
    path,
    '--tick',
    '0.5',
    '--lot',
    '0.125',
    '--traders',
    '3',
  ]);
  assert.equal(code, 0, stderr);
  assert.deepEqual([json.accepted, json.settled, json.rejected, json.verified], [3, 3, 7, true]);
  assert.deepEqual(
    (json.rejections as { line: number; code: string }[]).map((row) => [row.line, row.code]),
    [
      [4, 'OFF_STEP'],
      [5, 'OFF_STEP'],
      [6, 'NOT_A_NUMBER'],
      [7, 'SIDE_INVALID'],
      [8, 'ID_DUPLICATE'],
      [9, 'COLUMN_MISSING'],
      [10, 'AMOUNT_OVERFLOW'],
    ],
  );
  assert.match(stderr, /line 4: /);
  assert.match(stderr, /^warning: 1 row rejected as too large: .*--tick or --lot/m);
});

test('eight decimals of both, the first rows only', async () => {
  const rows = ['1,0,0.00001234,1.00000001,buy', '2,0,0.00001235,0.5,sell', '3,0,9,9,buy'];
  const path = await file('eight.csv', [HEADER, ...rows]);
  const { code, json, stderr } = await runStart(['--trades', path, '--count', '2']);
  assert.equal(code, 0, stderr);
  assert.deepEqual([json.settled, json.tick, json.lot, json.verified], [2, '0.00000001', '0.00000001', true]);
});

test('a file that says something else than what was settled is found out: exit 1, and what differs', async () => {
  const rows = Array.from({ length: 120 }, (_, i) => `${i},0,100.${10 + (i % 90)},1,buy`);
  const path = await file('changing.csv', [HEADER, ...rows]);
  // The first line of progress comes after 5 s, the last trade after 12: the other file is there well before it is read again.
  const run = startProcess(['--trades', path, '--rate', '10', '--json']);
  await run.saw(/trades settled/);
  // At once, as a whole: a reader that met half a file would tell that instead.
  const other = `${path}.other`;
  await writeFile(other, (await readFile(path, 'utf8')).replace('50,0,100.', '50,0,200.'));
  await rename(other, path);
  const { code, stdout, stderr } = await run.ended;
  const json = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  assert.equal(code, 1, stderr);
  assert.equal(json.verified, false);
  const named = (json.differences as { what: string }[]).map((difference) => difference.what);
  assert.deepEqual(named, ['trade 51.price']);
  assert.match(stderr, /VERIFICATION_FAILED/);
  assert.deepEqual(run.leftovers(), []);
});

const unusable: readonly [name: string, lines: readonly string[], code: string][] = [
  ['empty', [''], 'TRADES_FILE_EMPTY'],
  ['header-only', [HEADER], 'TRADES_FILE_EMPTY'],
  ['no-header', ['1,0,5,1,buy'], 'TRADES_FILE_HEADER'],
  ['only-bad-rows', [HEADER, '1,0,-5,1,buy'], 'NO_TRADES'],
];
for (const [name, lines, expected] of unusable) {
  test(`${name} is ${expected}: exit 2 and one line`, async () => {
    const { code, stderr, json } = await runStart(['--trades', await file(`${name}.csv`, lines)]);
    assert.equal(code, 2);
    assert.match(stderr, new RegExp(`^${expected}: .*\\n {2}\\S.*\\n$`));
    assert.equal((json.error as { code: string }).code, expected);
  });
}

test('a device is exit 2 and one line', async () => {
  const { code, stderr } = await runStart(['--trades', '/dev/zero']);
  assert.equal(code, 2);
  assert.match(stderr, /^TRADES_FILE_UNREADABLE: \/dev\/zero: it is neither a file nor a pipe\n/);
});

test('SIGTERM while it reads a pipe that does not end', async () => {
  const pipe = join(dir, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const run = startProcess(['--trades', pipe]);
  // Opens once somebody reads.
  const writer = await open(pipe, 'w');
  await writer.write(`${HEADER}\n`);
  run.child.kill('SIGTERM');
  const { code, stderr } = await run.ended;
  await writer.close();
  assert.equal(code, 143, stderr);
  assert.match(stderr, /^INTERRUPTED: /);
  assert.deepEqual(run.leftovers(), []);
});

test('a missing file is exit 2 and one line', async () => {
  const { code, stderr } = await runStart(['--trades', join(dir, 'absent.csv')]);
  assert.equal(code, 2);
  assert.match(stderr, /^TRADES_FILE_UNREADABLE: .*there is no such file\n/);
});
