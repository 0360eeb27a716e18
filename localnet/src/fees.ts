/** What a transaction pays, by Agave's rules. Tests hold this against the lamports that LiteSVM really takes. */
import { ByteReader, MalformedBytes } from './byte-reader.ts';
import {
  COMPUTE_BUDGET_PROGRAM,
  ED25519_PROGRAM,
  LOADER_V1,
  LOADER_V2,
  LOADER_V4,
  SECP256K1_PROGRAM,
  SECP256R1_PROGRAM,
  SYSTEM_PROGRAM,
  UPGRADEABLE_LOADER,
} from './well-known.ts';
import type { CompiledInstruction, WireMessage } from './wire.ts';

export const LAMPORTS_PER_SIGNATURE = 5000n;
const MICRO_LAMPORTS_PER_LAMPORT = 1_000_000n;
const MAX_COMPUTE_UNITS = 1_400_000;
const DEFAULT_UNITS_PER_BUILTIN = 3_000;
const DEFAULT_UNITS_PER_PROGRAM = 200_000;
/** Agave's own names of the compute budget instructions, by their first byte. */
const SET_COMPUTE_UNIT_LIMIT = 2;
const SET_COMPUTE_UNIT_PRICE = 3;

const BUILTINS: ReadonlySet<string> = new Set([
  SYSTEM_PROGRAM,
  COMPUTE_BUDGET_PROGRAM,
  UPGRADEABLE_LOADER,
  LOADER_V1,
  LOADER_V2,
  LOADER_V4,
  ED25519_PROGRAM,
  SECP256K1_PROGRAM,
]);
const SIGNATURE_PROGRAMS: ReadonlySet<string> = new Set([ED25519_PROGRAM, SECP256K1_PROGRAM, SECP256R1_PROGRAM]);

/** Lamports: a fixed price per signature, checked ones included, and the priority fee. */
export function transactionFee(message: WireMessage): bigint {
  return signatureCount(message) * LAMPORTS_PER_SIGNATURE + priorityFee(message);
}

/** Lamports on top of the signatures' price. */
export function priorityFee(message: WireMessage): bigint {
  if (message.config !== null) return message.config.priorityFeeLamports ?? 0n;
  const microLamports = computeUnitPrice(message) * BigInt(computeUnitLimit(message));
  return (microLamports + MICRO_LAMPORTS_PER_LAMPORT - 1n) / MICRO_LAMPORTS_PER_LAMPORT;
}

/** Micro-lamports per compute unit that the message offers. */
export function computeUnitPrice(message: WireMessage): bigint {
  return budgetInstruction(message, SET_COMPUTE_UNIT_PRICE, (reader) => reader.u64()) ?? 0n;
}

/** Compute units the message may use. */
export function computeUnitLimit(message: WireMessage): number {
  if (message.config !== null) return message.config.computeUnitLimit ?? 0;
  const requested = budgetInstruction(message, SET_COMPUTE_UNIT_LIMIT, (reader) => reader.u32());
  return Math.min(requested ?? defaultUnitLimit(message), MAX_COMPUTE_UNITS);
}

/** Signatures of the message and those that its precompile instructions have checked. */
function signatureCount(message: WireMessage): bigint {
  let count = message.header.requiredSignatures;
  for (const instruction of message.instructions) {
    if (SIGNATURE_PROGRAMS.has(programOf(message, instruction))) count += instruction.data[0] ?? 0;
  }
  return BigInt(count);
}

function defaultUnitLimit(message: WireMessage): number {
  let units = 0;
  for (const instruction of message.instructions) {
    units += BUILTINS.has(programOf(message, instruction)) ? DEFAULT_UNITS_PER_BUILTIN : DEFAULT_UNITS_PER_PROGRAM;
  }
  return units;
}

function budgetInstruction<T>(message: WireMessage, kind: number, read: (reader: ByteReader) => T): T | undefined {
  for (const instruction of message.instructions) {
    if (programOf(message, instruction) !== COMPUTE_BUDGET_PROGRAM || instruction.data[0] !== kind) continue;
    try {
      return read(new ByteReader(instruction.data, 1));
    } catch (cause) {
      if (cause instanceof MalformedBytes) return undefined;
      throw cause;
    }
  }
  return undefined;
}

function programOf(message: WireMessage, instruction: CompiledInstruction): string {
  return message.staticKeys[instruction.programIndex] ?? '';
}
