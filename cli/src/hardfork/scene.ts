import type { PublicKey } from '@solana/web3.js';
import type { Operation } from '../rollout/journal.ts';
import type { Site } from '../rollout/site.ts';
import type { Scene, Step } from '../rollout/step.ts';
import type { ForkPlan } from './plan.ts';

/** A market under a program. */
export interface ForkSide {
  readonly program: PublicKey;
  readonly market: PublicKey;
}

/** What the steps of a hard fork work with. `site` and `desk` are the old side's, whatever the site file says by now. */
export interface ForkScene extends Scene {
  readonly plan: ForkPlan;
  readonly old: ForkSide;
  /** The same as the old one for a fork in place. */
  readonly next: ForkSide;
  /** Of this operation alone: what was there before, and keys that it made. */
  readonly folder: string;
  readonly siteFile: string;
}

/** A step that can be taken back while nothing has been resumed. */
export interface ForkStep extends Step<ForkScene> {
  readonly undo?: {
    readonly title: string;
    /** Looks first: what was never done, or is undone already, is left as it is. */
    run(scene: ForkScene): ReturnType<Step<ForkScene>['run']>;
  };
}

/** The scene as the new side has it. */
export const atNext = (scene: ForkScene): ForkScene => {
  const { program, market } = scene.next;
  return { ...scene, desk: { ...scene.desk, program }, site: { ...scene.site, program, market } };
};

/** The site with what names its keys in Redis fixed: the market's address may change, the lane does not. */
export const withLane = (site: Site, old: ForkSide): Site => ({
  ...site,
  ...old,
  lane: site.lane ?? old.market,
});

/** Evidence of a step that was done. */
export const evidenceOf = (operation: Operation, name: string): Readonly<Record<string, unknown>> =>
  operation.steps.find((step) => step.name === name)?.evidence ?? {};

export const isBegun = (operation: Operation, name: string): boolean =>
  operation.steps.some((step) => step.name === name);

/** The id of the maintenance: one a hard fork, the same whenever it is gone on with. */
export const maintenanceId = ({ startedAt }: Operation): string => `hardfork:${Date.parse(startedAt)}`;
