import type { PublicKey } from '@solana/web3.js';
import type { Commitment } from '../../domain/commitment.ts';
import type { Subscriptions } from './subscriptions.ts';

/** Says early that it is worth looking, when the node's websocket works; else it stays silent. */
export interface Hints {
  /** Calls `onSeen` at most once. Returns how to stop listening. */
  signature(signature: string, onSeen: () => void): () => void;
  /** Calls `onChange` when the account changed, or may have while nobody listened. Returns how to stop listening. */
  account(account: PublicKey, onChange: () => void): () => void;
  close(): void;
}

export function createHints(subscriptions: Subscriptions, commitment: Commitment): Hints {
  return {
    signature: (signature, onSeen) =>
      subscriptions.subscribe('signature', [signature, { commitment }], { onNotified: onSeen }),
    account: (account, onChange) =>
      subscriptions.subscribe('account', [account.toBase58(), { commitment, encoding: 'base64' }], {
        onNotified: onChange,
        onSubscribed: onChange,
      }),
    close: subscriptions.close,
  };
}
