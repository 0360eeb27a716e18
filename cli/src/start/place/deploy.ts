import type { Connection } from '@solana/web3.js';
import { Keypair, PublicKey, SystemProgram } from '@solana/web3.js';
import { InputError } from '#feeder';
import { pause } from '../../pause.ts';
import { missingChunks, sendChunks } from '../../program-upgrade/chunks.ts';
import type { Sender } from '../../transactions.ts';
import { createSender, step } from '../../transactions.ts';
import type { Cleanup } from '../cleanup.ts';
import { BUFFER_HEADER_BYTES, closeBuffer, deployBuffer, initializeBuffer, LOADER, PROGRAM_BYTES } from './loader.ts';

export interface DeployWorld {
  readonly connection: Connection;
  readonly send: Sender;
  /** Pays, and becomes the upgrade authority. */
  readonly payer: Keypair;
  readonly cleanup: Cleanup;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

const POLL_MS = 100;
/** What tidying up may take when the run was interrupted. */
const CLOSE_TIMEOUT_MS = 10_000;
/** SIMD-0500: programs of SBPF v0 to v2 run, but are not deployed any more. */
const OLD_SBPF_NOT_DEPLOYED = new PublicKey('B8JJXCy5amZyWG9r7EnUYLwzXSXTxG7GZ1qZ1qggo83g');
/** Offset of `e_flags` in the ELF header: there the SBPF version is. */
const SBPF_VERSION_OFFSET = 48;
const FIRST_DEPLOYABLE_SBPF = 3;

/**
 * Deploys the object under a new address by transactions: a buffer, its chunks, the deploy. A buffer that does not become a program
 * is closed again.
 * @throws InputError DEPLOY_REFUSED; LockstepError TRANSACTION_REFUSED, TRANSACTION_LOST
 */
export async function deployObject(object: Buffer, version: string, world: DeployWorld): Promise<PublicKey> {
  const { connection, send, payer, say } = world;
  await requireDeployable(connection, object);
  const [program, buffer] = [Keypair.generate(), Keypair.generate()];
  const isDeployed = await openBuffer(object, buffer, world);
  say(`settlement ${version} is not there: deploying it to ${program.publicKey}, where --program finds it again`);
  await sendChunks(missingChunks(object, buffer.publicKey, payer.publicKey), send, say);
  const account = {
    fromPubkey: payer.publicKey,
    newAccountPubkey: program.publicKey,
    lamports: await connection.getMinimumBalanceForRentExemption(PROGRAM_BYTES),
    space: PROGRAM_BYTES,
    programId: LOADER,
  };
  const place = { payer: payer.publicKey, program: program.publicKey, buffer: buffer.publicKey };
  const deploy = deployBuffer({ ...place, maxBytes: object.length });
  await send.together([step([SystemProgram.createAccount(account), deploy], program)]);
  isDeployed();
  await untilCallable(world);
  return program.publicKey;
}

/** Creates the buffer; what is answered is told once it has become a program. */
async function openBuffer(
  object: Buffer,
  buffer: Keypair,
  { connection, send, payer, cleanup }: DeployWorld,
): Promise<() => void> {
  const space = BUFFER_HEADER_BYTES + object.length;
  const account = {
    fromPubkey: payer.publicKey,
    newAccountPubkey: buffer.publicKey,
    lamports: await connection.getMinimumBalanceForRentExemption(space),
    space,
    programId: LOADER,
  };
  let isOpen = true;
  cleanup.add(async () => {
    if (!isOpen) return;
    const sender = createSender(connection, payer, AbortSignal.timeout(CLOSE_TIMEOUT_MS));
    // It may never have landed.
    await sender.together([step([closeBuffer(buffer.publicKey, payer.publicKey)])]).catch(() => undefined);
  });
  const initialize = initializeBuffer(buffer.publicKey, payer.publicKey);
  await send.together([step([SystemProgram.createAccount(account), initialize], buffer)]);
  return () => {
    isOpen = false;
  };
}

/** @throws InputError DEPLOY_REFUSED */
export async function requireDeployable(connection: Connection, object: Buffer): Promise<void> {
  if (object.readUInt32LE(SBPF_VERSION_OFFSET) >= FIRST_DEPLOYABLE_SBPF) return;
  const feature = await connection.getAccountInfo(OLD_SBPF_NOT_DEPLOYED);
  if (feature === null || feature.data[0] !== 1) return;
  throw new InputError(
    'DEPLOY_REFUSED',
    `this cluster has SIMD-0500 active (feature ${OLD_SBPF_NOT_DEPLOYED}): it runs programs of SBPF v0, as the release is, and deploys none`,
    'Name one that was deployed before with --program; a solana-test-validator takes it from --upgradeable-program ADDRESS FILE AUTHORITY, or deploys it with --deactivate-feature.',
  );
}

/** A program can be called from the slot after the one it was deployed in. */
export async function untilCallable({ connection, signal }: Pick<DeployWorld, 'connection' | 'signal'>): Promise<void> {
  const deployedAt = await connection.getSlot('processed');
  while ((await connection.getSlot('confirmed')) <= deployedAt) await pause(POLL_MS, signal);
}
