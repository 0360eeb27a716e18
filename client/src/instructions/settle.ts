import type { PublicKey, TransactionInstruction } from '@solana/web3.js';
import { bytesEqual, viewOf } from '../bytes.ts';
import { idlInstruction } from '../idl.ts';
import { configAddress } from '../pda.ts';
import { bytesInstruction, instruction } from './build.ts';

const LENGTH_BYTES = 4;

/** What the active relayer sends. */
export function settleInstructions(programId: PublicKey) {
  const config = configAddress(programId);
  return {
    /** Settles a batch; `data` is the whole payload, version byte first. */
    settleBatch: (i: { relayer: PublicKey; market: PublicKey; data: Uint8Array }): TransactionInstruction =>
      bytesInstruction(programId, 'settle_batch', { relayer: i.relayer, config, market: i.market }, i.data),

    /** A test flight: adds a heartbeat to the state tree, also while paused. */
    ping: (i: { relayer: PublicKey; market: PublicKey; nonce: bigint }): TransactionInstruction =>
      instruction(programId, 'ping', { relayer: i.relayer, config, market: i.market }, { nonce: i.nonce }),
  };
}

/** The payload, if these bytes are a settle_batch instruction's data. Bytes after it are passed over, as the program does. */
export function settleData(instructionData: Uint8Array): Uint8Array | undefined {
  const discriminator = Uint8Array.from(idlInstruction('settle_batch').discriminator);
  const start = discriminator.length + LENGTH_BYTES;
  if (instructionData.length < start) return undefined;
  if (!bytesEqual(instructionData.subarray(0, discriminator.length), discriminator)) return undefined;
  const length = viewOf(instructionData).getUint32(discriminator.length, true);
  const end = start + length;
  return end <= instructionData.length ? Uint8Array.from(instructionData.subarray(start, end)) : undefined;
}
