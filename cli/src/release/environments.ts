import { readFileSync } from 'node:fs';
import type { Component } from './folder.ts';
import { RELEASES, releaseMissing, SEMVER } from './folder.ts';

/** What runs, and what runs next. */
export const ENVIRONMENTS = ['deployed', 'staged'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** The release that releases/environments.json names. @throws LockstepError RELEASE_MISSING */
export function releaseIn(environment: Environment, component: Component): string {
  const named = environments()[environment]?.[component];
  if (typeof named === 'string' && SEMVER.test(named)) return named;
  throw releaseMissing(`releases/environments.json names no ${environment} release of ${component}`);
}

function environments(): Partial<Record<string, Partial<Record<string, unknown>>>> {
  try {
    return JSON.parse(readFileSync(new URL('environments.json', RELEASES), 'utf8')) as ReturnType<typeof environments>;
  } catch (cause) {
    throw releaseMissing('releases/environments.json', cause);
  }
}
