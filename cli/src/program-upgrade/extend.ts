import type { Connection, PublicKey, TransactionInstruction } from '@solana/web3.js';
import { PublicKey as Address, TransactionMessage, VersionedTransaction } from '@solana/web3.js';
import { extendProgram } from '../start/place/loader.ts';
import type { DeployedProgram } from './deployed.ts';
import { upgradeError } from './errors.ts';

/** The least a cluster extends by, and room for the releases after the next. */
const MIN_EXTENSION_BYTES = 10_240;

/** By how much a program must grow for an object; 0 when it fits. */
export const extensionFor = ({ bytes }: DeployedProgram, object: Uint8Array): number =>
  object.length <= bytes.length ? 0 : Math.max(object.length - bytes.length, MIN_EXTENSION_BYTES);

/**
 * The extension in the form this cluster takes, found by simulation.
 * @throws LockstepError EXTEND_REFUSED
 */
export async function extension(
  connection: Connection,
  {
    program,
    authority,
    payer,
  }: { readonly program: PublicKey; readonly authority: PublicKey; readonly payer: PublicKey },
  bytes: number,
): Promise<TransactionInstruction> {
  const whys: string[] = [];
  for (const form of ['checked', 'unchecked'] as const) {
    const instruction = extendProgram(form, { program, authority, payer }, bytes);
    const why = await refusalOf(connection, payer, instruction);
    if (why === undefined) return instruction;
    whys.push(why);
  }
  throw upgradeError('EXTEND_REFUSED', `${program} cannot get ${bytes} bytes more: ${whys.join('; ')}`);
}

async function refusalOf(
  connection: Connection,
  payerKey: PublicKey,
  instruction: TransactionInstruction,
): Promise<string | undefined> {
  const recentBlockhash = Address.default.toBase58();
  const message = new TransactionMessage({
    payerKey,
    recentBlockhash,
    instructions: [instruction],
  }).compileToV0Message();
  const options = { sigVerify: false, replaceRecentBlockhash: true, commitment: 'confirmed' } as const;
  const { value } = await connection.simulateTransaction(new VersionedTransaction(message), options);
  return value.err === null ? undefined : (value.logs?.at(-2) ?? JSON.stringify(value.err));
}
