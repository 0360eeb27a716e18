/** JSON-RPC 2.0 as Agave speaks it: one body in, one body out, over HTTP and websocket alike. */
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { DROPPED, type FaultSubject, type Faults, withFaults } from './faults.ts';
import { type Json, stringify } from './json.ts';
import { MAX_BATCH_ANSWER_BYTES } from './limits.ts';
import { RpcError, RpcErrorCode } from './rpc-error.ts';

/** Carries a method out; throws {@link RpcError} for every answer that is an error. */
export type RunMethod = (method: string, params: unknown) => Json;

export interface RpcOptions {
  readonly run: RunMethod;
  readonly transport: FaultSubject['transport'];
  readonly faults: Faults | undefined;
  /** Told about exceptions that are no answers: bugs. */
  readonly log: (message: string) => void;
}

type Id = string | number | null;

interface Call {
  readonly id: Id;
  readonly method: string;
  readonly params: unknown;
}

/** The answer's text; empty for notifications and empty batches; {@link DROPPED} when a fault swallowed it. */
export async function answer(body: string, options: RpcOptions): Promise<string | typeof DROPPED> {
  const parsed = parseJson(body);
  if (Array.isArray(parsed)) return answerBatch(parsed, options);
  return isObject(parsed) ? answerOne(parsed, options) : PARSE_ERROR;
}

const PARSE_ERROR = errorText(null, new RpcError(RpcErrorCode.ParseError, 'Parse error'));

const BATCH_TOO_LARGE = errorText(
  null,
  new RpcError(RpcErrorCode.LimitExceeded, `The batch's answer is larger than ${MAX_BATCH_ANSWER_BYTES} bytes`),
);

/**
 * Agave cannot read a batch in which anything is not an object, so the whole of it is a parse error. The clock and other
 * clients have their turn between the calls. A batch whose answer gets too large ends there; what it did stays done.
 */
async function answerBatch(requests: readonly unknown[], options: RpcOptions): Promise<string | typeof DROPPED> {
  if (!requests.every(isObject)) return PARSE_ERROR;
  const answers: string[] = [];
  let bytes = 0;
  for (const request of requests) {
    const text = await answerOne(request, options);
    if (text === DROPPED) return DROPPED;
    if (text !== '') answers.push(text);
    bytes += Buffer.byteLength(text);
    if (bytes > MAX_BATCH_ANSWER_BYTES) return BATCH_TOO_LARGE;
    await yieldToOthers();
  }
  return answers.length === 0 ? '' : `[${answers.join(',')}]`;
}

async function answerOne(request: object, options: RpcOptions): Promise<string | typeof DROPPED> {
  const call = readCall(request);
  if (call instanceof RpcError) return errorText(idOf(request), call);
  try {
    const subject = { method: call.method, params: call.params, transport: options.transport };
    const result = await withFaults(options.faults, subject, () => options.run(call.method, call.params));
    if (result === DROPPED) return DROPPED;
    return 'id' in request ? `{"jsonrpc":"2.0","result":${stringify(result)},"id":${stringify(call.id)}}` : '';
  } catch (cause) {
    return 'id' in request ? errorText(call.id, toRpcError(cause, call, options)) : '';
  }
}

function readCall(request: object): Call | RpcError {
  if (!('jsonrpc' in request)) {
    return new RpcError(RpcErrorCode.InvalidRequest, 'Unsupported JSON-RPC protocol version');
  }
  if (request.jsonrpc !== '2.0' || !('method' in request) || typeof request.method !== 'string') {
    return new RpcError(RpcErrorCode.InvalidRequest, 'Invalid request');
  }
  return { id: idOf(request), method: request.method, params: 'params' in request ? request.params : undefined };
}

function idOf(request: object): Id {
  if (!('id' in request)) return null;
  return typeof request.id === 'string' || typeof request.id === 'number' ? request.id : null;
}

function toRpcError(cause: unknown, call: Call, { log }: RpcOptions): RpcError {
  if (cause instanceof RpcError) return cause;
  log(`${call.method} failed: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`);
  return new RpcError(RpcErrorCode.InternalError, 'Internal error');
}

function errorText(id: Id, error: RpcError): string {
  return `{"jsonrpc":"2.0","error":${stringify(error.toJson())},"id":${stringify(id)}}`;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
