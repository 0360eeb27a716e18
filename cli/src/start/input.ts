import type { Decimal, InputSurvey, MarketTerms, TradeInput } from '#feeder';
import {
  csvInput,
  describeInstrument,
  flowInput,
  formatDecimal,
  InputError,
  instrumentOf,
  openTradeFile,
  parseDecimal,
  surveyInput,
} from '#feeder';
import type { StartOptions } from './options.ts';
import { count } from './progress.ts';

export interface SurveyedInput {
  readonly input: TradeInput;
  readonly survey: InputSurvey;
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
  const input =
    options.trades === undefined
      ? flowInput(instrumentOf(tick ?? DEFAULT_TICK, lot ?? DEFAULT_LOT), { traders, seed, count: options.count })
      : await csvInput(await openTradeFile(options.trades, spoolDir), {
          traders,
          seed,
          count: options.count,
          tick,
          lot,
        });
  const survey = await surveyInput(input, terms, signal);
  if (survey.accepted === 0) throw nothingToSettle(input, survey);
  return { input, survey };
}

/** One line for people. */
export function describeInput({ input, survey }: SurveyedInput): string {
  const bad = survey.rejected === 0 ? '' : `, ${count(survey.rejected)} rows rejected`;
  return `input ${input.origin}: ${count(survey.accepted)} trades, ${describeInstrument(input.instrument)}${bad}`;
}

function nothingToSettle(input: TradeInput, { rejected, rejections }: InputSurvey): InputError {
  const first = rejections[0];
  const example = first === undefined ? '' : `; the first, line ${first.line}: ${first.reason}`;
  const { tick, lot } = input.instrument;
  return new InputError(
    'NO_TRADES',
    `${input.origin}: none of ${rejected} rows can be settled${example}`,
    `Correct the rows, or declare --tick and --lot that fit them (used: ${formatDecimal(tick)}, ${formatDecimal(lot)}).`,
  );
}

function decimal(text: string): Decimal {
  const value = parseDecimal(text);
  if (value === undefined) throw new Error(`${text} is no decimal`);
  return value;
}
