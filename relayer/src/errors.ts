import { LockstepError } from '#client';

/** What the relayer itself refuses, and what to do about it. A code is never reused for something else. */
export const ERROR_ADVICE = {
  CONFIG_INVALID:
    'Correct the fields named in the message, in the file given with --config FILE or in LOCKSTEP_* environment variables; docs/reference/relayer.md lists each with unit and default.',
  KEYPAIR_UNREADABLE: 'Point `keypairFile` or `keypairEnv` at a Solana keypair: a JSON array of 64 numbers.',
  KEYPAIR_EXPOSED:
    'Make the file yours alone; if others could have read it, use a new key (a relayer: `lockstep config set-relayer`).',
  HTTP_PORT_UNAVAILABLE:
    'Free the port, or set `httpPort` to another one (0 takes any) and `httpHost` to an address of this machine.',
  CONTROL_INVALID:
    'Ask for `max_version` of 1..255, `as_v1_to` of a trade id, or both, under a request id of 1 to 64 of A-Z a-z 0-9 . _ : -',
  MAINTENANCE_RUNNING:
    'Look at it with `lockstep maintenance status`; end it with `lockstep maintenance resume --id ID` before another one begins.',
  MAINTENANCE_UNREADABLE:
    'What stands there is no maintenance: `lockstep maintenance resume` removes it, and has the engine run when a maintenance paused it.',
  MAINTENANCE_MOVED:
    'Look where it stands with `lockstep maintenance status`: somebody else moved or ended it, or Redis forgot it.',
  MAINTENANCE_INVALID:
    'Correct what the message names; an id is 1 to 64 of A-Z a-z 0-9 . _ : - and is used once, owner and reason are at most 1,024 characters.',
  REDIS_UNREACHABLE: 'Start Redis or correct `redisUrl`.',
  REDIS_EVICTS:
    'Run the command in the message and make the setting permanent: an evicted row is a forgotten signature.',
  REDIS_REFUSED:
    'Correct what Redis names (out of memory, read-only replica, a key of another type, ...), then start again; nothing was lost.',
  CHAIN_UNREACHABLE: 'Correct `rpcUrl`, or wait until the node answers.',
  RPC_OTHER_CLUSTER:
    'Correct `rpcUrl` and `fallbackRpcUrls`: all of them must be nodes of one cluster. One that is not is never asked anything.',
  MARKET_UNREADABLE: 'Check `programId` and `market`: the market must be an account of the program on this cluster.',
  LEASE_LOST: 'Nothing: the relayer claims the lane again. When two relayers take it from each other, look at both.',
  STREAM_ENTRY_INVALID:
    'The lane waits for the replay it asked for. Find out who else than the engine writes there (docs/reference/engine.md).',
  GENERATION_INVALID:
    'Let the engine write the pointer again, or set it to the generation to read: a whole number from 1.',
  TRADE_GAP:
    'The lane waits for the replay it asked for. When the engine is silent, start it; when it refuses, it says why.',
  SCHEMA_UNKNOWN: 'Run a relayer release that speaks this schema, or let the engine write the one spoken here.',
  TRADE_MALFORMED:
    'The trade was settled as a void. Look at the writer; enter a new trade when it was meant to settle.',
  V2_ONLY_TRADE:
    'Allow batch version 2 (`lockstep config set-versions`), or end the lane control that rules it out. Until then nothing overtakes the trade: an order type or a fee tier that version 1 cannot say must not be settled as another.',
  FOREIGN_SETTLEMENT:
    'Somebody else settles with this relayer key. Stop it, or rotate the key with set_relayer; compare what was settled with the engine; then acknowledge.',
  LANDING_UNPROVEN:
    'Wait: a batch counts once the market names its payload. When it stays, a node lies about statuses or about the market: use another `rpcUrl`.',
  SIMULATION_DISPUTED:
    'Wait: a node that lags agrees soon. When it stays, one of the endpoints named lies about the program or is broken: take it out of `rpcUrl` and `fallbackRpcUrls`.',
  NOT_LANDING:
    'The lane goes on sending and signing. When it stays, the cluster is congested (raise `computeUnitPrice`) or the node swallows transactions: add another endpoint.',
  SETTLEMENT_UNKNOWN:
    'Wait: the lane goes on by itself once it could compare. When it stays, point `rpcUrl` at a node that keeps the history of the market, or let the engine replay the trades named.',
  CHAIN_BEHIND_JOURNAL:
    'The journal belongs to another chain, or the RPC node is far behind. Point at the right node, or use an empty Redis for a new chain.',
  PROGRAM_REFUSED: 'Nothing was settled for this batch. Follow the advice of the program error in the message.',
  ATTEMPTS_EXHAUSTED: 'Look at the failing transactions on an explorer; the lane resumes where it stopped.',
  JOURNAL_UNREADABLE: 'Run the relayer release that wrote the row; do not edit rows by hand.',
  INVARIANT_BROKEN: 'Nothing more was sent. Keep the Redis data and report this.',
} as const;

export type RelayerErrorCode = keyof typeof ERROR_ADVICE;

/** Never retried: whoever gets one stops the lane. What may pass by itself is a `TransientError`. */
export function relayerError(code: RelayerErrorCode, message: string, options?: ErrorOptions): LockstepError {
  return new LockstepError(code, message, ERROR_ADVICE[code], options);
}

export const adviceFor = (code: RelayerErrorCode): string => ERROR_ADVICE[code];

/**
 * The outside world did not answer, or not usefully: nothing was learned and the call may be repeated.
 * Never proof that a transaction does not exist.
 */
export class TransientError extends Error {
  override readonly name = 'TransientError';
  readonly code: 'RPC_UNAVAILABLE' | 'RPC_BEHIND' | 'QUEUE_UNAVAILABLE';

  constructor(code: TransientError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * The chain stands where this run of the lane cannot go on from, and nothing is wrong: ends the run. The next one recovers from
 * the chain's cursor.
 */
export class LaneRestart extends Error {
  override readonly name = 'LaneRestart';
}
