import type { Decimal } from '../decimal.ts';
import { formatDecimal, wholeSteps } from '../decimal.ts';
import type { FundingPlan } from '../funding.ts';
import type { Instrument } from '../instrument.ts';
import { instrumentOf } from '../instrument.ts';
import { LaneIntake } from '../intake.ts';
import type { InputRow } from '../rows.ts';
import { rejection } from '../rows.ts';
import type { InputOptions, TradeInput } from '../trade-input.ts';
import type { Parties } from '../traders.ts';
import { partiesBySeed } from '../traders.ts';
import type { TradeFile } from './file.ts';
import { readTradeRows } from './file.ts';
import { KnownIds } from './known-ids.ts';
import { inferSteps } from './steps.ts';
import type { ParsedRow, TradeRow } from './trade-row.ts';

export interface CsvOptions extends InputOptions {
  /** Default: the smallest step the file's prices need. */
  readonly tick: Decimal | undefined;
  /** Default: the smallest step the file's quantities need. */
  readonly lot: Decimal | undefined;
}

/**
 * The trades of a file.
 * @throws InputError TRADES_FILE_HEADER, TRADES_FILE_EMPTY, TRADES_FILE_UNREADABLE; the signal's reason
 */
export async function csvInput(file: TradeFile, options: CsvOptions, signal: AbortSignal): Promise<TradeInput> {
  const { tick, lot } = options;
  const steps =
    tick !== undefined && lot !== undefined
      ? { tick, lot }
      : await inferSteps(untilAborted(firstRows(file, options.count), signal), options);
  const instrument = instrumentOf(steps.tick, steps.lot);
  const parties = partiesBySeed(options.seed, options.traders);
  return {
    instrument,
    origin: file.name,
    rows: (funding) => laneRows(file, { instrument, parties, funding, count: options.count }),
  };
}

interface Pass {
  readonly instrument: Instrument;
  readonly parties: (tradeId: bigint) => Parties;
  readonly funding: FundingPlan;
  readonly count: number | undefined;
}

async function* laneRows(file: TradeFile, pass: Pass): AsyncGenerator<InputRow> {
  const intake = new LaneIntake(pass.funding);
  const known = new KnownIds();
  for await (const parsed of firstRows(file, pass.count)) {
    yield 'row' in parsed ? laneRow(parsed.row, { ...pass, intake, known }) : parsed;
  }
}

function laneRow(row: TradeRow, pass: Pass & { intake: LaneIntake; known: KnownIds }): InputRow {
  const { instrument, parties, intake, known } = pass;
  const ticks = wholeSteps(row.price, instrument.tick);
  if (ticks === undefined) return offStep(row.line, 'price', row.price, 'tick', instrument.tick);
  const quantity = wholeSteps(row.quantity, instrument.lot);
  if (quantity === undefined) return offStep(row.line, 'quantity', row.quantity, 'lot', instrument.lot);
  if (known.has(row.id)) return rejection(row.line, 'ID_DUPLICATE', `trade_id ${row.id} is in the file already`);
  const taken = intake.take({
    line: row.line,
    reference: row.id,
    ...parties(row.id),
    price: ticks * instrument.priceUnit,
    quantity,
    takerIsBuyer: row.takerIsBuyer,
    orderType: row.orderType,
    feeTier: row.feeTier,
  });
  if ('accepted' in taken) known.add(row.id);
  return taken;
}

const offStep = (line: number, what: string, value: Decimal, step: string, size: Decimal): InputRow =>
  rejection(line, 'OFF_STEP', `${what} ${formatDecimal(value)} is no multiple of the ${step} ${formatDecimal(size)}`);

async function* untilAborted(rows: AsyncIterable<ParsedRow>, signal: AbortSignal): AsyncGenerator<ParsedRow> {
  for await (const row of rows) {
    signal.throwIfAborted();
    yield row;
  }
}

async function* firstRows(file: TradeFile, count: number | undefined): AsyncGenerator<ParsedRow> {
  let rows = 0;
  for await (const parsed of readTradeRows(file)) {
    yield parsed;
    rows += 1;
    if (rows === count) return;
  }
}
