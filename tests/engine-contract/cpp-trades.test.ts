// Proves: of the same seed, traders, steps and fee the C++ engine and the feeder write the same entries, in either schema, bytes
// included.
// Does not prove: anything of orders the seeded flow has none of (engine/tests). Skipped, by name, where the engine is not built.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { flowInput, instrumentOf, parseStep, surveyInput } from '#feeder';
import { Bench } from './setup/bench.ts';
import { commandEngine } from './setup/command-engine.ts';
import { cppCommand, NOT_BUILT } from './setup/cpp-engine.ts';
import { feederCommand } from './setup/feeder-command.ts';
import type { Entry } from './setup/probe.ts';
import { assertTrades } from './setup/probe.ts';

/** An engine that hangs must fail its test, not the run. */
const TIMEOUT_MS = 540_000;
/** Long enough for the book to be full, so that its oldest orders are cancelled. */
const COUNT = 6_000;

interface Flow {
  readonly seed: string;
  readonly traders: number;
  readonly takerBps: number;
  readonly tick: string;
  readonly lot: string;
}

const flows: readonly Flow[] = [
  { seed: '1', traders: 64, takerBps: 10, tick: '0.01', lot: '0.0001' },
  { seed: 'another', traders: 2, takerBps: 0, tick: '0.5', lot: '0.2' },
  { seed: 'übung', traders: 50_000, takerBps: 33, tick: '0.00000001', lot: '0.25' },
  // Amounts so large that some trades, and the deposits of others, pass u64 and are left out.
  { seed: '7', traders: 3, takerBps: 5, tick: '100', lot: '1000000' },
];

const optionsOf = ({ seed, traders, takerBps, tick, lot }: Flow): string =>
  `--seed ${seed} --traders ${traders} --taker-bps ${takerBps} --tick ${tick} --lot ${lot}`;

async function survey(flow: Flow): Promise<{ accepted: number; rejected: number }> {
  const instrument = instrumentOf(parseStep(flow.tick, 'tick'), parseStep(flow.lot, 'lot'));
  return surveyInput(flowInput(instrument, { ...flow, count: COUNT }), flow);
}

/** Everything an engine has, all of it in one schema. */
async function written(bench: Bench, schema: string, count: number): Promise<Entry[]> {
  const lane = bench.lane({ count: COUNT, rate: 'max' });
  const request = await lane.ask({ emit: schema });
  const engine = lane.start();
  await lane.obeyed(request);
  await lane.untilLastId(count);
  await lane.settled();
  await engine.stop();
  assert.equal(await engine.ended, '');
  return lane.entries();
}

for (const flow of flows) {
  const options = optionsOf(flow);
  const skip = cppCommand === undefined && NOT_BUILT;
  describe(`the C++ engine and the feeder with ${options}`, { skip, timeout: TIMEOUT_MS }, () => {
    const ours = new Bench(commandEngine(`${cppCommand} ${options}`));
    const theirs = new Bench(commandEngine(`${feederCommand} ${options}`));
    for (const schema of ['1', '2']) {
      test(`write the same entries in schema ${schema}`, async () => {
        const { accepted, rejected } = await survey(flow);
        assert.equal(accepted + rejected, COUNT);
        const [entries, expected] = await Promise.all([
          written(ours, schema, accepted),
          written(theirs, schema, accepted),
        ]);
        assertTrades(entries, 0, accepted, () => schema);
        assert.deepEqual(entries, expected);
      });
    }
  });
}

test('the flows leave out trades, and are long enough to compare', async () => {
  const surveys = await Promise.all(flows.map(survey));
  assert.ok(surveys.some(({ rejected }) => rejected > 1_000));
  for (const { accepted } of surveys) assert.ok(accepted > COUNT / 2);
});
