import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';

const request = z.object({ id: z.number(), method: z.string(), params: z.array(z.unknown()) });

export interface WebsocketNode {
  readonly url: string;
  readonly requests: z.output<typeof request>[];
  /** Connections so far. */
  readonly connections: () => number;
  /** What it answers to a subscription; numbers from 100 on as long as nobody sets it. Undefined: nothing at all. */
  answer: (asked: { readonly id: number; readonly method: string }) => object | undefined;
  /** What it does with a new connection first. */
  greet: (socket: WebSocket) => void;
  /** Notifies of the newest subscription whose first parameter this is. */
  notify(topic: 'account' | 'signature', subject: string): void;
  /** Says this to everybody connected. */
  say(text: string | Uint8Array): void;
  /** Cuts every connection. */
  drop(): void;
  /** Cuts every connection and takes no more. */
  close(): Promise<void>;
}

/** A node that accepts subscriptions, numbers them from 100, and notifies when told; gone with the test file. */
export async function websocketNode({ port = 0, autoPong = true } = {}): Promise<WebsocketNode> {
  const server = new WebSocketServer({ port, host: '127.0.0.1', autoPong });
  await new Promise((resolve) => server.once('listening', resolve));
  const subscriptions = new Map<unknown, number>();
  let connections = 0;
  const node: WebsocketNode = {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    connections: () => connections,
    answer: ({ id }) => ({ id, result: 99 + node.requests.length }),
    greet: () => {},
    notify(topic, subject) {
      const params = {
        subscription: subscriptions.get(subject),
        result: { context: { slot: 1 }, value: { err: null } },
      };
      node.say(JSON.stringify({ jsonrpc: '2.0', method: `${topic}Notification`, params }));
    },
    say(text) {
      for (const client of server.clients) client.send(text);
    },
    drop() {
      for (const client of server.clients) client.terminate();
    },
    close() {
      node.drop();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  server.on('connection', (socket) => {
    connections += 1;
    node.greet(socket);
    socket.on('message', (text) => {
      const asked = request.parse(JSON.parse(text.toString()));
      node.requests.push(asked);
      if (!asked.method.endsWith('Subscribe')) return;
      subscriptions.set(asked.params[0], 99 + node.requests.length);
      const answer = node.answer(asked);
      if (answer !== undefined) socket.send(JSON.stringify({ jsonrpc: '2.0', ...answer }));
    });
  });
  after(() => node.close());
  return node;
}
