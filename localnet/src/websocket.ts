import type { Server } from 'node:http';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { DROPPED, withFaults } from './faults.ts';
import { type Json, stringify } from './json.ts';
import { MAX_REQUEST_BYTES, MAX_SOCKET_BACKLOG_BYTES, MAX_SUBSCRIPTIONS_PER_SOCKET } from './limits.ts';
import { Params } from './params.ts';
import { answer, type RpcOptions } from './rpc.ts';
import { invalidParams, invalidRequest, RpcError, RpcErrorCode } from './rpc-error.ts';
import type { Notification } from './subscription-group.ts';
import type { Subscriptions } from './subscriptions.ts';
import { readTopic, TOPIC_KINDS, type TopicKind } from './topics.ts';

type Options = Omit<RpcOptions, 'run' | 'transport'>;

/** Serves subscriptions on an HTTP server of their own; other methods are not answered there, as in Agave. */
export function serveSubscriptions(server: Server, subscriptions: Subscriptions, options: Options): WebSocketServer {
  const sockets = new WebSocketServer({ server, maxPayload: MAX_REQUEST_BYTES });
  sockets.on('connection', (socket) => new Client(socket, subscriptions, options));
  // The server's own errors, a taken port for one, are repeated here; whoever made it listen is told already.
  sockets.on('error', () => undefined);
  return sockets;
}

/** How long a client may take to answer the closing handshake, in milliseconds. */
const CLOSE_GRACE_MS = 250;
const NORMAL_CLOSURE = 1000;

/** Says goodbye properly: after any other end of the connection web3.js tries to connect again for ever. */
export async function closeSockets({ clients }: WebSocketServer): Promise<void> {
  const open = [...clients];
  const closed = open.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
  for (const socket of open) socket.close(NORMAL_CLOSURE, 'node stopped');
  const timer = setTimeout(() => {
    for (const socket of open) socket.terminate();
  }, CLOSE_GRACE_MS);
  await Promise.all(closed);
  clearTimeout(timer);
}

class Client {
  readonly #socket: WebSocket;
  readonly #subscriptions: Subscriptions;
  readonly #options: RpcOptions;
  /** Ids by the request that made them: an equal request gets the same subscription. */
  readonly #ids = new Map<string, number>();

  constructor(socket: WebSocket, subscriptions: Subscriptions, options: Options) {
    this.#socket = socket;
    this.#subscriptions = subscriptions;
    this.#options = { ...options, transport: 'websocket', run: (method, params) => this.#run(method, params) };
    socket.on('message', (data) => this.#answer(data));
    socket.on('close', () => this.#removeAll());
    socket.on('error', (cause) => options.log(`websocket closed: ${cause.message}`));
  }

  async #answer(data: RawData): Promise<void> {
    const text = await answer(data.toString(), this.#options);
    if (text !== DROPPED && text !== '') this.#send(text);
  }

  #run(method: string, params: unknown): Json {
    // A call that was delayed, or stood behind others in a batch: nobody would ever end what it subscribes to.
    if (this.#socket.readyState !== this.#socket.OPEN) throw invalidRequest('The websocket is closed');
    const kind = TOPIC_KINDS.find((candidate) => method.startsWith(candidate));
    if (kind !== undefined && method === `${kind}Subscribe`) return this.#subscribe(kind, params);
    if (kind !== undefined && method === `${kind}Unsubscribe`) return this.#unsubscribe(params);
    throw new RpcError(RpcErrorCode.MethodNotFound, 'Method not found');
  }

  #subscribe(kind: TopicKind, params: unknown): number {
    const topic = readTopic(kind, params);
    const key = `${kind} ${JSON.stringify(params ?? [])}`;
    const existing = this.#ids.get(key);
    if (existing !== undefined) return existing;
    if (this.#ids.size >= MAX_SUBSCRIPTIONS_PER_SOCKET) {
      throw new RpcError(
        RpcErrorCode.InternalError,
        'Internal Error: Subscription refused. Node subscription limit reached',
      );
    }
    const id = this.#subscriptions.add(topic, (notification) => {
      if (notification.isLast) this.#ids.delete(key);
      this.#notify(notification);
    });
    this.#ids.set(key, id);
    return id;
  }

  #unsubscribe(params: unknown): boolean {
    const id = Number(new Params(params, 1, 1).u64(0));
    for (const [key, known] of this.#ids) {
      if (known !== id) continue;
      this.#ids.delete(key);
      this.#subscriptions.remove(id);
      return true;
    }
    throw invalidParams('Invalid subscription id.');
  }

  async #notify({ kind, subscription, result }: Notification): Promise<void> {
    const method = `${kind}Notification`;
    const subject = { method, params: result, transport: 'websocket' } as const;
    try {
      const sent = await withFaults(this.#options.faults, subject, () => result);
      if (sent === DROPPED) return;
      const params = `{"result":${stringify(sent)},"subscription":${subscription}}`;
      this.#send(`{"jsonrpc":"2.0","method":"${method}","params":${params}}`);
    } catch (cause) {
      this.#options.log(`${method} not sent: ${String(cause)}`);
    }
  }

  #send(text: string): void {
    if (this.#socket.bufferedAmount > MAX_SOCKET_BACKLOG_BYTES) this.#socket.terminate();
    else this.#socket.send(text);
  }

  #removeAll(): void {
    for (const id of this.#ids.values()) this.#subscriptions.remove(id);
    this.#ids.clear();
  }
}
