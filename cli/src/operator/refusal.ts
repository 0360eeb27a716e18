import type { ProgramRefusal } from '#client';
import { explainError, LockstepError } from '#client';

/** A refusal under the program's own name and number. */
export const refusalError = ({ code, name, message, advice }: ProgramRefusal, context = ''): LockstepError =>
  new LockstepError(name, `${message}${code < 0 ? '' : ` (${code})`}${context}`, advice);

/** What a transaction failed with, from the node's `err`; a failure of the transaction itself has advice of ours. */
export function failureError(err: unknown, logs?: readonly string[]): LockstepError {
  const refusal = explainError(err, logs);
  if (refusal !== undefined) return refusalError(refusal);
  const reason = typeof err === 'string' ? err : JSON.stringify(err);
  const advice = transactionAdvice[reason] ?? 'Look the reason up in the documentation of Solana transactions.';
  return new LockstepError('TRANSACTION_FAILED', `the node refuses the transaction: ${reason}`, advice);
}

const FUND_PAYER = 'Give the paying key some lamports: a signature costs 5,000.';

const transactionAdvice: Readonly<Record<string, string>> = {
  AccountNotFound: `${FUND_PAYER} With --export, --fee-payer names another one.`,
  InsufficientFundsForFee: FUND_PAYER,
  InvalidAccountForFee: 'Name a wallet as --fee-payer: an account with data cannot pay.',
};
