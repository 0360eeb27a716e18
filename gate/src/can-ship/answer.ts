import type { Cell, EngineIdentity, Matrix, ProgramIdentity, RelayerIdentity } from './matrix.ts';
import { EMBEDDED } from './matrix.ts';

export interface Asked {
  readonly engine: EngineIdentity;
  readonly program: ProgramIdentity;
  readonly relayer: RelayerIdentity;
}

export type ShipVerdict = Cell['verdict'];

export interface Answer {
  readonly verdict: ShipVerdict;
  /** Why, in a sentence. */
  readonly reason: string;
  /** What it rests on. */
  readonly cells: readonly Cell[];
}

/**
 * Whether trades of this engine were seen to settle on exactly this program through exactly this relayer. What nobody tried, and what
 * was tried on no validator, is unknown. One failure outweighs any number of passes.
 */
export function answer(matrix: Matrix, asked: Asked): Answer {
  const cells = matrix.cells.filter((cell) => differencesOf(cell, asked).length === 0);
  if (cells.length === 0) return { verdict: 'unknown', reason: whyMissing(matrix, asked), cells };
  const proven = cells.filter(({ chain }) => chain !== EMBEDDED);
  const failed = proven.find(({ verdict }) => verdict === 'fail');
  if (failed !== undefined) return { verdict: 'fail', reason: reasonOf(failed, 'its trades did not settle'), cells };
  const open = proven.find(({ verdict }) => verdict === 'unknown');
  if (open !== undefined) return { verdict: 'unknown', reason: reasonOf(open, 'it was not decided'), cells };
  const passed = proven[0];
  if (passed !== undefined) {
    const { counts, chain, at } = passed;
    return { verdict: 'pass', reason: `all ${counts.settled} trades settled on ${chain}, ${at}`, cells };
  }
  return { verdict: 'unknown', reason: 'it was tried on the embedded node alone, which proves nothing', cells };
}

const reasonOf = ({ reasons: [first] }: Cell, otherwise: string): string =>
  first === undefined ? otherwise : `${first.code}: ${first.message}`;

/** The nearest cell, and what of it is another. */
function whyMissing(matrix: Matrix, asked: Asked): string {
  const near = matrix.cells
    .map((cell) => differencesOf(cell, asked))
    .sort((a, b) => a.length - b.length)
    .at(0);
  return near === undefined ? 'the matrix is empty' : `no cell is of these; the nearest has ${near.join(', ')}`;
}

function differencesOf({ engine, program, relayer }: Cell, asked: Asked): string[] {
  const found: string[] = [];
  if (engine.sha256 !== asked.engine.sha256) found.push(`another engine (${engine.name}, ${short(engine.sha256)})`);
  if (program.sha256 !== asked.program.sha256)
    found.push(`another program (${program.name}, ${short(program.sha256)})`);
  else if (program.idlSha256 !== asked.program.idlSha256) found.push(`another IDL (${short(program.idlSha256)})`);
  if (relayer.version !== asked.relayer.version || relayer.sha256 !== asked.relayer.sha256)
    found.push(`another relayer (${relayer.version}, ${short(relayer.sha256)})`);
  return found;
}

const short = (hash: string): string => hash.slice(0, 12);
