import { createHash } from 'node:crypto';
import type { AccountInfo, Connection, Keypair } from '@solana/web3.js';
import { PublicKey, SystemProgram } from '@solana/web3.js';
import { BUFFER_HEADER_BYTES, initializeBuffer, LOADER, setBufferAuthority } from '../start/place/loader.ts';
import type { Sender } from '../transactions.ts';
import { step } from '../transactions.ts';
import { missingChunks, sendChunks } from './chunks.ts';
import { upgradeError } from './errors.ts';

export interface BufferPlan {
  readonly connection: Connection;
  readonly send: Sender;
  /** Pays for the buffer and writes it. */
  readonly payer: Keypair;
  readonly object: Buffer;
  /** Whose it must be to upgrade the program. */
  readonly authority: PublicKey;
  readonly say: (line: string) => void;
}

/** Buffer account: u32 kind, authority as an option; then the object. */
const BUFFER_KIND = 1;
const AUTHORITY_OFFSET = 4;
/** The longest seed there is. */
const SEED_CHARACTERS = 32;
/** A node may show an account as it was a moment ago, and a piece may expire on its way. */
const ROUNDS = 5;

/** Where a key's buffer for these bytes is: the same at every run, so that one that was left half written is found again. */
export function bufferAddress(payer: PublicKey, object: Uint8Array): Promise<PublicKey> {
  return PublicKey.createWithSeed(payer, seedOf(object), LOADER);
}

const seedOf = (object: Uint8Array): string =>
  createHash('sha256').update(object).digest('hex').slice(0, SEED_CHARACTERS);

/**
 * A buffer with exactly these bytes that belongs to `authority`: made, gone on with, or found.
 * @throws LockstepError BUFFER_FOREIGN, BUFFER_INCOMPLETE, TRANSACTION_REFUSED, TRANSACTION_LOST
 */
export async function fillBuffer(plan: BufferPlan): Promise<PublicKey> {
  const { connection, send, payer, object, authority, say } = plan;
  const buffer = await bufferAddress(payer.publicKey, object);
  let there = await readBuffer(connection, buffer);
  if (there === undefined) {
    say(`buffer ${buffer}: new, for ${object.length} bytes`);
    await openBuffer(plan, buffer);
    there = await readBuffer(connection, buffer);
  } else say(`buffer ${buffer}: found, going on with it`);
  for (let round = 0; round < ROUNDS; round += 1) {
    if (there !== undefined) {
      const isOurs = there.authority?.equals(payer.publicKey) === true;
      const isWhole = there.bytes.equals(object);
      if (isWhole && there.authority?.equals(authority)) return buffer;
      if (!isOurs || there.bytes.length !== object.length) {
        throw upgradeError('BUFFER_FOREIGN', `buffer ${buffer} belongs to ${there.authority ?? 'nobody'}, not to us`);
      }
      if (isWhole) await send.together([step([setBufferAuthority(buffer, payer.publicKey, authority)])]);
      else await sendChunks(missingChunks(object, buffer, payer.publicKey, there.bytes), send, say);
    }
    there = await readBuffer(connection, buffer);
  }
  throw upgradeError('BUFFER_INCOMPLETE', `buffer ${buffer} does not hold the object yet`);
}

async function openBuffer({ connection, send, payer, object }: BufferPlan, buffer: PublicKey): Promise<void> {
  const space = BUFFER_HEADER_BYTES + object.length;
  const create = SystemProgram.createAccountWithSeed({
    fromPubkey: payer.publicKey,
    newAccountPubkey: buffer,
    basePubkey: payer.publicKey,
    seed: seedOf(object),
    lamports: await connection.getMinimumBalanceForRentExemption(space),
    space,
    programId: LOADER,
  });
  await send.together([step([create, initializeBuffer(buffer, payer.publicKey)])]);
}

interface Buffered {
  /** Undefined when nobody can write it any more. */
  readonly authority: PublicKey | undefined;
  readonly bytes: Buffer;
}

async function readBuffer(connection: Connection, buffer: PublicKey): Promise<Buffered | undefined> {
  const account = await connection.getAccountInfo(buffer, 'confirmed');
  return account === null ? undefined : bufferIn(account, buffer);
}

/** @throws LockstepError BUFFER_FOREIGN for an account that is no buffer */
function bufferIn({ data, owner }: AccountInfo<Buffer>, buffer: PublicKey): Buffered {
  if (!owner.equals(LOADER) || data.length < BUFFER_HEADER_BYTES || data.readUInt32LE(0) !== BUFFER_KIND) {
    throw upgradeError('BUFFER_FOREIGN', `account ${buffer} is no buffer`);
  }
  const key = data.subarray(AUTHORITY_OFFSET + 1, BUFFER_HEADER_BYTES);
  const authority = data[AUTHORITY_OFFSET] === 1 ? new PublicKey(key) : undefined;
  return { authority, bytes: data.subarray(BUFFER_HEADER_BYTES) };
}
