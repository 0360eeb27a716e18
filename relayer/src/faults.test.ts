// Proves: whatever happens in whatever order (sends lost or applied unseen, calls unanswered, forks, kills between any two steps, a
// queue that is away, trades that turn bad while they are on the wire, versions switched by config or control, pauses), every id ends
// on-chain exactly once and in order, no payload is signed for a sequence while another one for it could still land, and no trade loses its
// order type without an operator's word. A failure prints its seed; FAULT_RUNS=5000 runs more of them.
// Does not prove: a Redis that forgets what it acknowledged, or a node that lies.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import type { TradeV1, TradeV2 } from '#client';
import { decodeBatch, OrderType, ResultCode, tradeId } from '#client';
import type { ControlReading } from './domain/control.ts';
import { TransientError } from './errors.ts';
import { FINALIZED_AFTER_SLOTS } from './testing/chain.ts';
import { ids, marketOrder, stream, world } from './testing/world.ts';

const COUNT = 60;
const RUNS = Number(process.env.FAULT_RUNS ?? 200);
const SHUTDOWN_MS = 10_000;
/** Of fake time: enough for several blockhashes to run out one after the other. */
const PATIENCE_MS = 3_600_000;
const never = new AbortController().signal;

const methods = ['market', 'rules', 'simulate', 'sign', 'send', 'statuses', 'heights'] as const;
const event = fc.oneof(
  fc.record({ kind: fc.constant('silence' as const), method: fc.constantFrom(...methods) }),
  fc.record({ kind: fc.constant('answer' as const) }),
  fc.record({ kind: fc.constant('lose' as const), oneIn: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant('hide' as const) }),
  fc.record({ kind: fc.constant('fork' as const), slots: fc.integer({ min: 1, max: FINALIZED_AFTER_SLOTS - 2 }) }),
  fc.record({ kind: fc.constant('kill' as const) }),
  fc.record({ kind: fc.constant('stop' as const) }),
  fc.record({ kind: fc.constant('queue' as const), away: fc.boolean() }),
  fc.record({ kind: fc.constant('spoil' as const), id: fc.integer({ min: 1, max: COUNT }) }),
  fc.record({ kind: fc.constant('allow' as const), versions: fc.constantFrom([1], [1, 2], [2]) }),
  fc.record({ kind: fc.constant('pause' as const), isPaused: fc.boolean() }),
  fc.record({
    kind: fc.constant('control' as const),
    maxVersion: fc.constantFrom(undefined, 1, 2),
    asV1To: fc.constantFrom(undefined, COUNT / 2),
  }),
);
/** Mostly while a batch is on its way; now and then long enough for a blockhash to run out. */
const pause = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 1_500 }) },
  { weight: 1, arbitrary: fc.constant(75_000) },
);
/** Some trades that only V2 can say. */
const isMarketOrder = (id: bigint) => id % 11n === 0n;
const saysMarket = (trade: TradeV1 | TradeV2) => 'orderType' in trade && trade.orderType === OrderType.Market;
const entries = stream(COUNT).map((entry, at) => (isMarketOrder(entry.tradeId) ? marketOrder(at + 1) : entry));
const history = fc.array(fc.record({ afterMs: pause, event }), { maxLength: 25 });

test('any history of faults ends with every id on-chain once', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (faults) => {
      const w = world(entries);
      let mayLoseTo = 0;
      let run = w.start();
      const restart = async (end: 'kill' | 'stop') => {
        run.stop();
        if (end === 'stop') await Promise.race([run.done, w.clock.sleep(SHUTDOWN_MS, never)]);
        run.kill();
        await run.done;
        run = w.start();
      };
      for (const { afterMs, event: fault } of faults) {
        await w.clock.sleep(afterMs, never);
        switch (fault.kind) {
          case 'silence':
            w.chain.silent.add(fault.method);
            break;
          case 'answer':
            w.chain.silent.clear();
            break;
          case 'lose':
            w.chain.onSend = () => (w.chain.sent.length % fault.oneIn === 0 ? 'drop' : 'land');
            break;
          case 'hide':
            for (const signature of w.chain.sent) w.chain.hidden.add(signature);
            break;
          case 'fork':
            w.chain.forkBackTo(w.chain.slotNow() - BigInt(fault.slots));
            break;
          case 'queue':
            run.queue.beforeAdd = () => {
              if (fault.away) throw new TransientError('QUEUE_UNAVAILABLE', 'away');
            };
            break;
          case 'allow':
            w.chain.rulesNow = { ...w.chain.rulesNow, allowedVersions: fault.versions };
            break;
          case 'pause':
            w.chain.rulesNow = { ...w.chain.rulesNow, isPaused: fault.isPaused };
            break;
          case 'control':
            w.wishes.reading = controlOf(fault);
            mayLoseTo = Math.max(mayLoseTo, fault.asV1To ?? 0);
            break;
          case 'spoil':
            w.chain.refusedTrades.set(BigInt(fault.id), 'InsufficientQuote');
            break;
          default:
            w.chain.silent.clear();
            await restart(fault.kind);
        }
      }
      w.chain.silent.clear();
      w.chain.hidden.clear();
      w.chain.onSend = () => 'land';
      w.chain.rulesNow = { ...w.chain.rulesNow, isPaused: false, allowedVersions: [1, 2] };
      w.wishes.reading = {};
      await restart('stop');
      const patience = w.clock
        .sleep(PATIENCE_MS, never)
        .then(() => assert.fail(`stuck: ${inspect(run.progress.status())}`));
      await Promise.race([run.until(COUNT, true), patience]);
      run.stop();
      await run.done;
      const settled = w.chain.canonical().flatMap((payload) => decodeBatch(payload).trades);
      assert.deepEqual(
        settled.map((trade) => Number(trade.tradeId)),
        ids(COUNT),
      );
      assert.deepEqual(w.chain.violations, []);
      const lost = settled.filter((trade) => isMarketOrder(trade.tradeId) && trade.quantity > 0n && !saysMarket(trade));
      assert.ok(lost.every((trade) => trade.tradeId <= mayLoseTo));
      const codes = w.chain.canonicalCodes();
      const voided = settled.map((trade) => trade.tradeId).filter((_, at) => codes[at] !== ResultCode.Settled);
      assert.deepEqual(
        voided,
        [...w.journal.rejections.keys()].sort((a, b) => Number(a - b)),
      );
    }),
    { numRuns: RUNS },
  );
});

function controlOf({
  maxVersion,
  asV1To,
}: {
  maxVersion?: number | undefined;
  asV1To?: number | undefined;
}): ControlReading {
  const wished = {
    ...(maxVersion === undefined ? {} : { maxVersion }),
    ...(asV1To === undefined ? {} : { asV1To: tradeId(asV1To) }),
  };
  return { control: { request: 'r', ...wished, by: 'ops', reason: 'a fault' } };
}
