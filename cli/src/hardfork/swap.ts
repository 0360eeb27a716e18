import { readFileSync } from 'node:fs';
import type { Evidence } from '../rollout/journal.ts';
import { replaceFile } from '../service/replace-file.ts';
import { inPhase } from './maintenance.ts';
import { before, configuredServices, keptBefore, reconfigured } from './restart.ts';
import type { ForkScene, ForkStep } from './scene.ts';

const SITE = 'site';

/** Relayer and gateway, and the site file, name the new program and market; the lane in Redis stays. */
export const swap: ForkStep = {
  name: 'swap',
  title: 'relayer, gateway and site file name the new program and market',
  async run(scene) {
    await inPhase(scene, 'upgrading');
    const { next, site, siteFile } = scene;
    const [program, market, lane] = [`${next.program}`, `${next.market}`, `${site.lane}`];
    const evidence: Record<string, unknown> = {};
    for (const service of configuredServices(scene)) {
      const settings = JSON.parse(before(scene, service.name, service.config)) as Record<string, unknown>;
      const changed = textOf({ ...settings, programId: program, market, lane });
      evidence[service.name] = await reconfigured(scene, service, changed);
    }
    const old = JSON.parse(before(scene, SITE, siteFile)) as Record<string, unknown>;
    replaceFile(siteFile, textOf({ ...old, program, market, lane }));
    return evidence;
  },
  undo: { title: 'relayer, gateway and site file name the old program and market', run: swappedBack },
};

async function swappedBack(scene: ForkScene): Promise<Evidence> {
  const site = keptBefore(scene, SITE);
  if (site !== undefined && readFileSync(scene.siteFile, 'utf8') !== site) replaceFile(scene.siteFile, site);
  const evidence: Record<string, unknown> = {};
  for (const service of configuredServices(scene)) {
    const settings = keptBefore(scene, service.name);
    if (settings !== undefined) evidence[service.name] = await reconfigured(scene, service, settings);
  }
  return evidence;
}

const textOf = (settings: object): string => `${JSON.stringify(settings, null, 2)}\n`;
