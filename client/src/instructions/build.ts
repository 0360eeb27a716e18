import { PublicKey, TransactionInstruction } from '@solana/web3.js';
import { camelCase, coder, toAnchor } from '../anchor.ts';
import { concatBytes, u32le } from '../bytes.ts';
import { clientError } from '../errors.ts';
import type { IdlInstruction } from '../idl.ts';
import { idlInstruction } from '../idl.ts';

type Accounts = Readonly<Record<string, PublicKey>>;

/**
 * An instruction whose account order and flags come from the IDL; `accounts` and `args` are named in camelCase.
 * @throws LockstepError IDL_INCOMPLETE when the IDL asks for an account the caller does not give, OUT_OF_RANGE when an
 * argument does not fit its type
 */
export function instruction(
  programId: PublicKey,
  name: string,
  accounts: Accounts,
  args: Readonly<Record<string, unknown>> = {},
): TransactionInstruction {
  const data = encoded(name, toAnchor(args));
  return new TransactionInstruction({ programId, keys: metas(idlInstruction(name), accounts), data });
}

/** Like `instruction`, for one bytes argument of any length: Anchor's encoder stops at 1,000 bytes. */
export function bytesInstruction(
  programId: PublicKey,
  name: string,
  accounts: Accounts,
  bytes: Uint8Array,
): TransactionInstruction {
  const described = idlInstruction(name);
  const data = concatBytes(Uint8Array.from(described.discriminator), u32le(bytes.length), bytes);
  return new TransactionInstruction({ programId, keys: metas(described, accounts), data: Buffer.from(data) });
}

function encoded(name: string, args: unknown): Buffer {
  try {
    return coder.instruction.encode(name, args);
  } catch (cause) {
    throw clientError('OUT_OF_RANGE', `an argument of ${name} does not fit its type`, { cause });
  }
}

function metas(described: IdlInstruction, accounts: Accounts): TransactionInstruction['keys'] {
  return described.accounts.map((account) => {
    const pubkey = accounts[camelCase(account.name)] ?? (account.address && new PublicKey(account.address));
    if (!pubkey) throw clientError('IDL_INCOMPLETE', `${described.name} asks for an account ${account.name}`);
    return { pubkey, isSigner: account.signer ?? false, isWritable: account.writable ?? false };
  });
}
