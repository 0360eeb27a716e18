import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { z } from 'zod';

/** What a method answers; `undefined` leaves the caller without an answer. */
export type Answers = Record<string, ((params: readonly unknown[]) => unknown) | undefined>;

export interface RpcNode {
  readonly url: string;
  readonly calls: { readonly method: string; readonly params: readonly unknown[] }[];
}

const request = z.object({ id: z.unknown(), method: z.string(), params: z.array(z.unknown()).default([]) });

/** A JSON-RPC server that says what a test puts into its mouth, gone with the test file. */
export async function rpcNode(answers: Answers): Promise<RpcNode> {
  const calls: RpcNode['calls'] = [];
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const { id, method, params } = request.parse(JSON.parse(Buffer.concat(chunks).toString()));
    calls.push({ method, params });
    const answer = answers[method];
    if (answer === undefined) return;
    outgoing.setHeader('content-type', 'application/json');
    try {
      outgoing.end(JSON.stringify({ jsonrpc: '2.0', id, result: answer(params) }));
    } catch (error) {
      outgoing.end(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32_000, message: `${error}` } }));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, calls };
}
