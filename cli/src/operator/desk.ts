import type { Connection, PublicKey } from '@solana/web3.js';
import type { Output, Streams } from '../output.ts';

/** What an operator command works with. */
export interface Desk {
  readonly connection: Connection;
  readonly rpcUrl: string;
  /** Whose config it is. */
  readonly program: PublicKey;
  readonly output: Output;
  readonly stdin: Streams['stdin'];
  /** Ends the command with the signal's reason. */
  readonly signal: AbortSignal;
}
