import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Bench, Lane } from '../setup/bench.ts';
import { AT_WORK, ONE_BY_ONE } from '../setup/bench.ts';
import type { Entry } from '../setup/probe.ts';
import { assertSameBytes, assertTrades } from '../setup/probe.ts';

/** What somebody else may do to the keys of a market, at whatever generation it is. */
const deeds: Readonly<Record<string, (lane: Lane, stream: string) => Promise<unknown>>> = {
  'an entry with a generated id': ({ redis }, stream) => redis.xadd(stream, '*', 'v', '1', 'p', 'junk'),
  'a pointer to another generation': ({ redis, pointerKey }) => redis.set(pointerKey, '70'),
  'a pointer that is no generation': ({ redis, pointerKey }) => redis.set(pointerKey, 'x'),
  'a deleted stream': ({ redis }, stream) => redis.del(stream),
  'a text in place of the stream': ({ redis }, stream) => redis.set(stream, 'text'),
};

/** One engine that has trades for longer than the tests take, and still owns its market after each of these. */
export function checkStrangers(bench: Bench): void {
  let lane: Lane;
  let first: Entry[];
  before(async () => {
    lane = bench.lane(AT_WORK);
    lane.start();
    await lane.untilLastId(100);
    first = await lane.entries();
  });

  for (const [what, doIt] of Object.entries(deeds)) {
    test(`${what}, by a stranger: the engine goes on, and a replay has the same bytes and no gap`, async () => {
      const stream = lane.streamKey(await lane.pointer());
      const head = Number(await lane.redis.hget(lane.engineKey, 'last_id'));
      await doIt(lane, stream);
      await lane.until(async () => Number(await lane.redis.hget(lane.engineKey, 'last_id')) > head + 100);
      const { generation } = await lane.obeyed(await lane.ask({ replay_from: '0' }));
      assert.equal(await lane.pointer(), generation);
      const { last_id } = await lane.obeyed(await lane.ask({ mode: 'pause' }));
      const entries = await lane.entries();
      assertTrades(entries, 0, Number(last_id));
      assertSameBytes(entries, first);
      await lane.obeyed(await lane.ask({ mode: 'run' }));
    });
  }
}

/** What a stranger may write where the engine's next trade belongs. */
const forgeries: Readonly<Record<string, (lane: Lane, id: number) => Buffer>> = {
  garbage: () => Buffer.from('junk'),
  'a well-formed trade': (lane, id) => lane.forged(id),
};

/** One engine that writes a trade at a time, so that a stranger's entry has the very id its next write has. */
export function checkForgeries(bench: Bench): void {
  let lane: Lane;
  before(async () => {
    lane = bench.lane(ONE_BY_ONE);
    lane.start();
    await lane.untilLastId(3);
  });

  for (const [what, bytesOf] of Object.entries(forgeries)) {
    test(`${what} under the engine's own next id: not taken for its own, the next generation has the engine's`, async () => {
      const generation = await lane.pointer();
      const first = await lane.entries();
      const id = await takeNextId(lane, generation, bytesOf);
      await lane.until(async () => (await lane.pointer()) !== generation);
      await lane.untilLastId(id + 1);
      const own = (await lane.entries()).find((entry) => entry.id === `${id}-0`);
      assert.notDeepEqual(own?.p, bytesOf(lane, id));
      await lane.obeyed(await lane.ask({ replay_from: '0' }));
      const { last_id } = await lane.obeyed(await lane.ask({ mode: 'pause' }));
      const entries = await lane.entries();
      assertTrades(entries, 0, Number(last_id));
      assertSameBytes(entries, first);
      assert.deepEqual(entries[id - 1]?.p, own?.p);
      await lane.obeyed(await lane.ask({ mode: 'run' }));
    });
  }
}

/** Redis refuses an id the engine has taken meanwhile: then it is the next one's turn. */
async function takeNextId(
  lane: Lane,
  generation: string,
  bytesOf: (lane: Lane, id: number) => Buffer,
): Promise<number> {
  for (;;) {
    const id = (await lane.lastId()) + 1;
    const entry = ['v', '1', 'p', bytesOf(lane, id)] as const;
    const added = await lane.redis.xadd(lane.streamKey(generation), `${id}-0`, ...entry).catch(() => undefined);
    if (added !== undefined) return id;
  }
}
