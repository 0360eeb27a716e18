import { settlementInstructions, TreeVersion } from '#client';
import { siteError } from '../rollout/wait.ts';
import { adminOf, headerAt, landed } from './chain.ts';
import { flush, pause, proof, resume, services, unpause, verify } from './common-steps.ts';
import { inPhase } from './maintenance.ts';
import { preflight } from './preflight.ts';
import { restoredProgram, staged, unstaged, upgraded } from './program.ts';
import type { ForkScene, ForkStep } from './scene.ts';
import { evidenceOf } from './scene.ts';

const stage: ForkStep = {
  name: 'stage',
  title: 'the new object lies in a buffer, the old one is kept; trades settle meanwhile',
  run: staged,
  undo: { title: 'the buffer’s rent is given back', run: unstaged },
};

const program: ForkStep = {
  name: 'program',
  title: 'the program is the release of the plan',
  async run(scene) {
    await inPhase(scene, 'upgrading');
    return upgraded(scene);
  },
  undo: { title: 'the program is the object before', run: restoredProgram },
};

const tree: ForkStep = {
  name: 'tree',
  title: 'the state tree is of version 2, with the old root as its first leaf',
  async run(scene) {
    const before = await headerAt(scene, scene.old);
    if (before.treeVersion === TreeVersion.Growing) return { treeVersion: 2, outcome: 'is of version 2 already' };
    const { root } = evidenceOf(scene.operation(), 'pause');
    const found = Buffer.from(before.tree.root).toString('hex');
    if (found !== root) throw rootMoved(`${root}`, found);
    const { migrateStateTree } = settlementInstructions(scene.old.program);
    const migrated = await landed(scene, migrateStateTree({ admin: adminOf(scene), market: scene.old.market }));
    return { ...migrated, treeVersion: 2, oldRoot: found };
  },
  undo: {
    title: 'the state tree is the one of before',
    async run(scene: ForkScene) {
      const now = await headerAt(scene, scene.old);
      const { oldRoot } = evidenceOf(scene.operation(), 'tree');
      const { treeVersion } = evidenceOf(scene.operation(), 'preflight');
      if (now.treeVersion === treeVersion) return { treeVersion, outcome: 'is what it was' };
      const { revertStateTree } = settlementInstructions(scene.old.program);
      const reverted = await landed(scene, revertStateTree({ admin: adminOf(scene), market: scene.old.market }));
      const found = Buffer.from((await headerAt(scene, scene.old)).tree.root).toString('hex');
      if (oldRoot !== undefined && found !== oldRoot) throw rootMoved(`${oldRoot}`, found);
      return { ...reverted, treeVersion: 1, root: found };
    },
  },
};

const rootMoved = (expected: string, found: string) =>
  siteError(
    'ROOT_MOVED',
    `the market's root is ${found}, and was ${expected} when settlement was paused`,
    'Something moved the market while it stood still: find out what before anything else. Nothing was resumed.',
  );

/** The same program and market, with another object and another tree. */
export const inPlaceSteps: readonly ForkStep[] = [
  ...[preflight, stage, flush, pause, program, tree, services, verify, unpause, resume, proof],
];
