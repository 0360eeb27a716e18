import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import { constant } from '../rules/program.ts';
import { wire } from '../rules/wire.ts';

/** Bitmask of the batch versions a program settles: bit 0 is version 1. */
export const SUPPORTED_VERSIONS = 'SUPPORTED_VERSIONS';

const BITS = 8;

/** Versions in a bitmask, lowest first. */
export const versionsIn = (mask: number): readonly number[] =>
  Array.from({ length: BITS }, (_, bit) => bit + 1).filter((version) => (mask >> (version - 1)) & 1);

/** A bitmask that changed: what went is in flight somewhere, what came nobody sends yet. */
export function droppedVersions(was: string, now: string, path: string, detail: string): readonly Finding[] {
  const kept = new Set(versionsIn(Number(now)));
  const dropped = versionsIn(Number(was)).filter((version) => !kept.has(version));
  if (dropped.length === 0) return [finding(constant.changed, path, detail)];
  return dropped.map((version) => finding(wire.bitDropped, path, `${detail}: version ${version} is gone`));
}
