import { on, once } from 'node:events';
import { WebSocket } from 'ws';
import { keypairSigner, signOrder, signTraderFeed } from '#gateway';

/** Where the gateway is, and whose entry trades. */
export interface Account {
  /** `http://host:port` of the gateway. */
  readonly url: string;
  /** Of the entry's owner: 64 bytes, as in a Solana keypair file. */
  readonly secretKey: Uint8Array;
  /** Index of the entry in the market. */
  readonly trader: number;
}

type Json = Readonly<Record<string, unknown>>;

/** What requests are signed for: the gateway names its market. */
async function termsOf({ url, secretKey }: Account) {
  const { market } = (await (await fetch(`${url}/maintenance`)).json()) as { market: string };
  return { signer: keypairSigner(secretKey), market };
}

/** Sends an order and waits for the engine's answer, 5 s at most. */
export async function sendOrder(account: Account, order: Json) {
  const signed = await signOrder(await termsOf(account), { ...order, trader: `${account.trader}` });
  const { method, path, headers, body } = signed;
  const answer = await fetch(`${account.url}${path}?wait=5000`, { method, headers, body });
  return {
    status: answer.status,
    retryAfter: answer.headers.get('retry-after'),
    body: (await answer.json()) as Json,
  };
}

/** What becomes of this entry's trades and orders, from a cursor on (`0`: all there is), until the gateway closes the feed. */
export async function* followTrades(account: Account, from: string): AsyncGenerator<Json> {
  const socket = new WebSocket(`${account.url.replace(/^http/, 'ws')}/feed/trader`);
  try {
    const messages = on(socket, 'message', { close: ['close'] });
    await once(socket, 'open');
    const signed = await signTraderFeed(await termsOf(account), [account.trader]);
    socket.send(JSON.stringify({ ...JSON.parse(signed), from }));
    for await (const [message] of messages) yield JSON.parse(`${message}`);
  } finally {
    socket.terminate();
  }
}
