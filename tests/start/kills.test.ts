// Proves: a run whose relayer, redis-server or both are killed with SIGKILL in the middle starts them again, settles the rest, and
// verifies; so does one whose relayer stands still, or whose Redis is emptied; a garbage entry costs at most the id it took (and what was to be paid
// from it), and is then told with its reason.
// Does not prove: that nothing is left behind (interrupt.test.ts), a kill at each single write (tests/e2e).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import type { Ended, Running } from './start-process.ts';
import { startProcess } from './start-process.ts';

const COUNT = 900;
const SLOWLY = ['--count', `${COUNT}`, '--rate', '60', '--json'];

const halfway = (run: Running) => run.saw(/[1-9]\d* of 900 trades settled/);
const pidOf = async (run: Running, name: string) =>
  Number((await run.saw(new RegExp(`${name}[^\\n]*\\(pid (\\d+)\\)`)))[1]);

const jsonOf = ({ stdout }: Ended): Record<string, unknown> => JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');

async function requireAllSettled(run: Running): Promise<Ended> {
  const ended = await run.ended;
  assert.equal(ended.code, 0, ended.stderr);
  const { accepted, settled, rejected, pending, duplicates, verified } = jsonOf(ended);
  assert.deepEqual(
    { accepted, settled, rejected, pending, duplicates, verified },
    { accepted: COUNT, settled: COUNT, rejected: 0, pending: 0, duplicates: 0, verified: true },
  );
  assert.deepEqual(run.leftovers(), []);
  return ended;
}

async function clientOf(run: Running): Promise<{ readonly redis: Redis; readonly market: string }> {
  const [, port] = await run.saw(/redis:\/\/127\.0\.0\.1:(\d+)/);
  const [, market] = await run.saw(/^market (\S+)/m);
  return { redis: new Redis(Number(port)), market: market ?? '' };
}

test('kill -9 of the relayer', async () => {
  const run = startProcess(SLOWLY);
  await halfway(run);
  process.kill(await pidOf(run, 'relayer'), 'SIGKILL');
  const { stderr } = await requireAllSettled(run);
  assert.match(stderr, /^relayer \(pid \d+\) ended by SIGKILL, starting it again$/m);
});

test('kill -9 of redis-server', async () => {
  const run = startProcess(SLOWLY);
  await halfway(run);
  process.kill(await pidOf(run, 'redis'), 'SIGKILL');
  const { stderr } = await requireAllSettled(run);
  assert.match(stderr, /^redis-server \(pid \d+\) ended by SIGKILL, starting it again$/m);
});

test('kill -9 of both, redis-server first', async () => {
  const run = startProcess(SLOWLY);
  await halfway(run);
  process.kill(await pidOf(run, 'redis'), 'SIGKILL');
  process.kill(await pidOf(run, 'relayer'), 'SIGKILL');
  await requireAllSettled(run);
});

test('a redis-server and a relayer that are told to end by hand are started again as well', async () => {
  const run = startProcess(SLOWLY);
  await halfway(run);
  process.kill(await pidOf(run, 'relayer'), 'SIGTERM');
  process.kill(await pidOf(run, 'redis'), 'SIGTERM');
  await requireAllSettled(run);
});

test('a relayer that stands still is told in the progress, ended, and started again', async () => {
  const run = startProcess(SLOWLY);
  await halfway(run);
  process.kill(await pidOf(run, 'relayer'), 'SIGSTOP');
  await run.saw(/ · waiting: the relayer \(pid \d+\) has not answered for \d+ s$/m);
  const { stderr } = await requireAllSettled(run);
  assert.match(stderr, /^relayer \(pid \d+\) ended by SIGKILL, as it had not answered for \d+ s, starting it again$/m);
});

test('FLUSHALL', async () => {
  const run = startProcess(SLOWLY);
  await halfway(run);
  const { redis } = await clientOf(run);
  await redis.flushall();
  redis.disconnect();
  await requireAllSettled(run);
});

test('a garbage entry far above the engine', async () => {
  const run = startProcess(SLOWLY);
  await halfway(run);
  const { redis, market } = await clientOf(run);
  await redis.xadd(`trades:${market}:${await redis.get(`trades:${market}:generation`)}`, '*', 'junk', 'junk');
  redis.disconnect();
  await requireAllSettled(run);
});

test("a garbage entry under the engine's next id", async () => {
  const run = startProcess(SLOWLY);
  await halfway(run);
  const { redis, market } = await clientOf(run);
  const stream = `trades:${market}:${await redis.get(`trades:${market}:generation`)}`;
  const script = `local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1][1]
    return redis.call('XADD', KEYS[1], (tonumber(string.match(last, '^%d+')) + 1) .. '-0', 'v', '1', 'p', 'garbage')`;
  const id = String(await redis.eval(script, 1, stream)).replace('-0', '');
  redis.disconnect();
  const ended = await run.ended;
  assert.equal(ended.code, 0, ended.stderr);
  const { settled, rejected, pending, verified, voids } = jsonOf(ended);
  const told = voids as { tradeId: string; code: string }[];
  // The relayer may have read it before the engine noticed: then the id is spent, and a trade that was to be paid from it with it.
  const [first, ...others] = told;
  if (first !== undefined) assert.deepEqual([first.tradeId, first.code], [id, 'TRADE_MALFORMED']);
  for (const other of others) assert.match(other.code, /^Insufficient/);
  assert.deepEqual([settled, rejected], [COUNT - told.length, told.length]);
  assert.deepEqual([pending, verified], [0, true]);
});
