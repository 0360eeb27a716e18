import { PublicKey } from '@solana/web3.js';
import { TRADE_ERROR_BASE } from '../constants.ts';
import { parseEvents } from '../events.ts';
import { idl } from '../idl.ts';
import type { TradeId } from '../units.ts';
import { anchorErrors, builtinAdvice, settlementAdvice, systemErrors, tokenErrors } from './advice.ts';
import { readRefusal, refusingProgram } from './read.ts';

/** Why a transaction was refused on-chain, and what to do about it. */
export interface ProgramRefusal {
  /** The program's custom code; -1 for a refusal of the runtime itself, which has a name only. */
  readonly code: number;
  readonly name: string;
  readonly message: string;
  readonly advice: string;
  /** Place in its transaction of the instruction that failed. */
  readonly instructionIndex?: number;
  /** The trade a batch failed on; `result` is one of `ResultCode`. */
  readonly trade?: { readonly index: number; readonly tradeId: TradeId; readonly result: number };
}

const BUILTIN_CODE = -1;
const TOKEN_PROGRAM = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';
const SYSTEM_PROGRAM = '11111111111111111111111111111111';

/**
 * Names a refusal by any program. Undefined when `err` is none: a network error, an expired blockhash, a success.
 * @param logs of the transaction, when the error does not carry them; they tell whose code it is and which trade failed
 */
export function explainError(err: unknown, logs?: readonly string[]): ProgramRefusal | undefined {
  const reported = readRefusal(err);
  if (reported.refusal === undefined) return undefined;
  const { error, instructionIndex } = reported.refusal;
  const lines = logs ?? reported.logs;
  const program = refusingProgram(lines);
  const named = typeof error === 'string' ? builtin(error) : custom(error, program);
  const trade = program === undefined ? undefined : rejectedTrade(lines, program, named.code);
  return { ...named, ...(instructionIndex === undefined ? {} : { instructionIndex }), ...(trade ? { trade } : {}) };
}

/** Why the program passed over a trade of a V2 batch. @param result one of `ResultCode` */
export const explainResult = (result: number): ProgramRefusal => custom(TRADE_ERROR_BASE + result, undefined);

function builtin(name: string): ProgramRefusal {
  const advice = builtinAdvice[name] ?? 'Read the logs of the transaction.';
  return { code: BUILTIN_CODE, name, message: `the runtime refused: ${name}`, advice };
}

function custom(code: number, program: string | undefined): ProgramRefusal {
  if (program === TOKEN_PROGRAM) return foreign('the token program', code, tokenErrors[code]);
  if (program === SYSTEM_PROGRAM) return foreign('the system program', code, systemErrors[code]);
  const known = idl.errors.find((error) => error.code === code);
  if (known === undefined) return foreign('a program', code, anchorErrors[code]);
  const advice = new Map<string, string>(Object.entries(settlementAdvice)).get(known.name);
  return { code, name: known.name, message: known.msg ?? known.name, advice: advice ?? 'Upgrade this client.' };
}

function foreign(who: string, code: number, known: { name: string; advice: string } | undefined): ProgramRefusal {
  const name = known?.name ?? `Custom${code}`;
  const advice = known?.advice ?? 'Read the logs of the transaction.';
  return { code, name, message: `${who} refused with code ${code}`, advice };
}

function rejectedTrade(logs: readonly string[], program: string, code: number): ProgramRefusal['trade'] {
  const rejected = parseEvents(logs, new PublicKey(program)).findLast((event) => event.name === 'TradeRejected');
  const { index, tradeId, code: result } = rejected?.data ?? {};
  if (typeof index !== 'number' || typeof tradeId !== 'bigint' || typeof result !== 'number') return undefined;
  return code === TRADE_ERROR_BASE + result ? { index, tradeId: tradeId as TradeId, result } : undefined;
}
