/** What the client itself refuses, before or after the chain has spoken, and what to do about it. */
const advice = {
  OUT_OF_RANGE: 'Pass a whole, non-negative number that fits the unit; u64 values go in as bigint or decimal text.',
  EMPTY_BATCH: 'Send at least the version byte; an empty payload is no batch.',
  UNKNOWN_BATCH_VERSION: 'Use a client release that speaks this batch version.',
  MALFORMED_BATCH: 'Compare the bytes with tests/golden; do not send them.',
  TREE_FULL: 'Move the market to a new state tree before it settles anything more.',
  LEAF_UNKNOWN: 'Rebuild the tree up to the batch first, then ask for the proof.',
  TRADE_UNKNOWN: 'Look the trade up in the batch that spent its id.',
  PROOF_INVALID: 'Do not rely on this proof; ask its author for one made for this program, market and root.',
  ACCOUNT_MISSING: 'Check the address and the cluster; the account may not have been created yet.',
  ACCOUNT_UNREADABLE:
    'Check that the address belongs to this program and that idl/settlement.json is the deployed one.',
  IDL_INCOMPLETE: 'Run `npm run generate`; the committed IDL lacks something the client reads.',
} as const;

export type ClientErrorCode = keyof typeof advice;

/** An error somebody has to act on: `code` names it for programs, `advice` tells the operator the next step. */
export class LockstepError extends Error {
  override readonly name = 'LockstepError';
  readonly code: string;
  readonly advice: string;

  constructor(code: string, message: string, advice: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.advice = advice;
  }
}

/** The client's own refusals, each with the advice that belongs to its code. */
export function clientError(code: ClientErrorCode, message: string, options?: ErrorOptions): LockstepError {
  return new LockstepError(code, message, advice[code], options);
}
