import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine, Environment, Program, Reason } from '#gate/can-ship';
import { ENVIRONMENTS, engineOf, programAt, relayerOf, releasedProgram, SOURCE, semverIn } from '#gate/can-ship';
import type { SimOptions } from './options.ts';
import { reason } from './reason.ts';
import type { Subject } from './subject.ts';

/** What is to be tried, and what can't be. */
export interface Plan {
  readonly subjects: readonly Subject[];
  readonly untried: readonly Reason[];
}

/** Releases of engines, by folder. */
const ENGINES = ['feeder', 'engine'] as const;
const CANDIDATE = 'candidate';

/** @throws LockstepError GATE_ENGINE_UNKNOWN, GATE_INPUT_UNREADABLE, GATE_MANIFEST_INVALID */
export function planOf(options: SimOptions, repo: string): Plan {
  const releases = join(repo, 'releases');
  const untried: Reason[] = [];
  const engines: Candidate[] = [];
  const given = options.engines.length === 0 ? [CANDIDATE, ...releasedEngines(releases)] : options.engines;
  for (const name of given) {
    const candidate = name === CANDIDATE ? candidateEngine(repo) : named(name, releases, options.isFlow);
    if (candidate === undefined) untried.push(NOT_BUILT);
    else engines.push(candidate);
  }
  const subjects = engines.flatMap(({ engine, isFlow }) =>
    programsOf(options, releases).flatMap(({ program, environment }) =>
      relayersOf(options, environment, releases).map((version): Subject => {
        const relayer = relayerOf(version, repo);
        return { engine, program, relayer, isFlow, isWithoutV1: options.isWithoutV1 };
      }),
    ),
  );
  return { subjects, untried };
}

interface Candidate {
  readonly engine: Engine;
  readonly isFlow: boolean;
}

/** The C++ engine of this checkout; undefined where it is not built. */
function candidateEngine(repo: string): Candidate | undefined {
  const file = process.env.LOCKSTEP_ENGINE || join(repo, 'engine', 'build', 'lockstep-engine');
  return existsSync(file) ? { engine: engineOf(file, ''), isFlow: true } : undefined;
}

/** A feeder that speaks schema 2 is given a file with what the seeded flow has none of: every order type in every tier. */
function named(name: string, releases: string, isFlow: boolean): Candidate {
  const engine = engineOf(name, releases);
  const release = 'package' in engine.source ? engine.source.package : undefined;
  if (release === undefined) return { engine, isFlow };
  return { engine, isFlow: release.name !== 'feeder' || !release.speaks.includes(2) };
}

const releasedEngines = (releases: string): string[] =>
  ENGINES.flatMap((name) => {
    const folder = join(releases, name);
    return existsSync(folder)
      ? readdirSync(folder)
          .sort()
          .map((semver) => `${name}@${semver}`)
      : [];
  });

interface Target {
  readonly program: Program;
  /** Whose relayer settles. */
  readonly environment: Environment;
}

function programsOf({ program, idl, environments }: SimOptions, releases: string): readonly Target[] {
  if (program === undefined) {
    return ENVIRONMENTS.filter((name) => environments.includes(name)).map((environment) => ({
      environment,
      program: releasedProgram(semverIn(environment, 'settlement', releases), releases),
    }));
  }
  const beside = join(program, '..', 'idl.json');
  const text = idl ?? (existsSync(beside) ? beside : join(releases, '..', 'idl', 'settlement.json'));
  return environments.map((environment) => ({ environment, program: programAt(program, text) }));
}

/** This checkout's, and the one the program has there. */
const relayersOf = ({ relayers }: SimOptions, environment: Environment, releases: string): readonly string[] => {
  const wanted = relayers.length === 0 ? [SOURCE, 'environment'] : relayers;
  return wanted.map((name) => (name === 'environment' ? semverIn(environment, 'relayer', releases) : name));
};

const NOT_BUILT = reason(
  'ENGINE_NOT_BUILT',
  'the C++ engine is not built, so the candidate was not tried',
  'tools/build-engine builds it; or name its binary with LOCKSTEP_ENGINE.',
);
