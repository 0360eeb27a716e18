import { join } from 'node:path';
import type { Cell, Program } from '#gate/can-ship';
import { engineOf, relayerOf, releasedProgram, SOURCE, semverIn } from '#gate/can-ship';
import { runCell } from '../../../ci/sim/cell.ts';
import type { StartSimChain } from '../../../ci/sim/chain.ts';
import type { Effort, Subject } from '../../../ci/sim/subject.ts';

export const REPO = join(import.meta.dirname, '../../..');
const RELEASES = join(REPO, 'releases');
const MUTANT = join(import.meta.dirname, 'mutant-engine.ts');

export const deployed = (): Program => releasedProgram(semverIn('deployed', 'settlement', RELEASES), RELEASES);
export const stagedSemver = (): string => semverIn('staged', 'settlement', RELEASES);
export const released = (semver: string): Program => releasedProgram(semver, RELEASES);

/** Most mutants fail long before; the machine may have other things to do. */
const FIRST_TRADE_MS = 60_000;

/** Command line of the feeder with this fault. */
export const mutant = (fault: string): string =>
  `"${process.execPath}" --import "${import.meta.resolve('tsx')}" "${MUTANT}" ${fault}`;

/** One cell, as ci/sim-test runs it, with few trades. */
export function tryOut(
  engine: string,
  program: Program,
  startChain: StartSimChain,
  change: Partial<Subject> = {},
  effort: Partial<Effort> = {},
): Promise<Cell> {
  const relayer = relayerOf(SOURCE, REPO);
  const subject = { engine: engineOf(engine, RELEASES), program, relayer, isFlow: false, isWithoutV1: false };
  const world = { startChain, signal: new AbortController().signal, say: () => undefined };
  return runCell({ ...subject, ...change }, { count: 200, seed: '1', firstTradeMs: FIRST_TRADE_MS, ...effort }, world);
}
