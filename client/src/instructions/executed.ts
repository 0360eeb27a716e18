import type { MessageCompiledInstruction, PublicKey, VersionedTransactionResponse } from '@solana/web3.js';
import { camelCase, coder, fromAnchor } from '../anchor.ts';
import { fromBase58 } from '../base58.ts';
import { idl } from '../idl.ts';

/** An instruction of ours that ran. */
export interface ExecutedInstruction {
  readonly accounts: readonly PublicKey[];
  readonly data: Uint8Array;
}

/** The program's instructions of a transaction in the order they ran, whoever called them. */
export function executedInstructions(
  { transaction, meta }: VersionedTransactionResponse,
  program: PublicKey,
): ExecutedInstruction[] {
  const keys = transaction.message.getAccountKeys(
    meta?.loadedAddresses === undefined ? undefined : { accountKeysFromLookups: meta.loadedAddresses },
  );
  return all(transaction.message.compiledInstructions, meta).flatMap(({ programIdIndex, accounts, data }) => {
    if (keys.get(programIdIndex)?.equals(program) !== true) return [];
    return [{ accounts: accounts.flatMap((index) => keys.get(index) ?? []), data }];
  });
}

interface Compiled {
  readonly programIdIndex: number;
  readonly accounts: readonly number[];
  readonly data: Uint8Array;
}

/** An instruction may also come from within another program. */
function all(
  outer: readonly MessageCompiledInstruction[],
  meta: VersionedTransactionResponse['meta'],
): readonly Compiled[] {
  return outer.flatMap(({ programIdIndex, accountKeyIndexes, data }, index) => {
    const inner = meta?.innerInstructions?.find((group) => group.index === index)?.instructions ?? [];
    // Nodes write the data of inner instructions in base58.
    const called = inner.map((one) => ({ ...one, data: fromBase58(one.data) }));
    return [{ programIdIndex, accounts: accountKeyIndexes, data }, ...called];
  });
}

/** An instruction by its name in the IDL, with accounts and arguments by theirs in camelCase, u64 as bigint. */
export interface ReadInstruction {
  readonly name: string;
  readonly accounts: Readonly<Record<string, PublicKey>>;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Undefined for bytes that are no instruction of this IDL. */
export function readInstruction({ accounts, data }: ExecutedInstruction): ReadInstruction | undefined {
  try {
    const decoded = coder.instruction.decode(Buffer.from(data));
    const described = idl.instructions.find(({ name }) => name === decoded?.name);
    if (decoded === null || described === undefined) return undefined;
    const named = described.accounts.flatMap(({ name }, at) => {
      const account = accounts[at];
      return account === undefined ? [] : [[camelCase(name), account] as const];
    });
    return { name: decoded.name, accounts: Object.fromEntries(named), args: fromAnchor(decoded.data) };
  } catch {
    return undefined;
  }
}
