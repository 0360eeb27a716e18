// Proves: a lane that is told to flush asks the engine to pause, takes nothing above the acknowledged id, settles what is up to it, also a last
// batch that is too small, and is ready only when all of it is final and no dead letter is open; what it waits for is named; in ready,
// upgrading and verifying nothing is signed, sent or asked of the chain, and a start in any of them stays there; a hash that Redis forgot is
// written back, one that was ended is not; after the end what was held settles, each id once, wherever relayers were killed.
// Does not prove: what stands in Redis (tests/relayer/maintenance.test.ts, tests/relayer/upkeep.test.ts), real processes (tests/e2e).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { TradeId } from '#client';
import { slot, tradeId } from '#client';
import { until } from '../../tests/support/until.ts';
import type { MaintenancePhase } from './domain/maintenance.ts';
import { pendingTrades } from './domain/maintenance.ts';
import { LaneRestart } from './errors.ts';
import { rejects } from './testing/refuses.ts';
import { ids, stream, world } from './testing/world.ts';

type World = ReturnType<typeof world>;
type Settings = Parameters<World['start']>[0];

const begin = (w: World, phase: MaintenancePhase = 'draining', cut?: number, id = 'm1') => {
  const at = { startedMs: w.clock.now(), phaseMs: w.clock.now() };
  const upTo = cut === undefined ? {} : { cut: tradeId(cut) };
  w.upkeep.maintenance = { id, phase, owner: 'ops', reason: 'a test', ...at, ...upTo };
};
const end = (w: World) => {
  w.upkeep.ended = w.upkeep.maintenance?.id;
  w.upkeep.maintenance = undefined;
};
/** An engine that answers each pause at once. */
const pausesAt = (w: World, last: number) => {
  w.upkeep.onAsk = (id) => {
    w.upkeep.engine = { ...w.upkeep.engine, answered: id, isPaused: true, lastId: tradeId(last) };
  };
};
const phase = (w: World) => w.upkeep.maintenance?.phase;
const codes = (w: World) => w.upkeep.reports.at(-1)?.blocked.map(({ code }) => code) ?? [];
const report = (w: World) => w.upkeep.reports.at(-1) ?? assert.fail('nothing was reported');
const acts = (w: World) => w.chain.calls.filter((method) => method === 'sign' || method === 'send').length;
/** Relayers one after the other, as a lane that begins again has them. */
function keepRunning(w: World, settings: Settings = {}) {
  let run = w.start(settings);
  let isOver = false;
  const done = (async () => {
    for (;;) {
      try {
        await run.done;
        return;
      } catch (error) {
        if (isOver || !(error instanceof LaneRestart)) throw error;
        run = w.start(settings);
      }
    }
  })();
  done.catch(() => {});
  return {
    now: () => run,
    async stop() {
      isOver = true;
      run.stop();
      await done.catch((error: unknown) => assert.match(String(error), /stop/));
    },
    async kill() {
      isOver = true;
      run.stop();
      run.kill();
      await done.catch(() => {});
    },
  };
}

test('live to ready and back: nothing above the cut is taken before the end, all of it after', async () => {
  const w = world(stream(20));
  w.upkeep.streamEnd = tradeId(20);
  begin(w);
  pausesAt(w, 10);
  const lane = keepRunning(w);
  await until(() => phase(w) === 'ready');
  assert.deepEqual(w.settledIds(), ids(10));
  assert.equal(w.upkeep.maintenance?.cut, 10n);
  assert.equal(w.journal.rows.size, 0);
  await until(() => lane.now().progress.status().state === 'maintenance');
  const status = lane.now().progress.status().maintenance ?? assert.fail();
  assert.deepEqual([status.phase, status.held, pendingTrades(status.pending)], ['ready', 10, 0]);
  assert.deepEqual(codes(w), ['OPERATOR']);
  assert.equal(lane.now().metrics.gauges.get('maintenance_phase'), 2);
  end(w);
  await lane.now().until(20, true);
  assert.deepEqual(w.settledIds(), ids(20));
  assert.equal(lane.now().progress.status().maintenance, undefined);
  assert.equal(lane.now().metrics.gauges.get('maintenance_phase'), 0);
  assert.ok(w.upkeep.hushed > 0);
  await lane.stop();
});

test('pending is counted by place, each trade once, until it is final', async () => {
  const w = world(stream(30));
  w.chain.onSend = () => 'drop';
  const run = w.start();
  await until(() => w.journal.rows.size === 3 && w.chain.sent.length > 0);
  begin(w);
  pausesAt(w, 30);
  await until(() => w.upkeep.reports.at(-1)?.cut === 30n);
  const { pending } = report(w);
  assert.equal(pendingTrades(pending), 30);
  // An attempt that has died leaves its batch in the outbox.
  assert.deepEqual([pending.outbox + pending.inFlight, pending.unfinalized], [12, 0]);
  assert.ok(codes(w).includes('TRADES_PENDING'));
  w.chain.onSend = () => 'land';
  await run.until(30);
  await until(() => report(w).pending.unfinalized > 0 && codes(w).includes('UNFINALIZED'));
  await assert.rejects(run.done, LaneRestart);
  assert.equal(phase(w), 'ready');
  assert.ok(run.progress.status().finalized === 30);
});

for (const [how, engine, code, why] of [
  ['never spoke', { silentMs: undefined }, 'ENGINE_SILENT', /no engine has spoken/],
  ['is silent', { silentMs: 60_000 }, 'ENGINE_SILENT', /since 60000 ms/],
  ['does not answer', { silentMs: 10 }, 'ENGINE_UNANSWERED', /has not answered the pause m1/],
  ['refuses', { answered: 'm1', refused: 'a feast', silentMs: 10 }, 'ENGINE_REFUSED', /refused the pause: a feast/],
  ['says it is done and runs', { answered: 'm1', lastId: tradeId(9) }, 'ENGINE_SILENT', /is not paused/],
  [
    'ends below the chain',
    { answered: 'm1', isPaused: true, lastId: tradeId(3) },
    'ENGINE_BEHIND',
    /ends with trade 3, and trade 8/,
  ],
] as const) {
  test(`an engine that ${how} is named, and there is no cut`, async () => {
    const w = world(stream(8));
    const run = w.start();
    await run.until(8, true);
    w.upkeep.engine = { ...w.upkeep.engine, ...engine };
    begin(w);
    await until(() => codes(w).includes(code));
    assert.match(
      report(w)
        .blocked.map(({ reason }) => reason)
        .join(),
      why,
    );
    assert.equal(w.upkeep.maintenance?.cut, undefined);
    assert.equal(phase(w), 'draining');
    // It goes on by itself once the engine has answered.
    w.upkeep.engine = { ...w.upkeep.engine, answered: 'm1', refused: '', isPaused: true, lastId: tradeId(8) };
    await assert.rejects(run.done, LaneRestart);
    assert.equal(phase(w), 'ready');
  });
}

test('a last batch that is too small settles by age, with no admin, and the wait is named', async () => {
  const w = world(stream(10));
  w.chain.rulesNow = { ...w.chain.rulesNow, minBatchSize: 4, maxBatchAgeSlots: slot(100) };
  begin(w);
  pausesAt(w, 10);
  const run = w.start();
  await until(() => codes(w).includes('UNDERSIZED_BATCH'));
  assert.equal(report(w).pending.open, 2);
  assert.match(
    report(w)
      .blocked.map(({ reason }) => reason)
      .join(),
    /last 2 trades are fewer than the 4 .* about \d+ slots/,
  );
  await assert.rejects(run.done, LaneRestart);
  assert.deepEqual(w.settledIds(), ids(10));
  assert.equal(phase(w), 'ready');
});

test('a dead letter up to the cut holds the lane until it is closed or waived; one above does not', async () => {
  const w = world(stream(8));
  w.chain.refusedTrades.set(3n, 'InsufficientBase');
  w.upkeep.letters = () => [...w.journal.rejections.keys()].map((id) => id as TradeId);
  begin(w);
  pausesAt(w, 8);
  const run = w.start();
  await until(() => String(codes(w)) === 'DEAD_LETTERS');
  assert.deepEqual(report(w).blocked[0]?.ids, [3n]);
  assert.equal(report(w).pending.deadLetters, 1);
  w.journal.rejections.clear();
  await assert.rejects(run.done, LaneRestart);
  assert.equal(phase(w), 'ready');
});

test('what holds the lane anyway is named: a pause, a node that does not answer', async () => {
  const w = world(stream(8));
  w.chain.rulesNow = { ...w.chain.rulesNow, isPaused: true };
  begin(w);
  pausesAt(w, 8);
  const run = w.start();
  await until(() => codes(w).includes('Paused'));
  w.chain.rulesNow = { ...w.chain.rulesNow, isPaused: false };
  await run.until(8);
  w.chain.silent.add('market');
  await until(() => codes(w).includes('RPC_UNAVAILABLE'));
  w.chain.silent.clear();
  await assert.rejects(run.done, LaneRestart);
});

for (const quiet of ['ready', 'upgrading', 'verifying'] as const) {
  test(`started in ${quiet}: nothing is asked of the chain, whatever it says; after the end the lane goes on`, async () => {
    const w = world(stream(12));
    begin(w, quiet, 8);
    w.chain.silent.add('market').add('rules');
    const run = w.start();
    await until(() => w.upkeep.reports.length > 20);
    assert.deepEqual(w.chain.calls, []);
    assert.equal(run.progress.status().state, 'maintenance');
    assert.deepEqual([report(w).phase, report(w).cut, codes(w)], [quiet, 8n, ['OPERATOR']]);
    assert.equal(w.wishes.answers.length > 0, true);
    assert.equal(run.heartbeats.stuck(), undefined);
    end(w);
    await until(() => run.progress.status().state === 'recovering');
    w.chain.silent.clear();
    await run.until(12);
    assert.deepEqual(w.settledIds(), ids(12));
    run.stop();
    await run.done;
  });
}

test('a phase that comes from elsewhere in the middle of a send: nothing is signed or sent from then on', async () => {
  const w = world(stream(12));
  w.chain.onSend = () => 'drop';
  const lane = keepRunning(w);
  await until(() => w.chain.sent.length > 0);
  begin(w, 'upgrading', 4);
  await until(() => w.upkeep.reports.length > 0);
  const before = acts(w);
  await until(() => w.upkeep.reports.length > 40);
  assert.equal(acts(w), before);
  assert.equal(lane.now().progress.status().state, 'maintenance');
  w.chain.onSend = () => 'land';
  end(w);
  await until(() => w.settledIds().length === 12);
  assert.deepEqual(w.settledIds(), ids(12));
  assert.deepEqual(w.chain.violations, []);
  await lane.stop();
});

test('rows above the cut that were never signed are held, and settle after the end', async () => {
  const w = world(stream(12));
  w.chain.rulesNow = { ...w.chain.rulesNow, isPaused: true };
  const first = w.start();
  await until(() => w.journal.rows.size === 3);
  first.stop();
  await first.done;
  begin(w, 'draining', 4);
  pausesAt(w, 4);
  w.chain.rulesNow = { ...w.chain.rulesNow, isPaused: false };
  const lane = keepRunning(w);
  await until(() => phase(w) === 'ready');
  assert.deepEqual(w.settledIds(), ids(4));
  end(w);
  await until(() => w.settledIds().length === 12);
  assert.deepEqual(w.settledIds(), ids(12));
  await lane.stop();
});

for (const at of ['draining', 'upgrading'] as const) {
  test(`Redis forgets it while ${at}: it is written back as it was; once it was ended it is not`, async () => {
    const w = world(stream(8));
    w.chain.onSend = () => 'drop';
    begin(w, at, 8);
    const run = w.start();
    await until(() => w.upkeep.reports.length > 0);
    const before = w.upkeep.maintenance;
    w.upkeep.maintenance = undefined;
    await until(() => w.upkeep.maintenance !== undefined);
    assert.deepEqual(w.upkeep.maintenance, before);
    w.upkeep.ignored = 'phase "x": ...';
    const count = w.upkeep.reports.length;
    w.upkeep.maintenance = undefined;
    await until(() => w.upkeep.reports.length > count + 3);
    assert.equal(report(w).phase, at);
    w.upkeep.ignored = undefined;
    await until(() => w.upkeep.maintenance !== undefined);
    end(w);
    w.chain.onSend = () => 'land';
    await run.until(8);
    assert.equal(w.upkeep.maintenance, undefined);
    run.stop();
    await run.done;
  });
}

test('who hears nothing looks within a second, live or standing still; a word makes it look at once', async () => {
  const w = world(stream(4));
  const looks: number[] = [];
  const { look } = w.upkeep;
  w.upkeep.look = () => {
    looks.push(w.clock.now());
    return look();
  };
  const isHeard = () => {
    const before = looks.length;
    for (const ear of w.upkeep.ears) ear();
    return async () => {
      const atMs = w.clock.now();
      await until(() => looks.length > before);
      assert.ok((looks[before] ?? 0) - atMs < 500);
    };
  };
  const run = w.start();
  await until(() => looks.length > 20);
  await isHeard()();
  begin(w, 'upgrading', 4);
  await assert.rejects(run.done, LaneRestart);
  const next = w.start();
  await until(() => w.upkeep.reports.length > 20);
  await isHeard()();
  const gaps = looks.slice(1).map((ms, at) => ms - (looks[at] ?? 0));
  assert.ok(Math.max(...gaps) <= 1_000);
  next.stop();
  await assert.rejects(next.done, /stop/);
});

test('told to stop while draining, it stops; the next one drains on', async () => {
  const w = world(stream(20));
  begin(w);
  pausesAt(w, 20);
  const run = w.start();
  await run.until(4);
  run.stop();
  await run.done;
  assert.equal(phase(w), 'draining');
  const next = w.start();
  await assert.rejects(next.done, LaneRestart);
  assert.deepEqual(w.settledIds(), ids(20));
  assert.equal(phase(w), 'ready');
});

test('an open letter that comes with finality, after the look that saw none, holds the lane', async () => {
  const w = world(stream(4));
  w.chain.rulesNow = { ...w.chain.rulesNow, allowedVersions: [2] };
  w.chain.refusedTrades.set(2n, 'InsufficientBase');
  w.upkeep.letters = () => [...w.journal.rejections.keys()].map((id) => id as TradeId);
  begin(w);
  pausesAt(w, 4);
  const run = w.start();
  await until(() => codes(w).includes('DEAD_LETTERS'));
  assert.equal(phase(w), 'draining');
  w.journal.rejections.clear();
  await assert.rejects(run.done, LaneRestart);
});

test('an id of no trade at all: a lane where nothing ever happened is ready at once', async () => {
  const w = world([]);
  begin(w);
  pausesAt(w, 0);
  const run = w.start();
  await assert.rejects(run.done, LaneRestart);
  assert.deepEqual([phase(w), w.upkeep.maintenance?.cut], ['ready', 0n]);
});

test('a begun maintenance does nothing for a lane that is halted', async () => {
  const w = world(stream(4));
  w.journal.mark = { reason: 'somebody else settles', acknowledged: false, acknowledge: 'x' };
  begin(w);
  await rejects('FOREIGN_SETTLEMENT', w.start().done);
  assert.equal(phase(w), 'draining');
});

test('any order of begin, phases, ends, kills and lost messages: each id once, nothing sent while it must stand still', async () => {
  const move = fc.constantFrom('begin', 'next', 'end', 'kill', 'forget', 'refuse', 'drop', 'land', 'wait');
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 4, maxLength: 14 }), async (moves) => {
      const w = world(stream(40));
      w.upkeep.streamEnd = tradeId(40);
      let count = 0;
      let lane = keepRunning(w);
      for (const one of moves) {
        const last = Number(lane.now().progress.status().lastTradeId);
        if (one === 'begin' && w.upkeep.maintenance === undefined) {
          count += 1;
          pausesAt(w, Math.min(40, last + 20));
          begin(w, 'draining', undefined, `m${count}`);
        }
        if (one === 'next' && w.upkeep.maintenance !== undefined && phase(w) !== 'draining') {
          const to = phase(w) === 'ready' ? 'upgrading' : 'verifying';
          w.upkeep.maintenance = { ...w.upkeep.maintenance, phase: to };
        }
        if (one === 'end' && w.upkeep.maintenance !== undefined) end(w);
        if (one === 'forget') w.upkeep.maintenance = undefined;
        if (one === 'drop') w.chain.onSend = () => 'drop';
        if (one === 'land') w.chain.onSend = () => 'land';
        if (one === 'refuse') w.upkeep.engine = { ...w.upkeep.engine, refused: 'no', answered: `m${count}` };
        if (one === 'kill') {
          await lane.kill();
          lane = keepRunning(w);
        }
        const standsStill = phase(w) !== undefined && phase(w) !== 'draining';
        const before = acts(w);
        for (let at = 0; at < 6; at += 1) await w.clock.sleep(300, new AbortController().signal);
        const stood = standsStill && phase(w) !== undefined && phase(w) !== 'draining';
        // One look may be under way when a phase begins.
        if (stood && one === 'wait') assert.equal(acts(w), before);
      }
      w.chain.onSend = () => 'land';
      await until(() => {
        // What was forgotten comes back once more.
        if (w.upkeep.maintenance !== undefined) end(w);
        return w.settledIds().length >= 40;
      });
      assert.deepEqual(w.settledIds(), ids(40));
      assert.deepEqual(w.chain.violations, []);
      await lane.stop();
    }),
    { numRuns: 25 },
  );
});
