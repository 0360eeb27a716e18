// Proves: on a real Redis, the embedded node, a relayer and an engine, `lockstep dlq` lists and shows dead letters, has the engine emit a
// trade again, takes a trade somebody entered, drops letters; and each refusal has its code and leaves the letter as it was.
// Does not prove: the store (tests/relayer/dead-letters.test.ts), the engine's side of a retry (tests/engine-contract).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { controlKey, engineKey, leaseKey } from '#feeder';
import { eventBytes } from '../relayer/venue.ts';
import { lockstep } from '../support/lockstep.ts';
import { until } from '../support/until.ts';
import { good, openScene } from './scene.ts';

const BIN = fileURLToPath(new URL('../../cli/bin/lockstep.mjs', import.meta.url));

test('from refusal to replacement', { timeout: 300_000 }, async (t) => {
  const scene = await openScene(t);
  const { world, dlq, json, refused, settled } = scene;

  await t.test('list and show say what, why, and what the chain has', async () => {
    const listed = await json('list');
    assert.deepEqual(
      [
        listed.open,
        listed.letters.map((one: { tradeId: string; state: string }) => [one.tradeId, one.state]),
        listed.next,
      ],
      [
        { voiding: 0, voided: 2 },
        [
          ['2', 'voided'],
          ['4', 'voided'],
        ],
        null,
      ],
    );
    assert.equal((await json('list', '--limit', '1')).next, '2');
    assert.deepEqual(
      (await json('list', '--after', '2')).letters.map((one: { tradeId: string }) => one.tradeId),
      ['4'],
    );
    const people = (await dlq('list')).stdout;
    assert.match(
      people,
      /^ +2 {2}voided {4}InsufficientBase +1500000 base lots at 1 quote atoms from trader 1 to trader 0/m,
    );
    assert.match(people, /^2 open: 2 void for good, 0 on the way$/m);
    const shown = await json('show', '4');
    assert.deepEqual(
      [shown.code, shown.state, shown.onChain.kind, shown.trade.seller],
      ['SelfTrade', 'voided', 'void', 1],
    );
    assert.match((await dlq('show', '4')).stdout, /^on-chain {4}void, in batch \d+, transaction \w+$/m);
    assert.equal(await refused('LETTER_UNKNOWN', 'show', '1'), 1);
  });

  await t.test('without a terminal nothing is closed unasked', async () => {
    assert.equal(await refused('CONFIRMATION_NEEDED', 'replace', '2'), 2);
    assert.equal(await refused('CONFIRMATION_NEEDED', 'drop', '2', '--reason', 'x'), 2);
  });

  await t.test('the engine emits it again, it settles, and the letter is closed', async () => {
    assert.deepEqual(await json('replace', '2', '--yes'), { tradeId: '2', outcome: 'replaced', by: '6' });
    await settled(6);
    assert.deepEqual((await world.outcomes()).at(-1), [6, 'settled']);
    const shown = await json('show', '2');
    assert.deepEqual([shown.state, shown.closing.outcome, shown.closing.by], ['closed', 'replaced', '6']);
    assert.match((await dlq('show', '2')).stdout, /^state {7}replaced by trade 6 by \S+@\S+, 20\S+$/m);
    assert.equal(await refused('LETTER_CLOSED', 'replace', '2', '--yes'), 1);
    assert.equal(await refused('LETTER_CLOSED', 'drop', '2', '--yes', '--reason', 'x'), 1);
  });

  await t.test('what is refused again has a letter of its own', async () => {
    assert.equal((await json('replace', '4', '--yes')).by, '7');
    await settled(7);
    assert.deepEqual(
      (await json('list')).letters.map((one: { tradeId: string }) => one.tradeId),
      ['7'],
    );
    await scene.noteLetters(4);
    assert.equal(await refused('NEW_TRADE_VOID', 'replace', '4', '--yes'), 1, 'the engine says 7 again');
    assert.equal(await refused('NEW_TRADE_VOID', 'replace', '4', '--by', '7', '--yes'), 1);
  });

  await t.test('a trade somebody entered is taken when the stream or the chain knows it', async () => {
    assert.equal(await refused('NEW_TRADE_BELOW', 'replace', '7', '--by', '5', '--yes'), 1);
    assert.equal(await refused('NEW_TRADE_BELOW', 'replace', '7', '--by', '7', '--yes'), 1);
    assert.equal(await refused('NEW_TRADE_FOREIGN', 'replace', '4', '--by', '6', '--yes'), 1);
    assert.equal(await refused('NEW_TRADE_UNKNOWN', 'replace', '7', '--by', '8', '--yes'), 1);
    await scene.stopEngine();
    await world.publishRaw(8, ['v', '1', 'p', eventBytes(good(8))]);
    await settled(8);
    await scene.relayer.stop();
    await world.publishRaw(9, ['v', '1', 'p', eventBytes(good(9)), 'r', '4']);
    await refused('NEW_TRADE_FOREIGN', 'replace', '7', '--by', '9', '--yes');
    assert.equal((await json('replace', '7', '--by', '8', '--yes')).by, '8');
    assert.equal((await json('replace', '4', '--by', '9', '--yes')).by, '9');
  });

  await t.test('a trade without a final void is neither replaced nor dropped', async () => {
    await scene.noteLetters(1, 1_000);
    assert.equal(await refused('LETTER_SETTLED', 'replace', '1', '--yes'), 1);
    assert.equal(await refused('LETTER_UNDECIDED', 'replace', '1000', '--yes'), 1);
    assert.equal(await refused('LETTER_UNDECIDED', 'drop', '1', '1000', '--yes', '--reason', 'x'), 1);
    assert.equal((await json('show', '1')).onChain.kind, 'settled');
    assert.equal((await json('show', '1000')).onChain.kind, 'undecided');
  });

  await t.test('an engine that is away, paused, older, unwilling, silent or asked by somebody else', async () => {
    await scene.noteLetters(4);
    const replace = ['replace', '4', '--yes', '--timeout', '1'];
    const request = () => world.redis.hget(controlKey(world.market), 'retry_request');
    assert.equal(await refused('ENGINE_ABSENT', ...replace), 1);
    await scene.pretendEngine({});
    await refused('RETRY_UNKNOWN', ...replace);
    await scene.pretendEngine({ mode: 'pause', retry_request: '' });
    await refused('ENGINE_PAUSED', ...replace);
    await scene.pretendEngine({ retry_request: '' });
    await refused('ENGINE_SILENT', ...replace);

    const answers = async (fields: (request: string) => Promise<unknown>) => {
      const before = await request();
      await until(async () => (await request()) !== before);
      await fields((await request()) ?? '');
    };
    const answer = (fields: Record<string, string>) => (id: string) =>
      world.redis.hset(engineKey(world.market), { retry_request: id, retry_refused: '', retried_as: '', ...fields });
    const patient = ['replace', '4', '--yes', '--timeout', '200'];
    await Promise.all([refused('RETRY_REFUSED', ...patient), answers(answer({ retry_refused: 'no' }))]);
    await Promise.all([refused('RETRY_REFUSED', ...patient), answers(answer({ retried_as: '3' }))]);
    await Promise.all([refused('NEW_TRADE_FOREIGN', ...patient), answers(answer({ retried_as: '6' }))]);
    const overtake = () => world.redis.hset(controlKey(world.market), 'retry_request', 'another');
    await Promise.all([refused('RETRY_OVERTAKEN', ...patient), answers(overtake)]);
    await world.redis.del(leaseKey(world.market));
  });

  await t.test('letters are dropped with a reason, one by one and in ranges', async () => {
    await scene.noteLetters(1, 3, 4, 5, 1_000);
    assert.equal((await dlq('drop', '3', '--yes')).code, 2);
    assert.equal((await dlq('drop', '3', '--yes', '--reason', ' ')).code, 2);
    for (const ids of ['0', 'x', '5-3', '-1', '1-', `${2n ** 64n}`]) {
      assert.equal((await dlq('drop', '--yes', '--reason', 'x', '--', ids)).code, 2, ids);
    }
    await refused('LETTER_UNKNOWN', 'drop', '6-9', '--yes', '--reason', 'x');
    await refused('LETTER_UNKNOWN', 'drop', '3', '6', '--yes', '--reason', 'x');
    const dropped = await json('drop', '3-5', '1', '--yes', '--reason', 'written off');
    assert.deepEqual(dropped, { outcome: 'dropped', tradeIds: ['3', '4', '5', '1'], reason: 'written off' });
    assert.deepEqual((await json('list')).open, { voiding: 1, voided: 0 });
    const { closing } = await json('show', '4');
    assert.deepEqual([closing.outcome, closing.reason], ['dropped', 'written off']);
  });

  await t.test(
    'as a process: the place comes from variables or the settings of the relayer, a password never from argv',
    async () => {
      const config = join(scene.dir, 'relayer.json');
      await writeFile(config, JSON.stringify(world.settings()));
      const run = async (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
        const child = spawn(process.execPath, [BIN, 'dlq', ...args], { env: { ...process.env, ...env } });
        const [stdout, stderr, code] = await Promise.all([
          text(child.stdout),
          text(child.stderr),
          new Promise((resolve) => child.once('close', resolve)),
        ]);
        return { stdout, stderr, code };
      };
      const listed = await run(['list', '--config', config]);
      assert.deepEqual([listed.code, /^1 open/m.test(listed.stdout)], [0, true], listed.stderr);
      const variables = {
        LOCKSTEP_REDIS_URL: scene.redisUrl,
        LOCKSTEP_MARKET: world.market,
        RPC_URL: world.chain.rpcUrl,
      };
      const shown = await run(['show', '1000', '--json'], variables);
      assert.deepEqual([shown.code, JSON.parse(shown.stdout).onChain.kind], [0, 'undecided'], shown.stderr);
    },
  );

  await t.test('a place that is missing or cannot be used', async () => {
    const { market } = world;
    const broken = join(scene.dir, 'broken.json');
    await writeFile(broken, '{"redisUrl": "redis://:hunter2@host');
    const wrong = join(scene.dir, 'wrong.json');
    await writeFile(wrong, JSON.stringify({ redisUrl: 'http://hunter2', market }));
    for (const [code, exit, ...argv] of [
      ['OPTION_MISSING', 2],
      ['OPTION_MISSING', 2, '--redis', scene.redisUrl],
      ['OPTION_INVALID', 2, '--market', market, '--redis', 'redis://:hunter2@127.0.0.1'],
      ['OPTION_INVALID', 2, '--market', market, '--redis', 'http://hunter2'],
      ['CONFIG_UNREADABLE', 2, '--config', broken],
      ['CONFIG_UNREADABLE', 2, '--config', wrong],
      ['CONFIG_UNREADABLE', 2, '--config', join(scene.dir, 'absent.json')],
      ['REDIS_UNREACHABLE', 1, '--market', market, '--redis', 'redis://127.0.0.1:1'],
    ] as const) {
      const answer = await lockstep('dlq', 'list', ...argv);
      assert.ok(answer.stderr.startsWith(`${code}: `), answer.stderr);
      assert.equal(answer.code, exit, code);
      assert.doesNotMatch(answer.stderr, /hunter2/);
    }
    await world.redis.set(controlKey(market), 'text');
    await scene.pretendEngine({ retry_request: '' });
    await scene.noteLetters(4);
    await refused('REDIS_REFUSED', 'replace', '4', '--yes');
    await world.redis.config('SET', 'requirepass', 'hunter2');
    const locked = await lockstep('dlq', 'list', '--redis', scene.redisUrl, '--market', market);
    assert.match(locked.stderr, /^REDIS_(REFUSED|UNREACHABLE): /);
    await world.redis.config('SET', 'requirepass', '');
    const away = ['--redis', scene.redisUrl, '--market', market, '--rpc', 'http://127.0.0.1:1'];
    assert.match((await lockstep('dlq', 'show', '1000', ...away)).stderr, /^RPC_UNAVAILABLE: /);
  });
});
