import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import type { Constant } from '../idl/model.ts';
import { constant } from '../rules/program.ts';
import { droppedVersions, SUPPORTED_VERSIONS } from './versions.ts';

/** Constants by which clients find accounts and choose layouts. */
const IDENTITY = /(?:^|_)(?:SEED|SEEDS|PREFIX|VERSION|OFFSET|DISCRIMINATOR|MAGIC)(?:_|$)/i;

export function checkConstants(old: readonly Constant[], next: readonly Constant[]): readonly Finding[] {
  const now = new Map(next.map((one) => [one.name, one]));
  const oldNames = new Set(old.map(({ name }) => name));
  const kept = old.flatMap((was) => {
    const place = `constants/${was.name}`;
    const found = now.get(was.name);
    if (!found) return [finding(constant.deleted, place, `it was ${was.value}`)];
    if (found.type !== was.type) return [finding(constant.retyped, place, `was ${was.type}, is ${found.type}`)];
    if (found.value === was.value) return [];
    const detail = `was ${was.value}, is ${found.value}`;
    if (was.name === SUPPORTED_VERSIONS) return droppedVersions(was.value, found.value, place, detail);
    return [finding(IDENTITY.test(was.name) ? constant.identity : constant.changed, place, detail)];
  });
  const added = next
    .filter(({ name }) => !oldNames.has(name))
    .map(({ name, value }) => finding(constant.added, `constants/${name}`, `it is ${value}`));
  return [...kept, ...added];
}
