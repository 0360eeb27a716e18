import { VersionBit } from '#client';
import { configNow } from './chain.ts';
import { engineNow } from './engine.ts';
import type { Operation } from './journal.ts';
import { isDone } from './run.ts';
import type { Stage } from './scene.ts';
import { wantedBy } from './services.ts';

/**
 * Whether what a rollout switched on is on: who asks for a finished one again is told of the site, not of the journal. False for one
 * that switched nothing: its proofs are cheap, and taken anew.
 */
export async function stillStands(stage: Stage, operation: Operation): Promise<boolean> {
  if (!isDone(operation, 'watch')) return false;
  const versions = isDone(operation, 'v1-off') ? VersionBit.V2 : VersionBit.V1 | VersionBit.V2;
  const { allowedBatchVersions, isPaused } = await configNow(stage);
  const { relayer, engine } = operation.target;
  const { emit } = await engineNow(stage);
  return (
    allowedBatchVersions === versions &&
    !isPaused &&
    (await wantedBy(stage, 'relayer')) === relayer &&
    (await wantedBy(stage, 'engine')) === engine &&
    emit === '2'
  );
}
