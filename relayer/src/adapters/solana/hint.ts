import type { Connection } from '@solana/web3.js';
import type { Commitment } from '../../domain/commitment.ts';

/** Listens for a signature on the websocket; web3.js ends the subscription itself once it fired. */
export function hintOf(
  connection: Connection,
  signature: string,
  commitment: Commitment,
  onSeen: () => void,
): () => void {
  let listening = true;
  const id = connection.onSignature(
    signature,
    () => {
      if (listening) onSeen();
      listening = false;
    },
    commitment,
  );
  return () => {
    if (!listening) return;
    listening = false;
    connection.removeSignatureListener(id).catch(() => {});
  };
}
