/**
 * Transactions as they arrive. The decoder is as strict as Solana's own, because LiteSVM aborts the process on bytes
 * that it cannot decode: nothing reaches it that was not accepted here.
 */
import { toBase58 } from './base58.ts';
import { ByteReader, MalformedBytes } from './byte-reader.ts';

export const SIGNATURE_BYTES = 64;
const ADDRESS_BYTES = 32;
const VERSION_FLAG = 0x80;
const V1_PREFIX = VERSION_FLAG | 1;

/** An IPv6 packet (1,280) less its headers (48): what a validator receives in one datagram. */
export const MAX_PACKET_BYTES = 1232;
/** The limit of version 1 transactions, which do not travel in one datagram. */
export const MAX_V1_BYTES = 4096;

export type TransactionVersion = 'legacy' | 0 | 1;

export interface MessageHeader {
  readonly requiredSignatures: number;
  readonly readonlySigned: number;
  readonly readonlyUnsigned: number;
}

export interface CompiledInstruction {
  readonly programIndex: number;
  readonly accounts: Uint8Array;
  readonly data: Uint8Array;
}

export interface AddressLookup {
  readonly table: string;
  readonly writableIndexes: Uint8Array;
  readonly readonlyIndexes: Uint8Array;
}

/** What a version 1 message says instead of compute budget instructions. */
export interface TransactionConfig {
  readonly priorityFeeLamports: bigint | null;
  readonly computeUnitLimit: number | null;
  readonly loadedAccountsDataSizeLimit: number | null;
  readonly heapSize: number | null;
}

export interface WireMessage {
  readonly version: TransactionVersion;
  readonly header: MessageHeader;
  readonly staticKeys: readonly string[];
  readonly blockhash: string;
  readonly instructions: readonly CompiledInstruction[];
  readonly lookups: readonly AddressLookup[];
  /** Set for version 1 only. */
  readonly config: TransactionConfig | null;
}

export interface WireTransaction {
  /** Exactly the transaction: whatever followed it was cut off. */
  readonly bytes: Uint8Array;
  /** Where in `bytes` the recent blockhash stands. */
  readonly blockhashOffset: number;
  readonly signatures: readonly Uint8Array[];
  readonly message: WireMessage;
}

/** The id of a transaction: its first signature. */
export function transactionId(transaction: WireTransaction): string {
  return toBase58(transaction.signatures[0] ?? new Uint8Array(SIGNATURE_BYTES));
}

/** How many bytes a transaction that begins like this may have. */
export function maxTransactionBytes(firstByte: number | undefined): number {
  return firstByte === V1_PREFIX ? MAX_V1_BYTES : MAX_PACKET_BYTES;
}

/** Throws {@link MalformedBytes}. */
export function decodeTransaction(bytes: Uint8Array): WireTransaction {
  const reader = new ByteReader(bytes);
  if (bytes[0] === V1_PREFIX) {
    const { message, blockhashOffset } = readMessage(reader);
    const signatures = takeMany(reader, message.header.requiredSignatures, SIGNATURE_BYTES);
    return { bytes: bytes.slice(0, reader.offset), blockhashOffset, signatures, message };
  }
  const count = reader.u8();
  if (count >= VERSION_FLAG) throw new MalformedBytes('invalid transaction discriminator');
  const signatures = takeMany(reader, count, SIGNATURE_BYTES);
  const { message, blockhashOffset } = readMessage(reader);
  if (message.version === 1) throw new MalformedBytes('invalid message version');
  return { bytes: bytes.slice(0, reader.offset), blockhashOffset, signatures, message };
}

/** Throws {@link MalformedBytes}. */
export function decodeMessage(bytes: Uint8Array): WireMessage {
  return readMessage(new ByteReader(bytes)).message;
}

interface LocatedMessage {
  readonly message: WireMessage;
  readonly blockhashOffset: number;
}

function readMessage(reader: ByteReader): LocatedMessage {
  const first = reader.u8();
  if ((first & VERSION_FLAG) === 0) return readLegacyOrV0(reader, 'legacy', first);
  const version = first & ~VERSION_FLAG;
  if (version === 0) return readLegacyOrV0(reader, 0, reader.u8());
  if (version === 1) return readV1(reader);
  throw new MalformedBytes(`Invalid tag encoding: ${version}`);
}

function readLegacyOrV0(reader: ByteReader, version: 'legacy' | 0, requiredSignatures: number): LocatedMessage {
  const header = readHeader(reader, requiredSignatures);
  const staticKeys = takeMany(reader, reader.shortU16(), ADDRESS_BYTES).map(toBase58);
  const blockhashOffset = reader.offset;
  const blockhash = toBase58(reader.take(ADDRESS_BYTES));
  const instructions = many(reader.shortU16(), () => ({
    programIndex: reader.u8(),
    accounts: reader.take(reader.shortU16()),
    data: reader.take(reader.shortU16()),
  }));
  const lookups = version === 'legacy' ? [] : many(reader.shortU16(), () => readLookup(reader));
  return { message: { version, header, staticKeys, blockhash, instructions, lookups, config: null }, blockhashOffset };
}

function readLookup(reader: ByteReader): AddressLookup {
  return {
    table: toBase58(reader.take(ADDRESS_BYTES)),
    writableIndexes: reader.take(reader.shortU16()),
    readonlyIndexes: reader.take(reader.shortU16()),
  };
}

function readV1(reader: ByteReader): LocatedMessage {
  const header = readHeader(reader, reader.u8());
  const mask = reader.u32();
  const blockhashOffset = reader.offset;
  const blockhash = toBase58(reader.take(ADDRESS_BYTES));
  const instructionCount = reader.u8();
  const staticKeys = takeMany(reader, reader.u8(), ADDRESS_BYTES).map(toBase58);
  const config = readConfig(reader, mask);
  const heads = many(instructionCount, () => ({
    programIndex: reader.u8(),
    accountCount: reader.u8(),
    dataLength: reader.u16(),
  }));
  const instructions = heads.map(({ programIndex, accountCount, dataLength }) => ({
    programIndex,
    accounts: reader.take(accountCount),
    data: reader.take(dataLength),
  }));
  return { message: { version: 1, header, staticKeys, blockhash, instructions, lookups: [], config }, blockhashOffset };
}

function readConfig(reader: ByteReader, mask: number): TransactionConfig {
  const priorityFeeBits = mask & 0b11;
  if (mask > 0b11111 || priorityFeeBits === 0b01 || priorityFeeBits === 0b10) {
    throw new MalformedBytes('invalid transaction config mask');
  }
  return {
    priorityFeeLamports: priorityFeeBits === 0 ? null : reader.u64(),
    computeUnitLimit: (mask & 0b100) === 0 ? null : reader.u32(),
    loadedAccountsDataSizeLimit: (mask & 0b1000) === 0 ? null : reader.u32(),
    heapSize: (mask & 0b10000) === 0 ? null : reader.u32(),
  };
}

function readHeader(reader: ByteReader, requiredSignatures: number): MessageHeader {
  return { requiredSignatures, readonlySigned: reader.u8(), readonlyUnsigned: reader.u8() };
}

function takeMany(reader: ByteReader, count: number, length: number): Uint8Array[] {
  return many(count, () => reader.take(length));
}

function many<T>(count: number, read: () => T): T[] {
  const items: T[] = [];
  for (let index = 0; index < count; index += 1) items.push(read());
  return items;
}
