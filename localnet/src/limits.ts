/** How much the node remembers. Everything else it holds is bounded by these and by the size of the accounts. */
export interface NodeLimits {
  /** Executed transactions that `getTransaction` and `getSignaturesForAddress` can find. */
  readonly transactions: number;
  /** Ended blocks that `getBlock` can find. */
  readonly blocks: number;
}

/** About 100 MB at ten accounts and twenty log lines per transaction; about seven minutes of blocks at 100 ms. */
export const DEFAULT_LIMITS: NodeLimits = { transactions: 10_000, blocks: 4_096 };

/** Blocks kept beyond the ones that are not final, so that a finalised block can always be read. */
export const MIN_SLOTS_KEPT = 8;

/** Agave's MAX_REQUEST_BODY_SIZE: the largest HTTP body, and the largest websocket message, in bytes. */
export const MAX_REQUEST_BYTES = 50 * 1024;

/** The text of a batch's answer, in bytes: the 700 calls a body has room for could ask for gigabytes. */
export const MAX_BATCH_ANSWER_BYTES = 32 * 1024 * 1024;

/** serde_json, which reads requests for Agave, follows a value no deeper. */
export const MAX_PARAMS_DEPTH = 128;

/** Subscriptions one websocket may hold: a wallet needs a handful, a mistake in a loop makes thousands. */
export const MAX_SUBSCRIPTIONS_PER_SOCKET = 10_000;

/** Notifications waiting in a socket, in bytes, before the node gives up on a reader that does not read. */
export const MAX_SOCKET_BACKLOG_BYTES = 16 * 1024 * 1024;
