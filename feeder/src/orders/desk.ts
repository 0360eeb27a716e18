import type { TradeId } from '#client';
import { feeOf, quoteAmount, tradeId, U64_MAX } from '#client';
import type { EngineSource, OrderIntake } from '../engine/source.ts';
import type { Outcome, Refusal } from './exchange.ts';
import { Exchange, rejected } from './exchange.ts';
import type { Funds } from './funds.ts';
import type { OrderJournal } from './journal.ts';
import type { OrderLine, OrderNote, WrittenNote } from './line.ts';
import { readEntry } from './read-entry.ts';
import type { NewOrder, OrderRequest } from './schema.ts';
import type { OrderEntry, OrderStream } from './stream.ts';
import { journaledTrades } from './trades.ts';

/** Orders that wait at once: each takes memory, and a place in every pass over the journal. */
const MAX_WAITING_ORDERS = 100_000;
/** Of one trader: all of them are looked at when he sends another. */
const MAX_WAITING_ORDERS_OF_ONE = 1_000;
/** Orders of a journal: what became of each is kept in memory, and a Map holds 2^24 of them. */
const MAX_ORDERS = 8_000_000;

export interface DeskOptions {
  readonly journal: OrderJournal;
  readonly stream: OrderStream;
  /** Entries of the market: a trader's index is below. */
  readonly traders: number;
  /** Highest fee of the side that takes, in hundredths of a percent. */
  readonly takerBps: number;
  /** Decides what traders can pay; without it they can pay everything. */
  readonly funds?: Funds;
  /** For entries that nobody can be answered about: one line each. */
  readonly log?: (message: string) => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly maxOrders?: number;
  readonly maxWaitingOrders?: number;
  readonly maxWaitingOrdersOfOne?: number;
}

type IdOf = (own: TradeId) => TradeId;

/** What a decision depends on besides the orders before. */
interface Moment {
  readonly isPaused: boolean;
  readonly idOf: IdOf;
}

interface Answer {
  readonly order: string;
  readonly outcome: Outcome;
}

/**
 * Takes orders from their stream, decides about each, and writes it down before anything follows from it. What an order id was
 * answered it is answered for good.
 */
export class OrderDesk implements OrderIntake {
  readonly #options: DeskOptions;
  readonly #exchange = new Exchange();
  readonly #outcomes = new Map<string, Outcome>();
  #position = '0-0';
  /** Taken, not answered yet: those of one line of the journal at most. */
  #unanswered: Answer[] = [];

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  get identity(): string {
    return this.#options.journal.id;
  }

  get lastTrade(): TradeId {
    return tradeId(this.#exchange.lastTrade);
  }

  async open(onStep: () => Promise<unknown>): Promise<void> {
    await this.#options.journal.open((line) => this.#keep(line), onStep);
  }

  async take(isPaused: boolean, idOf: IdOf): Promise<boolean> {
    const entries = await this.#options.stream.read(this.#position);
    const last = entries.at(-1);
    if (last === undefined) return false;
    const full: Answer[] = [];
    const notes = entries.flatMap((entry) => this.#decide(entry, { isPaused, idOf }, full));
    // Until this line is synced nothing has happened: an engine that can't write it ends, and forgets.
    await this.#options.journal.append({ at: last.id, in: notes });
    this.#position = last.id;
    this.#unanswered = [...this.#answersTo(notes.map(orderOf)), ...full];
    return true;
  }

  async answer(idOf: IdOf): Promise<void> {
    if (this.#unanswered.length === 0) return;
    const { stream, now = Date.now } = this.#options;
    const atMs = `${Math.floor(now())}`;
    await stream.answer(this.#unanswered.map((answer) => fieldsOf(answer, idOf, atMs)));
    this.#unanswered = [];
  }

  close(): Promise<void> {
    return this.#options.journal.close();
  }

  /** A line found in the journal. Only of the last one may answers be missing: the next is not begun before they are given. */
  #keep(line: OrderLine): void {
    for (const note of line.in) this.#apply(note);
    this.#position = line.at;
    this.#unanswered = this.#answersTo(line.in.map(orderOf));
  }

  #apply(note: OrderNote): void {
    if ('request' in note) this.#match(note.request);
    else if ('no' in note) this.#outcomes.set(note.no, rejected(note));
  }

  #match(request: OrderRequest): void {
    const { outcome, fills } = this.#exchange.handle(request);
    this.#outcomes.set(request.order, outcome);
    for (const [at, fill] of fills.entries()) this.#options.funds?.add(tradeId(outcome.firstTrade + BigInt(at)), fill);
  }

  #answersTo(orders: readonly string[]): Answer[] {
    return orders.flatMap((order) => {
      const outcome = this.#outcomes.get(order);
      return outcome === undefined ? [] : [{ order, outcome }];
    });
  }

  /** The note of an entry, already applied, so that the next entry is decided by what this one left. */
  #decide(entry: OrderEntry, moment: Moment, full: Answer[]): WrittenNote[] {
    const { log, maxOrders = MAX_ORDERS } = this.#options;
    const read = readEntry(entry);
    const order = 'message' in read ? read.message.order : 'order' in read ? read.order : undefined;
    if (order === undefined) {
      log?.(`entry ${entry.id} of the orders is passed over: ${'why' in read ? read.why : 'it names no order'}`);
      return [];
    }
    if (this.#outcomes.has(order)) return [{ again: order }];
    if (this.#outcomes.size >= maxOrders) {
      const why = `the journal holds ${maxOrders} orders, which is all it may`;
      full.push({ order, outcome: rejected({ code: 'JOURNAL_FULL', why }) });
      return [];
    }
    if (!('message' in read)) return [this.#refuse(order, { code: 'ORDER_INVALID', why: read.why })];
    const refusal = this.#judge(read.request, moment);
    if (refusal !== undefined) return [this.#refuse(order, refusal)];
    this.#apply({ request: read.request });
    return [{ o: read.message }];
  }

  #refuse(order: string, refusal: Refusal): WrittenNote {
    const note = { no: order, ...refusal };
    this.#apply(note);
    return note;
  }

  /** Whoever cancels moves nothing: it works in a pause too. */
  #judge(request: OrderRequest, moment: Moment): Refusal | undefined {
    return 'cancel' in request ? undefined : this.#refusalOf(request, moment);
  }

  #refusalOf(order: NewOrder, { isPaused, idOf }: Moment): Refusal | undefined {
    const { traders, takerBps, funds } = this.#options;
    if (isPaused) return { code: 'MAINTENANCE', why: 'the engine is paused' };
    if (order.trader >= traders) return { code: 'TRADER_UNKNOWN', why: `the market has ${traders} entries` };
    if (order.type !== 'market' && !fits(order, takerBps)) {
      return { code: 'AMOUNT_OVERFLOW', why: 'price × quantity and the fee are beyond u64' };
    }
    const isFull = order.type === 'limit' || order.type === 'post_only' ? this.#fullness(order.trader) : undefined;
    return isFull ?? funds?.refusalOf(order, this.#exchange, idOf);
  }

  /** Whether an order that may wait still has a place. */
  #fullness(trader: number): Refusal | undefined {
    const { maxWaitingOrders = MAX_WAITING_ORDERS } = this.#options;
    const { maxWaitingOrdersOfOne = MAX_WAITING_ORDERS_OF_ONE } = this.#options;
    if (this.#exchange.waiting >= maxWaitingOrders) {
      return { code: 'BOOK_FULL', why: `${maxWaitingOrders} orders wait, which is all that may` };
    }
    if (this.#exchange.waitingOf(trader).length >= maxWaitingOrdersOfOne) {
      return { code: 'BOOK_FULL', why: `${maxWaitingOrdersOfOne} orders of this trader wait, which is all that may` };
    }
    return undefined;
  }
}

/** Trades of the orders of a desk. */
export const orderSource = (desk: OrderIntake, journal: OrderJournal): EngineSource => ({
  origin: 'orders',
  orders: desk,
  trades: () => journaledTrades(journal),
});

const orderOf = (note: OrderNote | WrittenNote): string => {
  if ('request' in note) return note.request.order;
  if ('o' in note) return note.o.order;
  return 'no' in note ? note.no : note.again;
};

/** A trade at the order's price or at a better one of the same quantity can be paid. */
function fits({ price, quantity }: Extract<NewOrder, { readonly price: unknown }>, takerBps: number): boolean {
  const amount = quoteAmount(price, quantity);
  return amount !== undefined && amount + feeOf(amount, takerBps) <= U64_MAX;
}

function fieldsOf({ order, outcome }: Answer, idOf: IdOf, atMs: string): string[] {
  const { state, code, reason, firstTrade, trades, resting } = outcome;
  const ids = Array.from({ length: trades }, (_, at) => `${idOf(tradeId(firstTrade + BigInt(at)))}`);
  return [
    ...['v', '1', 'order', order, 'state', state],
    ...(code === undefined ? [] : ['code', code]),
    ...(reason === undefined ? [] : ['reason', reason]),
    ...['trades', JSON.stringify(ids), 'resting', `${resting}`, 'at_ms', atMs],
  ];
}
