import type { Decimal, InputSurvey, MarketTerms, TradeInput } from '#feeder';
import {
  csvInput,
  describeInstrument,
  flowInput,
  formatDecimal,
  InputError,
  instrumentOf,
  largestAmounts,
  openTradeFile,
  parseDecimal,
  surveyInput,
} from '#feeder';
import type { StartOptions } from './options.ts';
import { count, plural } from './progress.ts';

export interface SurveyedInput {
  readonly input: TradeInput;
  readonly survey: InputSurvey;
  /** Where the rows are, for whoever reads them again; undefined for generated trades. */
  readonly path?: string | undefined;
}

/** Of generated trades: a BTC-like market. */
const DEFAULT_TICK = decimal('0.01');
const DEFAULT_LOT = decimal('0.0001');

/**
 * Reads the input once, before anything is started.
 * @throws InputError TRADES_FILE_*, NO_TRADES; the signal's reason
 */
export async function surveyedInput(
  options: StartOptions,
  terms: MarketTerms,
  spoolDir: () => Promise<string>,
  signal: AbortSignal,
): Promise<SurveyedInput> {
  const { traders, seed, tick, lot } = options;
  const file = options.trades === undefined ? undefined : await openTradeFile(options.trades, spoolDir, signal);
  const input =
    file === undefined
      ? flowInput(instrumentOf(tick ?? DEFAULT_TICK, lot ?? DEFAULT_LOT), { traders, seed, count: options.count })
      : await csvInput(file, { traders, seed, count: options.count, tick, lot }, signal);
  const survey = await surveyInput(input, terms, signal);
  if (survey.accepted === 0) throw nothingToSettle(input, survey);
  return { input, survey, path: file?.path };
}

/** One line for people. */
export function describeInput({ input, survey }: SurveyedInput): string {
  const bad = survey.rejected === 0 ? '' : `, ${plural(survey.rejected, 'row')} rejected`;
  return `input ${input.origin}: ${plural(survey.accepted, 'trade')}, ${describeInstrument(input.instrument)}${bad}`;
}

/** Why rows were too large for the chain, and what to do; undefined when none was. */
export function describeTooLarge({ input, survey }: SurveyedInput): string | undefined {
  if (survey.tooLarge === 0) return undefined;
  const { instrument } = input;
  const most = largestAmounts(instrument);
  return (
    `${plural(survey.tooLarge, 'row')} rejected as too large: with ${describeInstrument(instrument)} the quote mint has ` +
    `${plural(instrument.quoteDecimals, 'decimal')}, and a trade, or all deposits together, can be at most ` +
    `${count(most.quote)} quote and ${count(most.base)} base. Declare a larger --tick or --lot; rows off these steps are rejected.`
  );
}

function nothingToSettle(input: TradeInput, survey: InputSurvey): InputError {
  const { rejected, rejections } = survey;
  const first = rejections[0];
  const example = first === undefined ? '' : `; the first, line ${first.line}: ${first.reason}`;
  const { tick, lot } = input.instrument;
  return new InputError(
    'NO_TRADES',
    `${input.origin}: none of ${plural(rejected, 'row')} can be settled${example}`,
    describeTooLarge({ input, survey }) ??
      `Correct the rows, or declare --tick and --lot that fit them (used: ${formatDecimal(tick)}, ${formatDecimal(lot)}).`,
  );
}

function decimal(text: string): Decimal {
  const value = parseDecimal(text);
  if (value === undefined) throw new Error(`${text} is no decimal`);
  return value;
}
