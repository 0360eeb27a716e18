import { WebSocket } from 'ws';
import { z } from 'zod';
import type { Commitment } from '../../domain/commitment.ts';

/** Says early that a signature was seen, when the node's websocket works; else it stays silent. */
export interface SignatureHints {
  /** Calls `onSeen` at most once. Returns how to stop listening. */
  listen(signature: string, onSeen: () => void): () => void;
  close(): void;
}

const message = z.union([
  z.object({ method: z.literal('signatureNotification'), params: z.object({ subscription: z.number() }) }),
  z.object({ id: z.number(), result: z.number() }),
]);

/** A socket that did not open or broke is not tried again before this, in milliseconds. */
const REOPEN_AFTER_MS = 2_000;

/** Where a node's websocket is by convention: the same address, one port further when the port is named. */
export function websocketUrlOf(rpcUrl: string): string {
  const url = new URL(rpcUrl);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  if (url.port !== '') url.port = `${Number(url.port) + 1}`;
  return url.toString();
}

/**
 * One socket, opened when somebody listens. It is never worth an error: what a broken socket does not tell, polling finds.
 * @param now milliseconds that only grow
 */
export function createSignatureHints(url: string, commitment: Commitment, now: () => number): SignatureHints {
  const waiting = new Map<number, { readonly signature: string; readonly onSeen: () => void; subscription?: number }>();
  let socket: WebSocket | undefined;
  let closedAt: number | undefined;
  let nextId = 1;

  const request = (id: number, method: string, params: readonly unknown[]) => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
  };
  const subscribe = (id: number, signature: string) => request(id, 'signatureSubscribe', [signature, { commitment }]);
  const forget = () => {
    socket = undefined;
    closedAt = now();
    waiting.clear();
  };
  const receive = (text: string) => {
    const parsed = message.safeParse(JSON.parse(text));
    if (!parsed.success) return;
    if ('id' in parsed.data) {
      const entry = waiting.get(parsed.data.id);
      if (entry !== undefined) entry.subscription = parsed.data.result;
      return;
    }
    const { subscription } = parsed.data.params;
    for (const [id, entry] of waiting) {
      if (entry.subscription !== subscription) continue;
      waiting.delete(id);
      entry.onSeen();
    }
  };
  const open = () => {
    if (socket !== undefined || (closedAt !== undefined && now() - closedAt < REOPEN_AFTER_MS)) return;
    const opened = new WebSocket(url);
    socket = opened;
    opened.on('open', () => {
      for (const [id, { signature }] of waiting) subscribe(id, signature);
    });
    opened.on('message', (data) => receive(data.toString()));
    // 'close' follows every error.
    opened.on('error', () => {});
    opened.on('close', forget);
  };

  return {
    listen(signature, onSeen) {
      open();
      if (socket === undefined) return () => {};
      const id = nextId++;
      waiting.set(id, { signature, onSeen });
      subscribe(id, signature);
      return () => {
        const { subscription } = waiting.get(id) ?? {};
        waiting.delete(id);
        if (subscription !== undefined) request(nextId++, 'signatureUnsubscribe', [subscription]);
      };
    },
    close() {
      waiting.clear();
      socket?.terminate();
    },
  };
}
