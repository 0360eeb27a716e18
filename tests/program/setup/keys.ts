import { createHash } from 'node:crypto';
import { Keypair } from '@solana/web3.js';

/** The same key for the same name in every run. */
export function keyOf(name: string): Keypair {
  return Keypair.fromSeed(createHash('sha256').update(`lockstep test key ${name}`).digest());
}
