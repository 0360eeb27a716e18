import { WebSocket } from 'ws';
import { z } from 'zod';
import { createBackoff } from '../../domain/backoff.ts';
import type { Clock } from '../../ports.ts';

/** Calls are named after it: `accountSubscribe`, `accountUnsubscribe`, `accountNotification`. */
export type Topic = 'account' | 'signature';

export interface Listener {
  readonly onNotified: () => void;
  /** The node tells from now on; what happened before, since the start or the last break, it did not. */
  readonly onSubscribed?: () => void;
}

/** What a node's websocket can be asked to tell. Nothing of what it says is handed on: it may be wrong, late, repeated or missing. */
export interface Subscriptions {
  /** A signature is told about once. Returns how to stop. */
  subscribe(topic: Topic, params: readonly unknown[], listener: Listener): () => void;
  close(): void;
}

interface Wanted {
  readonly topic: Topic;
  readonly params: readonly unknown[];
  readonly listener: Listener;
  /** The node's number for it, once it gave one. */
  subscription?: number;
  isOver: boolean;
}

const message = z.union([
  z.object({ method: z.string(), params: z.object({ subscription: z.number() }) }),
  /** Without a result it was refused. */
  z.object({ id: z.number(), result: z.number().optional() }),
]);

/** Waits before a socket that did not open or broke is opened again. */
const REOPEN_MIN_MS = 500;
const REOPEN_MAX_MS = 30_000;
/** A node that answers neither handshake nor ping for so long is taken for gone. */
const HANDSHAKE_MS = 10_000;
const PING_MS = 15_000;
/** A node that leaves so many requests unanswered which nobody waits for any more is hung up on, since they are kept. */
const MAX_UNANSWERED = 64;
/** An account and its envelope are some kilobytes; more than this is no notification. */
const MAX_MESSAGE_BYTES = 1_048_576;

/**
 * One socket, opened when somebody listens, and opened again when it breaks while somebody does. It is never worth an error: what a
 * broken socket does not tell, polling finds.
 */
export function createSubscriptions(url: string, clock: Clock): Subscriptions {
  const wanted = new Map<number, Wanted>();
  const closed = new AbortController();
  const backoff = createBackoff(clock, { minMs: REOPEN_MIN_MS, maxMs: REOPEN_MAX_MS });
  let socket: WebSocket | undefined;
  let isResting = false;
  let nextId = 1;

  const request = (id: number, method: string, params: readonly unknown[]) => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
  };
  const ask = (id: number, { topic, params }: Wanted) => request(id, `${topic}Subscribe`, params);
  const release = ({ topic, params, subscription }: Wanted) => {
    // A node gives equal requests one subscription: it may be somebody else's as well.
    const isShared = [...wanted.values()].some((one) => !one.isOver && isEqual(one, { topic, params }));
    if (!isShared) request(nextId++, `${topic}Unsubscribe`, [subscription]);
  };
  const answered = (id: number, subscription: number | undefined) => {
    const one = wanted.get(id);
    if (one === undefined) return;
    if (one.isOver) wanted.delete(id);
    if (subscription === undefined) return;
    backoff.reset();
    one.subscription = subscription;
    if (one.isOver) release(one);
    else one.listener.onSubscribed?.();
  };
  const receive = (text: string) => {
    const { data } = message.safeParse(parsed(text));
    if (data === undefined) return;
    if ('id' in data) return answered(data.id, data.result);
    for (const [id, one] of wanted) {
      if (one.isOver || one.subscription !== data.params.subscription) continue;
      if (data.method !== `${one.topic}Notification`) continue;
      if (one.topic === 'signature') wanted.delete(id);
      one.listener.onNotified();
    }
  };
  const forget = () => {
    socket = undefined;
    for (const [id, one] of wanted) {
      delete one.subscription;
      if (one.isOver) wanted.delete(id);
    }
  };
  const hangUpOnSilence = () => {
    const unanswered = [...wanted.values()].filter((one) => one.isOver);
    if (unanswered.length > MAX_UNANSWERED) socket?.terminate();
  };
  const open = () => {
    if (socket !== undefined || isResting || wanted.size === 0 || closed.signal.aborted) return;
    const opened = new WebSocket(url, { handshakeTimeout: HANDSHAKE_MS, maxPayload: MAX_MESSAGE_BYTES });
    const broken = new AbortController();
    socket = opened;
    opened.on('open', () => {
      for (const [id, one] of wanted) ask(id, one);
      keepAlive(opened, clock, broken.signal).catch(() => {});
    });
    opened.on('message', (data) => receive(data.toString()));
    // 'close' follows every error.
    opened.on('error', () => {});
    opened.on('close', () => {
      broken.abort();
      forget();
      isResting = true;
      const reopen = () => {
        isResting = false;
        open();
      };
      backoff.wait(closed.signal).then(reopen, () => {});
    });
  };

  return {
    subscribe(topic, params, listener) {
      const id = nextId++;
      const one: Wanted = { topic, params, listener, isOver: false };
      wanted.set(id, one);
      open();
      ask(id, one);
      return () => {
        if (!wanted.has(id)) return;
        one.isOver = true;
        // Without its number it can't be ended yet; it is kept until the node gives one, or the socket breaks.
        if (one.subscription === undefined && socket?.readyState === WebSocket.OPEN) return hangUpOnSilence();
        wanted.delete(id);
        if (one.subscription !== undefined) release(one);
      };
    },
    close() {
      closed.abort();
      wanted.clear();
      socket?.terminate();
    },
  };
}

/** Ends a socket whose other end is gone without a word; without that it would look open for ever. */
async function keepAlive(socket: WebSocket, clock: Clock, broken: AbortSignal): Promise<void> {
  let isHeard = true;
  const hear = () => {
    isHeard = true;
  };
  socket.on('pong', hear).on('message', hear);
  while (isHeard) {
    isHeard = false;
    socket.ping();
    await clock.sleep(PING_MS, broken);
  }
  socket.terminate();
}

const isEqual = (one: Pick<Wanted, 'topic' | 'params'>, other: Pick<Wanted, 'topic' | 'params'>): boolean =>
  one.topic === other.topic && JSON.stringify(one.params) === JSON.stringify(other.params);

/** Undefined when it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
