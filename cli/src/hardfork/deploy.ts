import { type Keypair, SystemProgram } from '@solana/web3.js';
import { configAddress, effectiveConfig, LockstepError, readConfig, settlementInstructions } from '#client';
import { fillBuffer } from '../program-upgrade/buffer.ts';
import { holds, readDeployed } from '../program-upgrade/deployed.ts';
import { wantedObject } from '../program-upgrade/wanted.ts';
import type { Evidence } from '../rollout/journal.ts';
import { siteError } from '../rollout/wait.ts';
import { fromNode } from '../rpc.ts';
import { Differences } from '../start/differences.ts';
import { requireDeployable, untilCallable } from '../start/place/deploy.ts';
import { deployBuffer, LOADER, PROGRAM_BYTES } from '../start/place/loader.ts';
import { operatorFrom } from '../start/place/operator.ts';
import { createSender, step } from '../transactions.ts';
import { adminOf, keysOf, landed } from './chain.ts';
import type { ForkScene } from './scene.ts';

/** The release under the new program's address. @throws LockstepError PROGRAM_DIFFERS when something else is there */
export async function deployed(scene: ForkScene): Promise<Evidence> {
  const { desk, plan, next } = scene;
  const { connection, signal, output } = desk;
  const { object, release } = wantedObject({ release: plan.program });
  return fromNode(desk.rpcUrl, async () => {
    if ((await connection.getAccountInfo(next.program, 'confirmed')) !== null) {
      const { bytes } = await readDeployed(connection, next.program);
      if (holds(bytes, object)) return { program: `${next.program}`, release, outcome: 'is there already' };
      throw siteError(
        'PROGRAM_DIFFERS',
        `${next.program} is there, and is not settlement ${release}`,
        'Name the key of an address that is free, or upgrade that program to the release first.',
      );
    }
    await requireDeployable(connection, object);
    const { payer } = await keysOf(scene);
    const send = createSender(connection, payer, signal);
    const say = (line: string) => output.say(`      ${line}`);
    const authority = payer.publicKey;
    const buffer = await fillBuffer({ connection, send, payer, object, authority, say });
    const key = await programKey(scene);
    const account = SystemProgram.createAccount({
      ...{ fromPubkey: authority, newAccountPubkey: next.program, space: PROGRAM_BYTES, programId: LOADER },
      lamports: await connection.getMinimumBalanceForRentExemption(PROGRAM_BYTES),
    });
    const deploy = deployBuffer({ payer: authority, program: next.program, buffer, maxBytes: object.length });
    await send.together([step([account, deploy], key)]);
    await untilCallable({ connection, signal });
    return { program: `${next.program}`, release, bytes: object.length };
  });
}

/** @throws LockstepError PLAN_CHANGED when the file holds another key by now */
async function programKey({ plan, next }: ForkScene): Promise<Keypair> {
  if (plan.kind !== 'successor') throw new TypeError('a fork in place deploys no program');
  const key = await operatorFrom(plan.programKeypair);
  if (key.publicKey.equals(next.program)) return key;
  throw siteError(
    'PLAN_CHANGED',
    `${plan.programKeypair} holds the key of ${key.publicKey}, and this fork goes to ${next.program}`,
    'Put the key back that the fork began with, or take it back with --abort.',
  );
}

/**
 * The new program's config, as the old one is in effect, but paused, and with the old program as its predecessor.
 * @throws LockstepError CONFIG_DIFFERS for one that is there and says something else
 */
export async function configured(scene: ForkScene): Promise<Evidence> {
  const { desk, old, next } = scene;
  const { connection, rpcUrl } = desk;
  const read = await fromNode(rpcUrl, () => readConfig(connection, old.program, 'confirmed'));
  const wanted = effectiveConfig(read.value, read.slot);
  const build = settlementInstructions(next.program);
  const admin = adminOf(scene);
  const there = await configOf(scene);
  if (there === undefined) {
    const { guardian, activeRelayer, allowedBatchVersions, minBatchSize, maxBatchAgeSlots } = wanted;
    const { withdrawalDelaySlots, feeTiers, attestor, featureFlags } = wanted;
    const terms = { allowedBatchVersions, minBatchSize, maxBatchAgeSlots, withdrawalDelaySlots, feeTiers };
    await landed(
      scene,
      build.initialize({ payer: admin, authority: admin, args: { admin, guardian, activeRelayer, ...terms } }),
      build.setPaused({ authority: admin, isPaused: true }),
      build.setPredecessor({ admin, program: old.program }),
      build.setAttestor({ admin, attestor }),
      build.setFeatureFlags({ admin, featureFlags }),
    );
  } else {
    const changes = [
      ...(there.isPaused ? [] : [build.setPaused({ authority: admin, isPaused: true })]),
      ...(there.predecessor.equals(old.program) ? [] : [build.setPredecessor({ admin, program: old.program })]),
    ];
    if (changes.length > 0) await landed(scene, ...changes);
  }
  requireSameTerms(wanted, await configOf(scene));
  return { config: `${configAddress(next.program)}`, isPaused: true, predecessor: `${old.program}` };
}

async function configOf({ desk, next }: ForkScene) {
  try {
    return (await fromNode(desk.rpcUrl, () => readConfig(desk.connection, next.program, 'confirmed'))).value;
  } catch (error) {
    if (error instanceof LockstepError && error.code === 'ACCOUNT_MISSING') return undefined;
    throw error;
  }
}

const TERMS = [
  ...(['admin', 'guardian', 'activeRelayer', 'attestor', 'featureFlags', 'allowedBatchVersions'] as const),
  ...(['minBatchSize', 'maxBatchAgeSlots', 'withdrawalDelaySlots', 'feeTiers'] as const),
] as const;

/** @throws LockstepError CONFIG_DIFFERS with the first difference */
export function requireSameTerms(
  wanted: Readonly<Record<(typeof TERMS)[number], unknown>>,
  found: Readonly<Record<(typeof TERMS)[number], unknown>> | undefined,
): void {
  const differences = new Differences();
  for (const name of TERMS) differences.compare(name, wanted[name], found?.[name]);
  const [first] = differences.list;
  if (first === undefined) return;
  throw siteError(
    'CONFIG_DIFFERS',
    `the new program's config has ${first.what} ${first.found}, the old one ${first.expected}`,
    'Trades must settle on the same terms: bring one of them in line with `lockstep config` or `lockstep admin`, then run the same command again.',
  );
}
