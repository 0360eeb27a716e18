import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CommandWorld } from '../command.ts';
import { gateError } from '../errors.ts';
import type { Answer, ShipVerdict } from './answer.ts';
import { answer } from './answer.ts';
import { programOnChain } from './chain.ts';
import { engineOf } from './engine.ts';
import { readMatrix } from './matrix.ts';
import type { Environment } from './program.ts';
import { releasedProgram, semverIn } from './program.ts';
import { relayerOf } from './relayer.ts';

export interface CanShipOptions {
  readonly engine: string;
  readonly environment: Environment;
  readonly relayer?: string;
  /** Default: `MATRIX`, which need not be there. */
  readonly matrix?: string;
  readonly rpc?: string;
  readonly program?: string;
  readonly json?: boolean;
}

export const EXIT: Readonly<Record<ShipVerdict, number>> = { pass: 0, fail: 1, unknown: 3 };

/** Where ci/sim-test is told to write it. */
const MATRIX = 'can-ship.json';
const REPO = fileURLToPath(new URL('../../..', import.meta.url));
const RELEASES = fileURLToPath(new URL('../../../releases', import.meta.url));

/** @throws LockstepError GATE_ENGINE_UNKNOWN, GATE_RELEASE_MISSING, GATE_MATRIX_MISSING, GATE_MATRIX_INVALID, GATE_MANIFEST_INVALID, GATE_INPUT_UNREADABLE, GATE_CHAIN_UNREADABLE */
export async function canShip(options: CanShipOptions, world: CommandWorld): Promise<void> {
  const { environment } = options;
  if ((options.rpc === undefined) !== (options.program === undefined)) {
    throw gateError('GATE_CHAIN_UNREADABLE', '--rpc and --program go together');
  }
  const engine = engineOf(options.engine, RELEASES);
  const program = releasedProgram(semverIn(environment, 'settlement', RELEASES), RELEASES);
  const { version, sha256: relayerHash } = relayerOf(
    options.relayer ?? semverIn(environment, 'relayer', RELEASES),
    REPO,
  );
  const relayer = { version, sha256: relayerHash };
  const matrix = options.matrix === undefined && !existsSync(MATRIX) ? undefined : readMatrix(options.matrix ?? MATRIX);
  const chain =
    options.rpc === undefined || options.program === undefined
      ? undefined
      : await programOnChain(options.rpc, options.program, program);
  const found: Answer =
    chain === undefined || chain.isTheObject
      ? matrix === undefined
        ? NO_MATRIX
        : answer(matrix, { engine, program, relayer })
      : { verdict: 'fail', reason: otherProgram(chain.sha256, program.sha256, environment), cells: [] };
  const { name, sha256 } = engine;
  const asked = {
    engine: { name, sha256 },
    environment,
    program: { name: program.name, sha256: program.sha256, idlSha256: program.idlSha256 },
    relayer,
    ...(chain === undefined ? {} : { onChain: chain.sha256 }),
  };
  if (options.json) world.stdout.write(`${JSON.stringify({ ...found, asked })}\n`);
  else world.stdout.write(`${textOf(found, name, `${environment} (${program.name}, relayer ${relayer.version})`)}\n`);
  world.finish(EXIT[found.verdict]);
}

const otherProgram = (onChain: string, wanted: string, environment: Environment): string =>
  `the chain runs another program: sha256 ${onChain}, and the ${environment} one is ${wanted}`;

/** Nothing was seen, so nothing is known: that is no fault of the caller's. */
const NO_MATRIX = {
  verdict: 'unknown',
  code: 'GATE_MATRIX_MISSING',
  reason: `no matrix here yet: run \`ci/sim-test --out ${MATRIX}\``,
  cells: [],
} as const;

const WORD: Readonly<Record<ShipVerdict, string>> = { pass: 'can ship', fail: 'must not ship', unknown: 'unknown' };
const ADVICE: Readonly<Record<ShipVerdict, string>> = {
  pass: '',
  fail: '\n  Do not start it there. ci/sim-test shows the refusal with its logs.',
  unknown: '\n  Run ci/sim-test with a solana-test-validator for exactly these; unknown never passes.',
};

const textOf = ({ verdict, reason }: Answer, engine: string, where: string): string =>
  `${WORD[verdict]}: ${engine} to ${where}: ${reason}${ADVICE[verdict]}`;
