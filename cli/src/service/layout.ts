import { resolve } from 'node:path';

/** What is where under a service's root. */
export interface Layout {
  readonly root: string;
  /** Unpacked packages, each in a folder named by its version. */
  readonly releases: string;
  /** Text: the version to run, or `none`. */
  readonly wanted: string;
  /** JSON: what runs. */
  readonly state: string;
}

export function layoutOf(root: string): Layout {
  const absolute = resolve(root);
  return {
    root: absolute,
    releases: resolve(absolute, 'releases'),
    wanted: resolve(absolute, 'wanted'),
    state: resolve(absolute, 'state.json'),
  };
}

export const installedFolder = (root: string, semver: string): string => resolve(layoutOf(root).releases, semver);
