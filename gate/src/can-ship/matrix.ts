import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { gateError } from '../errors.ts';

/** `chain` of a cell that no validator stands behind. */
export const EMBEDDED = 'embedded';

const hash = z.string().regex(/^[0-9a-f]{64}$/);

/** Why a cell failed, or could not be decided. */
const reasonSchema = z.strictObject({
  /** Name of the program's or runtime's error, or a code of the simulation's own. */
  code: z.string(),
  message: z.string(),
  advice: z.string(),
  /** Of the transaction, when an instruction was refused. */
  logs: z.array(z.string()).optional(),
});
export type Reason = z.infer<typeof reasonSchema>;

const programSchema = z.strictObject({
  name: z.string(),
  /** Hex, of the object. */
  sha256: hash,
  /** Of the object: behind them a program's account holds zeros. */
  bytes: z.int().positive(),
  /** Hex, of the IDL's text. */
  idlSha256: hash,
});
export type ProgramIdentity = z.infer<typeof programSchema>;

const engineSchema = z.strictObject({ name: z.string(), sha256: hash });
export type EngineIdentity = z.infer<typeof engineSchema>;

const relayerSchema = z.strictObject({
  /** Semver of a release, or `source`. */
  version: z.string(),
  /** Hex: of a release's package, of the source's files otherwise. */
  sha256: hash,
});
export type RelayerIdentity = z.infer<typeof relayerSchema>;

const countsSchema = z.strictObject({
  /** Trades the engine wrote. */
  trades: z.int().nonnegative(),
  settled: z.int().nonnegative(),
  /** Trades by schema of their entry. */
  bySchema: z.record(z.string(), z.int().nonnegative()),
  /** Batches by batch version. */
  byVersion: z.record(z.string(), z.int().nonnegative()),
});
export type Counts = z.infer<typeof countsSchema>;

/** What became of one engine's trades on one program through one relayer. */
const cellSchema = z.strictObject({
  program: programSchema,
  engine: engineSchema,
  relayer: relayerSchema,
  verdict: z.enum(['pass', 'fail', 'unknown']),
  /** Name and version of the validator, or `embedded`. */
  chain: z.string(),
  counts: countsSchema,
  /** ISO 8601, UTC: when it ended. */
  at: z.iso.datetime(),
  seconds: z.number().nonnegative(),
  reasons: z.array(reasonSchema),
});
export type Cell = z.infer<typeof cellSchema>;

const matrixSchema = z.strictObject({ version: z.literal(1), cells: z.array(cellSchema) });
export type Matrix = z.infer<typeof matrixSchema>;

/** @throws LockstepError GATE_MATRIX_MISSING, GATE_MATRIX_INVALID */
export function readMatrix(file: string): Matrix {
  if (!existsSync(file)) throw gateError('GATE_MATRIX_MISSING', `there is no ${file}`);
  try {
    return matrixSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw gateError('GATE_MATRIX_INVALID', `${file} is no matrix`, cause);
  }
}
