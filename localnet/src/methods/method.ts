import type { Json } from '../json.ts';
import type { LocalNode } from '../node.ts';
import { asU64, type Config, type Params } from '../params.ts';
import { RpcError, RpcErrorCode } from '../rpc-error.ts';
import type { Commitment } from '../timeline.ts';
import { AGAVE_VERSION } from '../version.ts';

/** What methods may use. They run to their end in one turn, so each sees one state of the chain. */
export interface MethodContext {
  readonly node: LocalNode;
  /** The address the node calls its own; it signs nothing. */
  readonly identity: string;
  /** `host:port` of the JSON-RPC and of the websocket server. */
  readonly addresses: { readonly rpc: string; readonly pubsub: string };
  readonly log: (message: string) => void;
}

export interface Method {
  /** Fewest and most positional parameters. */
  readonly arity: readonly [min: number, max: number];
  readonly run: (params: Params, context: MethodContext) => Json;
}

export type MethodTable = { readonly [name: string]: Method };

/** Reads `commitment` and refuses when `minContextSlot` has not been reached there. */
export function readCommitment(config: Config, node: LocalNode, name = 'commitment'): Commitment {
  const commitment = config.commitment(name);
  const { slot } = node.timeline.at(commitment);
  const wanted = config.optional('minContextSlot', asU64);
  if (wanted === undefined || slot >= wanted) return commitment;
  throw new RpcError(RpcErrorCode.MinContextSlotNotReached, 'Minimum context slot has not been reached', {
    contextSlot: slot,
  });
}

/** `{context, value}` as of a commitment. */
export function inContext(node: LocalNode, commitment: Commitment, value: Json): Json {
  return { context: { apiVersion: AGAVE_VERSION, slot: node.timeline.at(commitment).slot }, value };
}
