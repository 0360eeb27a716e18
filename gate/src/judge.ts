import { check } from './check.ts';
import { gateError } from './errors.ts';
import type { Report } from './report/report.ts';
import { reportOf } from './report/report.ts';
import { readText } from './side/files.ts';
import { sizes } from './side/manifest.ts';
import { readSide } from './side/read.ts';
import { applyWaivers, parseWaivers } from './waivers.ts';

export interface Circumstances {
  /** File of waivers. */
  readonly waivers?: string | undefined;
  /** File of allocated sizes. */
  readonly sizes?: string | undefined;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
}

/**
 * Reads both sides, compares them and applies the waivers.
 * @throws LockstepError GATE_INPUT_UNREADABLE, GATE_IDL_INVALID, GATE_PROTO_INVALID, GATE_MANIFEST_INVALID, GATE_SIDES_DIFFER,
 *   GATE_WAIVERS_INVALID, GATE_SIZES_INVALID
 */
export async function judgeSides(old: string, next: string, circumstances: Circumstances): Promise<Report> {
  const waivers = circumstances.waivers === undefined ? [] : parseWaivers(readText(circumstances.waivers));
  const allocated = circumstances.sizes === undefined ? new Map() : readSizes(circumstances.sizes);
  const findings = check(await readSide(old), await readSide(next), allocated);
  return reportOf(old, next, applyWaivers(findings, waivers, circumstances.today));
}

function readSizes(file: string): ReadonlyMap<string, number> {
  try {
    return sizes(JSON.parse(readText(file)), 'GATE_SIZES_INVALID', file);
  } catch (cause) {
    if (cause instanceof SyntaxError) throw gateError('GATE_SIZES_INVALID', `${file} is no JSON`, cause);
    throw cause;
  }
}
