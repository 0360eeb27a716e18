import type { Json } from './json.ts';

/** Error codes of JSON-RPC 2.0 and of Agave's RPC, as clients know them. Never reused. */
export const RpcErrorCode = {
  ParseError: -32700,
  InvalidRequest: -32600,
  MethodNotFound: -32601,
  InvalidParams: -32602,
  InternalError: -32603,
  BlockCleanedUp: -32001,
  PreflightFailure: -32002,
  BlockNotAvailable: -32004,
  /** Agave's "node is unhealthy"; providers say "limit exceeded" with it, and so does this node. */
  LimitExceeded: -32005,
  SlotSkipped: -32007,
  UnsupportedTransactionVersion: -32015,
  MinContextSlotNotReached: -32016,
  TransactionNotFound: -32020,
} as const;

/** An answer that is an error. Anything else that is thrown while answering is a bug and becomes InternalError. */
export class RpcError extends Error {
  readonly code: number;
  readonly data: Json;

  constructor(code: number, message: string, data?: Json) {
    super(message);
    this.name = 'RpcError';
    this.code = code;
    this.data = data;
  }

  toJson(): Json {
    return { code: this.code, message: this.message, data: this.data };
  }
}

export function invalidParams(message: string, data?: Json): RpcError {
  return new RpcError(RpcErrorCode.InvalidParams, message, data);
}

export function invalidRequest(message: string): RpcError {
  return new RpcError(RpcErrorCode.InvalidRequest, message);
}
