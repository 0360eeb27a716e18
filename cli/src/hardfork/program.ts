import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bufferAddress, fillBuffer } from '../program-upgrade/buffer.ts';
import { holds } from '../program-upgrade/deployed.ts';
import { extension, extensionFor } from '../program-upgrade/extend.ts';
import { upgradeProgram } from '../program-upgrade/upgrade.ts';
import type { WantedObject } from '../program-upgrade/wanted.ts';
import { wantedObject } from '../program-upgrade/wanted.ts';
import { releaseOf } from '../release/program.ts';
import { deployedProgram } from '../rollout/chain.ts';
import type { Evidence } from '../rollout/journal.ts';
import { siteError } from '../rollout/wait.ts';
import { fromNode } from '../rpc.ts';
import { replaceFile } from '../service/replace-file.ts';
import { requireDeployable, untilCallable } from '../start/place/deploy.ts';
import { closeBuffer } from '../start/place/loader.ts';
import { createSender } from '../transactions.ts';
import { adminOf, keysOf, landed } from './chain.ts';
import type { ForkScene } from './scene.ts';

/** The object that ran before, as it was on-chain: what an abort deploys again. */
const oldObjectFile = ({ folder }: ForkScene): string => join(folder, 'old-program.so');

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * All of the upgrade that can be done while trades settle: the old object is kept, the new one lies in a buffer, the program has room.
 * @throws LockstepError as `fillBuffer` and `extension` do
 */
export async function staged(scene: ForkScene): Promise<Evidence> {
  const { connection, signal, output } = scene.desk;
  const { object } = wantedObject({ release: scene.plan.program });
  const deployed = await deployedProgram(scene);
  if (holds(deployed.bytes, object)) return { program: scene.plan.program, outcome: 'runs already' };
  const old = keptObject(scene) ?? keep(scene, deployed.bytes);
  const keys = await keysOf(scene);
  return fromNode(scene.desk.rpcUrl, async () => {
    await requireDeployable(connection, object);
    const authority = keys.payer.publicKey;
    const send = createSender(connection, keys.payer, signal);
    const say = (line: string) => output.say(`      ${line}`);
    const buffer = await fillBuffer({ connection, send, payer: keys.payer, object, authority, say });
    const extendBy = extensionFor(deployed, object);
    if (extendBy > 0) {
      const { program } = deployed;
      await landed(scene, await extension(connection, { program, authority, payer: authority }, extendBy));
      await untilCallable({ connection, signal });
    }
    return {
      ...{ from: releaseOf(old) ?? 'unknown bytes', oldSha256: sha256(old), oldBytes: old.length },
      ...{ buffer, sha256: sha256(object), bytes: object.length, extendedBy: extendBy },
    };
  });
}

/** Gives the rent of the buffer back, if it still is there. */
export async function unstaged(scene: ForkScene): Promise<Evidence> {
  const { connection, rpcUrl } = scene.desk;
  const authority = adminOf(scene);
  const { object } = wantedObject({ release: scene.plan.program });
  const buffer = await bufferAddress(authority, object);
  const account = await fromNode(rpcUrl, () => connection.getAccountInfo(buffer, 'confirmed'));
  if (account === null) return { outcome: 'no buffer is there' };
  return { buffer, ...(await landed(scene, closeBuffer(buffer, authority))) };
}

/** Written before anything is changed, and never again: by then the bytes on-chain may be the new ones. */
function keep(scene: ForkScene, room: Buffer): Buffer {
  const object = withoutZeros(room);
  replaceFile(oldObjectFile(scene), object);
  return object;
}

function keptObject(scene: ForkScene): Buffer | undefined {
  const file = oldObjectFile(scene);
  return existsSync(file) ? readFileSync(file) : undefined;
}

/** A release's own bytes, else all but the zeros behind the object. */
function withoutZeros(room: Buffer): Buffer {
  const release = releaseOf(room);
  if (release !== undefined) return wantedObject({ release }).object;
  let end = room.length;
  while (end > 0 && room[end - 1] === 0) end -= 1;
  return room.subarray(0, end);
}

/** Has the program hold the release of the plan. */
export const upgraded = (scene: ForkScene): Promise<Evidence> =>
  held(scene, wantedObject({ release: scene.plan.program }));

/** Has the program hold again what it held before. @throws LockstepError OLD_OBJECT_MISSING */
export async function restoredProgram(scene: ForkScene): Promise<Evidence> {
  const object = keptObject(scene);
  if (object === undefined) {
    const { bytes } = await deployedProgram(scene);
    if (holds(bytes, wantedObject({ release: scene.plan.program }).object)) return { outcome: 'was never changed' };
    throw siteError(
      'OLD_OBJECT_MISSING',
      `${oldObjectFile(scene)} is gone, and the program does not hold the release of the plan`,
      'Deploy the release that ran before by hand: `lockstep program upgrade --release X.Y.Z`; then run --abort again.',
    );
  }
  const release = releaseOf(object);
  return held(scene, release === undefined ? { object, release, batchVersions: undefined } : wantedObject({ release }));
}

async function held(scene: ForkScene, wanted: WantedObject): Promise<Evidence> {
  const name = wanted.release ?? 'unknown bytes';
  if (holds((await deployedProgram(scene)).bytes, wanted.object)) return { program: name, outcome: 'runs already' };
  const { desk } = scene;
  const say = (line: string) => desk.output.say(`      ${line}`);
  const quiet = { ...desk, output: { ...desk.output, say, result: () => undefined } };
  const options = { commitment: 'confirmed', dryRun: false, export: false, yes: true } as const;
  await upgradeProgram(quiet, wanted, await keysOf(scene), options);
  return { program: name, sha256: sha256(wanted.object), bytes: wanted.object.length };
}
