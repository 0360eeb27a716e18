import type { Signer } from '@solana/web3.js';
import { SystemProgram, TransactionInstruction } from '@solana/web3.js';
import { programDataAddress } from '#client';
import { BUFFER_HEADER_BYTES, LOADER, upgradeInstruction } from '../../../cli/src/start/place/loader.ts';
import type { Chain } from './chain.ts';
import { keyOf } from './keys.ts';

/** State of an account that holds an object to be deployed. */
const BUFFER = 1;
/** The loader's instruction that makes room for a larger object. */
const EXTEND = 6;

/** The loader makes no less room at once. */
const LEAST_EXTENSION_BYTES = 10_240;

/**
 * Upgrades the program in place by the upgradeable loader's own instructions: room for the larger object first, then the
 * object itself. Only the buffer is put there instead of written in many transactions.
 */
export function upgrade(chain: Chain, authority: Signer, object: Uint8Array): void {
  const buffer = keyOf('buffer').publicKey;
  const head = Buffer.alloc(BUFFER_HEADER_BYTES);
  head.writeUInt32LE(BUFFER);
  head[4] = 1; // there is an authority
  authority.publicKey.toBuffer().copy(head, 5);
  const data = Buffer.concat([head, object]);
  chain.put(buffer, { data, owner: LOADER, lamports: chain.rent(data.length) });

  const missing = object.length - chain.objectRoom;
  if (missing > 0) accept(chain, authority, extend(chain, authority, Math.max(missing, LEAST_EXTENSION_BYTES)));
  accept(chain, authority, upgradeInstruction(chain.programId, buffer, authority.publicKey));
}

function extend(chain: Chain, payer: Signer, bytes: number): TransactionInstruction {
  const data = Buffer.alloc(8);
  data.writeUInt32LE(EXTEND);
  data.writeUInt32LE(bytes, 4);
  const keys = [
    { pubkey: programDataAddress(chain.programId), isSigner: false, isWritable: true },
    { pubkey: chain.programId, isSigner: false, isWritable: true },
    { pubkey: SystemProgram.programId, isSigner: false, isWritable: false },
    { pubkey: payer.publicKey, isSigner: true, isWritable: true },
  ];
  return new TransactionInstruction({ programId: LOADER, keys, data });
}

/** In a slot of its own: the loader takes one change of a program a slot, and it is in force from the next one on. */
function accept(chain: Chain, authority: Signer, instruction: TransactionInstruction): void {
  chain.warpTo(chain.slot + 1n);
  const { refusal } = chain.send([instruction], [authority]);
  if (refusal !== undefined) throw new Error(`the loader refused: ${refusal.message}`);
  chain.warpTo(chain.slot + 1n);
}
