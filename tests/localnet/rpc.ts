/** Raw JSON-RPC, for what client libraries hide: error codes, shapes, transports. */
import assert from 'node:assert/strict';

/** A JSON value that is taken apart by assertions; a member that is not there is undefined. */
export interface Loose {
  readonly [member: string | number]: Loose | undefined;
}

export interface RpcAnswer {
  readonly result?: Loose;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: Loose };
}

export async function rpc(url: string, method: string, params?: unknown): Promise<RpcAnswer> {
  const call = { jsonrpc: '2.0', id: 1, method, params };
  return JSON.parse(await post(url, JSON.stringify(call)));
}

/** The result; fails the test when the answer is an error. */
export async function result(url: string, method: string, params?: unknown): Promise<Loose | undefined> {
  const answer = await rpc(url, method, params);
  assert.equal(answer.error, undefined, `${method}: ${JSON.stringify(answer.error)}`);
  return answer.result;
}

/** Fails the test unless the call is refused with this code and a message that matches. Answers the error's data. */
export async function refused(
  url: string,
  method: string,
  params: unknown,
  code: number,
  message: RegExp,
): Promise<Loose | undefined> {
  const { error } = await rpc(url, method, params);
  assert.equal(error?.code, code, `${method}: ${JSON.stringify(error)}`);
  assert.match(error?.message ?? '', message);
  return error?.data;
}

export async function post(url: string, body: string): Promise<string> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return response.text();
}
