import { Connection } from '@solana/web3.js';
import { TransientError } from '../../errors.ts';

export interface RpcOptions {
  readonly rpcUrl: string;
  /** Milliseconds after which a call counts as unanswered. */
  readonly timeoutMs: number;
}

/** Bytes of an answer, unpacked. The largest that is needed, a block's worth of logs, is far below. */
const MAX_ANSWER_BYTES = 16 * 1_024 * 1_024;

export function createConnection({ rpcUrl, timeoutMs }: RpcOptions): Connection {
  return new Connection(rpcUrl, {
    // web3.js has no timeout of its own, and its own retries would hide a node that refuses.
    fetch: async (input, init) => bounded(await fetch(input, { ...init, signal: AbortSignal.timeout(timeoutMs) })),
    disableRetryOnRateLimit: true,
  });
}

/** The answer, which breaks off with an error where it becomes too long; nothing more is read then. */
function bounded(answer: Response): Response {
  let bytes = 0;
  const limit = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > MAX_ANSWER_BYTES) throw new TransientError('RPC_UNAVAILABLE', `more than ${MAX_ANSWER_BYTES} bytes`);
      controller.enqueue(chunk);
    },
  });
  const { status, statusText, headers } = answer;
  return new Response(answer.body?.pipeThrough(limit) ?? null, { status, statusText, headers });
}

/** Whatever went wrong with a call taught us nothing, an answer that can't be read included: the next node may know better. */
export async function asked<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof TransientError) throw cause;
    throw new TransientError('RPC_UNAVAILABLE', `${what}: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}
