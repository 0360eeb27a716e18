import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Reason } from '#gate/can-ship';
import { refusalReason } from './reason.ts';

/** Stands between relayer and node, and sees every instruction that is refused, whatever the relayer makes of it. */
export interface Tap {
  readonly url: string;
  /** Each refusal once, in the order they came. */
  refusals(): readonly Reason[];
  close(): Promise<void>;
}

/** A relayer tries again; the first ones tell. */
const MAX_REFUSALS = 20;

interface Refused {
  readonly err?: unknown;
  readonly logs?: readonly string[] | null;
}
interface Answer {
  readonly result?: { readonly value?: unknown };
  readonly error?: { readonly data?: Refused };
}

export async function openTap(target: string): Promise<Tap> {
  const refusals = new Map<string, Reason>();
  const note = (method: string, { err, logs }: Refused) => {
    const found = refusalReason(err, logs ?? [], WHERE[method] ?? method);
    if (found !== undefined && refusals.size < MAX_REFUSALS)
      refusals.set(found.message, refusals.get(found.message) ?? found);
  };
  const look = (asked: string, answered: string) => {
    const calls = listOf(asked);
    for (const [at, answer] of listOf(answered).entries()) {
      const method = (calls[at] as { method?: string } | undefined)?.method ?? '';
      const { result, error } = answer as Answer;
      if (method === 'simulateTransaction') note(method, (result?.value ?? {}) as Refused);
      if (method === 'sendTransaction' && error?.data !== undefined) note(method, error.data);
      if (method === 'getSignatureStatuses')
        for (const each of listed(result?.value)) note(method, (each ?? {}) as Refused);
    }
  };
  const server = createServer((request, response) => {
    void forward(request, target).then(
      ({ asked, status, answered }) => {
        look(asked, answered);
        response.writeHead(status, { 'content-type': 'application/json' }).end(answered);
      },
      () => response.writeHead(502).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refusals: () => [...refusals.values()],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const WHERE: Readonly<Record<string, string>> = {
  simulateTransaction: 'the program refused a transaction before it was sent',
  sendTransaction: 'the program refused a transaction when it was sent',
  getSignatureStatuses: 'a transaction landed and failed',
};

async function forward(request: IncomingMessage, target: string) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const asked = Buffer.concat(chunks).toString();
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(target, { method: request.method ?? 'POST', headers, body: asked });
  return { asked, status: response.status, answered: await response.text() };
}

function listOf(text: string): readonly unknown[] {
  try {
    const json: unknown = JSON.parse(text);
    return Array.isArray(json) ? json : [json];
  } catch {
    return [];
  }
}

const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
