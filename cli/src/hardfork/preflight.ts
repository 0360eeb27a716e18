import type { GlobalConfig } from '#client';
import { MarketStatus } from '#client';
import { versionNames } from '../operator/names.ts';
import type { SettlementRelease } from '../release/program.ts';
import { releaseOf, settlementRelease } from '../release/program.ts';
import { configNow, deployedProgram } from '../rollout/chain.ts';
import { engineNow } from '../rollout/engine.ts';
import type { Evidence } from '../rollout/journal.ts';
import { isLocked } from '../rollout/lock.ts';
import { PREFLIGHT } from '../rollout/open-fork.ts';
import { installReleases, relayerStatus, requireServices, verifyReleases } from '../rollout/services.ts';
import { siteError } from '../rollout/wait.ts';
import { fromNode } from '../rpc.ts';
import { adminOf, headerAt } from './chain.ts';
import { costsOf, sol } from './costs.ts';
import { requireKnowsMaintenance, requirePlanKnowsMaintenance } from './maintenance.ts';
import type { ForkScene, ForkStep } from './scene.ts';
import { requireFitServices } from './services-fit.ts';

/** What must be so before anything is changed. Nothing is, but that packages are installed. */
export const preflight: ForkStep = {
  name: PREFLIGHT,
  title: 'nothing stands in the way: keys, releases, services, balances',
  run: checked,
};

/** @throws LockstepError for the first thing that stands in the way; nothing was changed */
export async function checked(scene: ForkScene): Promise<Evidence> {
  const { plan, old } = scene;
  await requireAlone(scene);
  const release = settlementRelease(plan.program);
  const config = await configNow(scene);
  requireFitRelease(scene, release, config);
  requireQuietConfig(config);
  const header = await headerAt(scene, old);
  if (header.status !== MarketStatus.Open) {
    throw siteError(
      'MARKET_NOT_OPEN',
      `market ${old.market} is not open: it was handed over, or is being imported`,
      'Nothing was changed. Point the site file at the market that trades settle on.',
    );
  }
  await requireServices(scene);
  await requireAlive(scene);
  const from = await requireUpgradable(scene);
  requireHandsOver(scene, from);
  const { relayer, engine } = scene.operation().target;
  await installReleases(scene, namedIn(scene.plan));
  await requireFitServices(scene, versionNames(config.allowedBatchVersions));
  const { lamports, expectedDowntimeMs } = await requireFunds(scene);
  return {
    ...{
      program: from ?? 'unknown bytes',
      to: release.semver,
      sha256: release.sha256,
      treeVersion: header.treeVersion,
    },
    ...{ relayer, engine, lamports, expectedDowntimeMs },
  };
}

/**
 * What of it can be said with no key and without installing anything, for a dry run. A relayer that does not answer is left to the preflight.
 * @throws LockstepError RELEASE_MISSING, RELEASE_ALTERED, RELEASE_UNFIT, RELAYER_TOO_OLD
 */
export async function foreseen(scene: ForkScene): Promise<void> {
  const { plan } = scene;
  requireFitRelease(scene, settlementRelease(plan.program), await configNow(scene));
  await verifyReleases(scene, namedIn(plan));
  const status = await relayerStatus(scene);
  if (status === undefined) requirePlanKnowsMaintenance(plan.relayer);
  else requireKnowsMaintenance(status.release, plan.relayer);
}

/** @throws LockstepError OPERATION_RUNNING */
export async function requireAlone({ site }: Pick<ForkScene, 'site'>): Promise<void> {
  for (const kind of ['rollout', 'rollback'] as const) {
    if (!(await isLocked(site.folder, kind))) continue;
    throw siteError(
      'OPERATION_RUNNING',
      `a ${kind} of this site runs`,
      `Nothing was changed. Wait for it, or end it and see it through: \`lockstep ${kind}\`.`,
    );
  }
}

const NEEDED: Readonly<Record<ForkScene['plan']['kind'], string>> = {
  'in-place': 'migrate_state_tree',
  successor: 'import_market',
};

const namedIn = ({ relayer, engine }: ForkScene['plan']) => ({
  ...(relayer === undefined ? {} : { relayer }),
  ...(engine === undefined ? {} : { engine }),
});

/** @throws LockstepError RELEASE_UNFIT */
function requireFitRelease(
  { plan }: ForkScene,
  { idl, semver, batchVersions }: SettlementRelease,
  config: GlobalConfig,
) {
  const needed = NEEDED[plan.kind];
  const unfit = (why: string) =>
    siteError('RELEASE_UNFIT', `settlement ${semver} ${why}`, 'Nothing was changed. Name another release in the plan.');
  if (!idl.instructions.some(({ name }) => name === needed)) throw unfit(`has no ${needed}`);
  const spoken = batchVersions.map((version) => `V${version}`);
  const missing = versionNames(config.allowedBatchVersions).filter((name) => !spoken.includes(name));
  if (missing.length > 0)
    throw unfit(`settles ${spoken.join(' and ')}, and the config allows ${missing.join(' and ')}`);
}

/** @throws LockstepError PAUSED, ScheduleConflict */
function requireQuietConfig({ isPaused, schedule }: GlobalConfig): void {
  if (isPaused) {
    throw siteError(
      'PAUSED',
      'settlement is paused, and a flush needs it to settle what is pending',
      'Nothing was changed. Find out why it was paused; then `lockstep config unpause`.',
    );
  }
  if (schedule.mask === 0) return;
  throw siteError(
    'ScheduleConflict',
    `a change is scheduled for slot ${schedule.activationSlot}, and the pause of a hard fork would cancel it`,
    'Nothing was changed. Wait for it, or cancel it yourself: `lockstep config cancel`.',
  );
}

/** @throws LockstepError RELAYER_SILENT, RELAYER_TOO_OLD, ENGINE_SILENT */
async function requireAlive(scene: ForkScene): Promise<void> {
  const status = await relayerStatus(scene);
  if (status?.state !== 'running') {
    throw siteError(
      'RELAYER_SILENT',
      `the relayer ${status === undefined ? 'does not answer' : `is ${status.state}${status.blocked === undefined ? '' : `: ${status.blocked.code}`}`}`,
      'Nothing was changed. A flush needs it to settle: see its log and `lockstep status`.',
    );
  }
  requireKnowsMaintenance(status.release, scene.plan.relayer);
  if ((await engineNow(scene)).isAlive) return;
  throw siteError('ENGINE_SILENT', 'the engine has no lease', 'Nothing was changed. See that the engine runs.');
}

/** Answers the release that runs. @throws LockstepError NOT_UPGRADE_AUTHORITY */
async function requireUpgradable(scene: ForkScene): Promise<string | undefined> {
  const { bytes, authority } = await deployedProgram(scene);
  const from = releaseOf(bytes);
  if (scene.plan.kind === 'successor' || from === scene.plan.program) return from;
  const admin = adminOf(scene);
  if (authority?.equals(admin) === true) return from;
  throw siteError(
    'NOT_UPGRADE_AUTHORITY',
    `the upgrade authority of ${scene.old.program} is ${authority ?? 'nobody'}, and the key given is ${admin}`,
    `Nothing was changed. Upgrade the program first, through whoever may: \`lockstep program upgrade --release ${scene.plan.program} --export\`.`,
  );
}

/** @throws LockstepError RELEASE_UNFIT when the program that runs can't give its markets away */
function requireHandsOver({ plan, old }: ForkScene, from: string | undefined): void {
  if (plan.kind === 'in-place') return;
  const runs = from === undefined ? undefined : settlementRelease(from);
  if (runs?.idl.instructions.some(({ name }) => name === 'hand_over') === true) return;
  throw siteError(
    'RELEASE_UNFIT',
    `program ${old.program} is ${from === undefined ? 'no release of this repository' : `settlement ${from}`}, which has no hand_over`,
    'Nothing was changed. Upgrade it in place first.',
  );
}

/** @throws LockstepError FUNDS_MISSING */
async function requireFunds(scene: ForkScene) {
  const costs = await costsOf(scene);
  const { connection, rpcUrl } = scene.desk;
  const admin = adminOf(scene);
  const balance = await fromNode(rpcUrl, () => connection.getBalance(admin, 'confirmed'));
  if (balance >= costs.lamports) return costs;
  throw siteError(
    'FUNDS_MISSING',
    `${admin} has ${sol(balance)} SOL, and the fork may take ${sol(costs.lamports)}`,
    'Nothing was changed. Send it more; --dry-run says what for.',
  );
}
