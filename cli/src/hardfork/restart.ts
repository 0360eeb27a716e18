import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Evidence } from '../rollout/journal.ts';
import { siteError, waitFor } from '../rollout/wait.ts';
import { replaceFile } from '../service/replace-file.ts';
import { NONE, serviceState, want, wantedRelease } from '../service/root.ts';
import type { ForkScene } from './scene.ts';

/** A service whose settings name the market. */
export interface Configured {
  readonly name: 'relayer' | 'gateway';
  /** Undefined: nobody here starts it again. */
  readonly root: string | undefined;
  readonly config: string;
}

/** @throws LockstepError SITE_INCOMPLETE when the site file does not say where the relayer's settings are */
export function configuredServices({ site }: ForkScene): readonly Configured[] {
  const { config } = site.relayer;
  if (config === undefined) {
    throw siteError(
      'SITE_INCOMPLETE',
      'the site file does not name the relayer’s settings, which a fork to another program changes',
      'Nothing was changed. Add `relayer.config` to the site file.',
    );
  }
  const relayer = { name: 'relayer', root: site.relayer.root, config } as const;
  return site.gateway === undefined
    ? [relayer]
    : [relayer, { name: 'gateway', root: site.gateway.root, config: site.gateway.config }];
}

const keptFile = ({ folder }: ForkScene, name: string): string => join(folder, `${name}-before.json`);

/** What a file was before this fork; kept the first time it is asked for. */
export function before(scene: ForkScene, name: string, file: string): string {
  const kept = keptFile(scene, name);
  if (!existsSync(kept)) replaceFile(kept, readFileSync(file, 'utf8'));
  return readFileSync(kept, 'utf8');
}

/** Undefined when nothing was kept: then nothing was changed. */
export function keptBefore(scene: ForkScene, name: string): string | undefined {
  const kept = keptFile(scene, name);
  return existsSync(kept) ? readFileSync(kept, 'utf8') : undefined;
}

/**
 * Has a service run with these settings: it is ended, the file replaced, and the release that ran started again.
 * @throws LockstepError SERVICE_NOT_UP
 */
export async function reconfigured(scene: ForkScene, service: Configured, settings: string): Promise<Evidence> {
  const { name, root, config } = service;
  if (root === undefined) {
    replaceFile(config, settings);
    return { outcome: `settings written: start the ${name} again` };
  }
  const wanted = await wantedRelease(root);
  const release = wanted === NONE ? releaseNoted(scene, name) : wanted;
  if (readFileSync(config, 'utf8') === settings && wanted !== NONE) return { outcome: 'has these settings already' };
  noteRelease(scene, name, release);
  want(root, NONE);
  await waitFor(scene, patience(scene, service, 'has not ended'), async () => {
    const state = await serviceState(root);
    return state?.running == null ? { found: true } : { missing: `${state.running} still runs` };
  });
  replaceFile(config, settings);
  want(root, release);
  const pid = await waitFor(scene, patience(scene, service, 'does not run'), async () => {
    const state = await serviceState(root);
    return state?.running === release && state.pid !== null
      ? { found: state.pid }
      : { missing: `the supervisor runs ${state?.running ?? 'nothing'}${state?.reason ? ` (${state.reason})` : ''}` };
  });
  return { release, pid };
}

const noteFile = ({ folder }: ForkScene, name: string): string => join(folder, `${name}-release`);

/** Written before the service is told to run nothing: whoever goes on must know what to start again. */
const noteRelease = (scene: ForkScene, name: string, release: string): void =>
  replaceFile(noteFile(scene, name), release);

function releaseNoted(scene: ForkScene, name: string): string {
  const file = noteFile(scene, name);
  if (existsSync(file)) return readFileSync(file, 'utf8');
  throw siteError(
    'SERVICE_NOT_UP',
    `the ${name}'s service is to run nothing, and nobody knows what it ran`,
    'Say what it is to run (`lockstep service --root`), then run the same command again.',
  );
}

const patience = (scene: ForkScene, { name, root }: Configured, what: string) => ({
  timeoutMs: scene.patience.switchMs,
  error: (why: string) =>
    siteError(
      'SERVICE_NOT_UP',
      `the ${name} ${what}: ${why}`,
      `See that \`lockstep service --root ${root ?? ''}\` runs, and its log; then run the same command again, or --abort.`,
    ),
});
