import type { PublicKey } from '@solana/web3.js';
import { WebSocket } from 'ws';

/** A socket that did not open or broke is not tried again before this. */
const REOPEN_AFTER_MS = 5_000;
const SUBSCRIPTION_ID = 1;

/**
 * Calls `onChange` when the node says that an account changed. It is a hint and never worth an error: what a broken socket
 * does not tell, reading finds. Returns how to stop.
 */
export function listenToAccount(websocketUrl: string, account: PublicKey, onChange: () => void): () => void {
  let socket: WebSocket | undefined;
  let reopening: NodeJS.Timeout | undefined;
  const open = () => {
    const opened = new WebSocket(websocketUrl);
    socket = opened;
    opened.on('open', () => {
      const params = [account.toBase58(), { commitment: 'confirmed', encoding: 'base64' }];
      opened.send(JSON.stringify({ jsonrpc: '2.0', id: SUBSCRIPTION_ID, method: 'accountSubscribe', params }));
    });
    opened.on('message', onChange);
    // 'close' follows every error.
    opened.on('error', () => {});
    opened.on('close', () => {
      reopening = setTimeout(open, REOPEN_AFTER_MS);
    });
  };
  open();
  return () => {
    socket?.removeAllListeners('close');
    socket?.terminate();
    clearTimeout(reopening);
  };
}
