import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after } from 'node:test';
import { Keypair } from '@solana/web3.js';
import type { MarketHeader } from '#client';
import { readConfig, readMarketHeader } from '#client';
import { readDeployed } from '../../../cli/src/program-upgrade/deployed.ts';
import { releaseOf } from '../../../cli/src/release/program.ts';
import type { Operation } from '../../../cli/src/rollout/journal.ts';
import { Journal } from '../../../cli/src/rollout/journal.ts';
import { readSite } from '../../../cli/src/rollout/site.ts';
import type { Ended } from '../../rollout/setup/command.ts';
import { compiledCommand } from '../../rollout/setup/command.ts';
import { until } from '../../support/until.ts';
import type { Side } from './books.ts';
import { audited } from './books.ts';
import { packedFromSource } from './packages.ts';
import type { ForkSite } from './site.ts';
import { openForkSite } from './site.ts';

/** What the tests of a hard fork ask of a site. */
export interface Tried extends ForkSite {
  readonly planFile: string;
  /** `lockstep hardfork` with the plan, without asking. */
  fork(...words: string[]): ReturnType<ForkSite['start']>;
  /** To its end, which must be this. */
  ends(code: number, ...words: string[]): Promise<Ended>;
  /** Kills it as it says that it begins this step; 1 is the first one. */
  killedAt(step: number, ...words: string[]): Promise<void>;
  newest(): Promise<Operation | undefined>;
  /** How the site is now: release, tree version, paused, market. */
  standing(): Promise<Standing>;
  header(): Promise<MarketHeader>;
  /** More trades settle. */
  goesOn(): Promise<void>;
  /** More trades settle; then, from the first one on, every id and balance is held against the engine's input. */
  settlesOn(): Promise<void>;
}

export interface Standing {
  readonly release: string | undefined;
  readonly treeVersion: number;
  readonly isPaused: boolean;
  readonly maintenance: boolean;
  readonly mode: string | undefined;
  readonly market: string;
}

const COUNT = 60_000;
const RATE = 60;
const MORE = 10n;

/** A site of the test file's own, where trades settle. */
export async function openTried(kind: 'in-place' | 'successor', program: string): Promise<Tried> {
  const [shelf, command] = [await packedFromSource({ after }), await compiledCommand()];
  const site = await openForkSite({ shelf, command, program, count: COUNT, rate: RATE });
  after(() => site.close());
  const programKeypair = `${site.dir}/program-key.json`;
  writeFileSync(programKeypair, JSON.stringify([...Keypair.generate().secretKey]), { mode: 0o600 });
  const reason = 'a test';
  const planFile = site.plan('plan', {
    ...{ kind, program: '0.2.0', reason },
    ...(kind === 'successor' ? { programKeypair } : {}),
  });
  const fork: Tried['fork'] = (...words) => site.start('hardfork', '--plan', planFile, '--yes', ...words);
  const connection = site.chain.connection('confirmed');
  const side = async (): Promise<Side> => readSite(site.file, {});
  const header = async () => {
    const { program: of, market } = await side();
    return (await readMarketHeader(connection, market, 'confirmed', of)).value;
  };
  const folder = site.dir;
  const goesOn = async () => {
    const enough = (await site.cursor()) + MORE;
    await until(async () => (await site.cursor()) >= enough);
  };
  return {
    ...site,
    ...{ planFile, fork, header, goesOn },
    async ends(code, ...words) {
      const ended = await fork(...words).ended;
      assert.equal(ended.code, code, ended.text);
      return ended;
    },
    async killedAt(step, ...words) {
      const running = fork(...words);
      await running.saw(new RegExp(`^\\[${step}/\\d+\\] .* …$`, 'm'));
      running.child.kill('SIGKILL');
      assert.equal((await running.ended).code, null);
    },
    newest: async () => (await new Journal(folder).newest())?.operation,
    async standing() {
      // An engine answers a moment after it was asked; one that never was has an empty answer.
      const request = async (key: string) => (await site.redis.hget(`${key}:${site.lane}`, 'mode_request')) ?? '';
      await until(async () => (await request('engine')) === (await request('control')));
      const { program: of, market } = await side();
      const { bytes } = await readDeployed(connection, of);
      const { isPaused } = (await readConfig(connection, of, 'confirmed')).value;
      return {
        ...{ release: releaseOf(bytes), isPaused, market: `${market}` },
        treeVersion: (await header()).treeVersion,
        maintenance: (await site.redis.exists(`lockstep:1:{${site.lane}}:maintenance`)) === 1,
        mode: (await site.redis.hget(`engine:${site.lane}`, 'mode')) ?? undefined,
      };
    },
    async settlesOn() {
      await goesOn();
      const { market, program: of } = await side();
      const first = { program: site.venue.program, market: site.venue.market };
      const sides = market.equals(first.market) ? [first] : [first, { program: of, market }];
      const { lost, doubled, wrong } = await audited(site.venue, sides, site.input);
      assert.deepEqual({ lost, doubled, wrong }, { lost: 0, doubled: 0, wrong: [] });
    },
  };
}
