import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pack } from '../../../tools/release-node/pack.ts';
import type { Opener } from '../../rollout/setup/command.ts';

const REPO = fileURLToPath(new URL('../../..', import.meta.url));
export const RELEASE = '0.2.0';

/** A shelf with relayer and feeder as this tree has them: what a hard fork is tried with must know what this tree knows. */
export async function packedFromSource(opener: Opener): Promise<string> {
  const made = process.env.LOCKSTEP_SHELF;
  if (made !== undefined) return made;
  const shelf = mkdtempSync(join(tmpdir(), 'lockstep-shelf-'));
  opener.after(() => rmSync(shelf, { recursive: true, force: true }));
  for (const name of ['relayer', 'feeder'] as const) {
    await pack(REPO, { name, semver: RELEASE }, join(shelf, name, RELEASE));
  }
  return shelf;
}
