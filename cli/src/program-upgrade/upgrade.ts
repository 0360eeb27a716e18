import { createHash } from 'node:crypto';
import type { PublicKey, TransactionInstruction } from '@solana/web3.js';
import { confirmed } from '../operator/confirm.ts';
import type { Desk } from '../operator/desk.ts';
import { exportPlan } from '../operator/export.ts';
import type { Landed } from '../operator/land.ts';
import { land } from '../operator/land.ts';
import { releaseOf } from '../release/program.ts';
import { fromNode, withoutSecrets } from '../rpc.ts';
import { requireDeployable, untilCallable } from '../start/place/deploy.ts';
import { upgradeInstruction } from '../start/place/loader.ts';
import { createSender } from '../transactions.ts';
import { fillBuffer } from './buffer.ts';
import type { DeployedProgram } from './deployed.ts';
import { holds, readDeployed } from './deployed.ts';
import { upgradeError } from './errors.ts';
import { extension, extensionFor } from './extend.ts';
import type { UpgradeKeys } from './keys.ts';
import { keysMissing } from './keys.ts';
import type { WantedObject } from './wanted.ts';
import { warningsFor } from './warnings.ts';

export interface UpgradeOptions {
  readonly commitment: 'confirmed' | 'finalized';
  readonly dryRun: boolean;
  readonly export: boolean;
  readonly yes: boolean;
}

interface Upgrade {
  readonly desk: Desk;
  readonly wanted: WantedObject;
  readonly options: UpgradeOptions;
  readonly before: DeployedProgram;
  /** Whose signature the upgrade takes. */
  readonly authority: PublicKey;
  /** Bytes to extend the program by; 0 when the object fits. */
  readonly extendBy: number;
  readonly report: (outcome: string, line: string, more?: object) => void;
}

/**
 * Puts an object in a program's place: a buffer is filled, the program extended when it is too small, upgraded, and read back. Ended
 * in the middle and run again, it goes on where it was.
 * @throws LockstepError PROGRAM_*, NOT_UPGRADE_AUTHORITY, SIGNER_MISSING, BUFFER_*, EXTEND_REFUSED, and what `land` throws
 */
export async function upgradeProgram(
  desk: Desk,
  wanted: WantedObject,
  keys: UpgradeKeys | undefined,
  options: UpgradeOptions,
): Promise<void> {
  const { connection, program, output } = desk;
  const { before, warnings } = await fromNode(desk.rpcUrl, async () => ({
    before: await readDeployed(connection, program),
    warnings: await warningsFor(connection, program, wanted),
  }));
  const from = releaseOf(before.bytes);
  const extendBy = extensionFor(before, wanted.object);
  const sha256 = createHash('sha256').update(wanted.object).digest('hex');
  const facts = { program, from: from ?? null, to: wanted.release ?? null, sha256, bytes: wanted.object.length };
  const report: Upgrade['report'] = (outcome, line, more = {}) => {
    output.say(line);
    output.result({ outcome, ...facts, extendBy, authority: before.authority, warnings, ...more });
  };
  const names = `${from ?? 'unknown bytes'} → ${wanted.release ?? 'unknown bytes'}`;
  if (holds(before.bytes, wanted.object))
    return report('unchanged', `settlement ${wanted.release ?? sha256} runs already`);
  const authority = requireAuthority(before, keys, options);
  output.say(`upgrade of ${program}, ${withoutSecrets(desk.rpcUrl)}: settlement ${names}, signed by ${authority}`);
  output.say(`  ${wanted.object.length} bytes, sha256 ${sha256}; the program has room for ${before.bytes.length}`);
  if (extendBy > 0) output.say(`  it is extended by ${extendBy} bytes first`);
  for (const warning of warnings) output.say(`  ! ${warning}`);
  if (options.dryRun) return report('simulated', 'dry run: nothing was sent');
  if (keys === undefined) throw keysMissing();
  if (!options.yes) await confirmed(desk, `This upgrades the program: settlement ${names}.`);
  await fromNode(desk.rpcUrl, () => carryOut({ desk, wanted, options, before, authority, extendBy, report }, keys));
}

/** @throws LockstepError PROGRAM_FINAL, NOT_UPGRADE_AUTHORITY */
function requireAuthority(
  { program, authority }: DeployedProgram,
  keys: UpgradeKeys | undefined,
  options: UpgradeOptions,
): PublicKey {
  if (authority === undefined)
    throw upgradeError('PROGRAM_FINAL', `${program} has no upgrade authority: nobody can upgrade it`);
  if (options.export || keys === undefined || keys.payer.publicKey.equals(authority)) return authority;
  const message = `the upgrade authority of ${program} is ${authority}, and the key given is ${keys.payer.publicKey}`;
  throw upgradeError('NOT_UPGRADE_AUTHORITY', message);
}

async function carryOut(upgrade: Upgrade, keys: UpgradeKeys): Promise<void> {
  const { desk, wanted, authority, before, extendBy, options, report } = upgrade;
  const { connection, program, signal, output } = desk;
  await requireDeployable(connection, wanted.object);
  const send = createSender(connection, keys.payer, signal);
  const { object } = wanted;
  const say = (line: string) => output.say(line);
  const buffer = await fillBuffer({ connection, send, payer: keys.payer, object, authority, say });
  if (extendBy > 0) {
    const payer = options.export ? authority : keys.payer.publicKey;
    const more = await extension(connection, { program, authority, payer }, extendBy);
    if (options.export)
      return exported(upgrade, buffer, more, 'the extension; when it landed, export the upgrade with the same command');
    await landed(upgrade, keys, [more]);
    await untilCallable({ connection, signal });
  }
  const upgrading = upgradeInstruction(program, buffer, authority);
  if (options.export) return exported(upgrade, buffer, upgrading, 'the upgrade');
  const { signature, slot } = await landed(upgrade, keys, [upgrading]);
  await untilCallable({ connection, signal });
  const after = await readDeployed(connection, program, options.commitment);
  if (!holds(after.bytes, object)) {
    throw upgradeError('PROGRAM_DIFFERS', `the upgrade landed, and ${program} does not hold the object`);
  }
  const text = `done: ${options.commitment} at slot ${slot}; its ${object.length} bytes were read back, it was deployed at slot ${before.slot} before`;
  report('done', text, { buffer, signature, landedSlot: slot, deployedSlot: after.slot });
}

function landed(
  { desk, options }: Upgrade,
  { signer }: UpgradeKeys,
  instructions: readonly TransactionInstruction[],
): Promise<Landed> {
  const { connection, rpcUrl, signal, output } = desk;
  const onSigned = (signature: string) => output.say(`signed ${signature}`);
  return land({ connection, rpcUrl, signal, signer, instructions, commitment: options.commitment, onSigned });
}

/** For a multisig: the buffer is filled and its own, the rest is for it to sign. */
async function exported(
  { desk, authority, report }: Upgrade,
  buffer: PublicKey,
  instruction: TransactionInstruction,
  what: string,
): Promise<void> {
  const plan = { feePayer: authority, instructions: [instruction] };
  const { message, transaction, ...rest } = await exportPlan(desk.connection, plan, {});
  desk.output.say(`buffer ${buffer} holds the object, and belongs to ${authority}`);
  desk.output.say(`message (base64; what is signed, what a multisig wraps):\n${message}`);
  desk.output.say(`transaction (base64; the message with empty signatures, for a wallet):\n${transaction}`);
  report('exported', `this is ${what}`, { buffer, message, transaction, ...rest });
}
