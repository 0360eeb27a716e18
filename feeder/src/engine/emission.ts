import type { TradeId } from '#client';
import { tradeId } from '#client';
import { SchemaHistory } from '../journal/schemas.ts';
import type { Schema } from '../stream/encode-event.ts';
import { encodeTradeEvent, isSchema, SCHEMA_V1 } from '../stream/encode-event.ts';
import type { StreamedTrade } from '../stream/publisher.ts';
import type { EngineTrade, SourceJournal } from './source.ts';

/** Which schema each trade is written in. A switch is in the journal before the first entry it is about. */
export class Emission {
  /** What this engine could write, lowest first. */
  readonly spoken: readonly Schema[];
  readonly #journal: SourceJournal | undefined;
  readonly #schemas: SchemaHistory;

  /** @param spoken schemas this build speaks */
  constructor(journal: SourceJournal | undefined, spoken: readonly number[]) {
    this.#journal = journal;
    this.#schemas = journal?.schemas ?? new SchemaHistory();
    this.spoken = spoken
      .toSorted((left, right) => left - right)
      .map(String)
      // What is not remembered could not be written again with the same bytes.
      .filter((schema): schema is Schema => schema === SCHEMA_V1 || (journal !== undefined && isSchema(schema)));
  }

  /** What the next new trade is written in. */
  get current(): string {
    return this.#schemas.latest;
  }

  /** The highest id that was written before a switch. */
  get lastId(): TradeId {
    return this.#schemas.lastId;
  }

  /** Why this schema is not written; empty when it can be. */
  refusalOf(wanted: string): string {
    if (this.spoken.some((schema) => schema === wanted)) return '';
    if (this.#journal === undefined) return `schema ${wanted} takes a journal; this engine keeps none`;
    return `schema ${wanted} is not spoken; this engine speaks ${this.spoken.join(', ')}`;
  }

  /** Trades behind `head` are written in this schema. @throws LockstepError JOURNAL_UNWRITABLE */
  async switchTo(schema: string, head: TradeId): Promise<void> {
    if (schema === this.current) return;
    const last = head > this.lastId ? head : this.lastId;
    await this.#journal?.addSwitch({ schema, from: tradeId(last + 1n) });
  }

  /** A release that speaks less than the one before goes on with the most it speaks. @throws LockstepError JOURNAL_UNWRITABLE */
  async takeOver(head: TradeId): Promise<void> {
    if (this.refusalOf(this.current) !== '') await this.switchTo(this.#highest, head);
  }

  /**
   * These trades as they are to be written; ids follow each other. What a release before wrote in a schema this one does not speak is
   * written in the most it speaks, from there on and for good. @throws LockstepError JOURNAL_UNWRITABLE
   */
  async inSchema(trades: readonly EngineTrade[]): Promise<EngineTrade[]> {
    const [first, last] = [trades[0], trades.at(-1)];
    if (first === undefined || last === undefined) return [];
    const from = this.#schemas.firstOutside(this.spoken, first.tradeId);
    if (from !== undefined && from <= last.tradeId) await this.#journal?.addSwitch({ schema: this.#highest, from });
    return trades.map((trade) => ({ ...trade, schema: this.#schemaOf(trade) }));
  }

  /** Whether the entry is what this engine would write now. */
  isOwn(trade: EngineTrade, { schema, payload }: StreamedTrade): boolean {
    const own = this.#schemaOf(trade);
    return schema === own && encodeTradeEvent(trade, own).equals(payload);
  }

  /** Whether it is what an engine of this journal wrote; of a schema that nobody here can read the journal's word is enough. */
  isKnown(trade: EngineTrade, { schema, payload }: StreamedTrade): boolean {
    if (!this.#schemas.hasSaid(trade.tradeId, schema)) return false;
    return !isSchema(schema) || encodeTradeEvent(trade, schema).equals(payload);
  }

  get #highest(): Schema {
    return this.spoken.at(-1) ?? SCHEMA_V1;
  }

  #schemaOf({ tradeId: id }: EngineTrade): Schema {
    const schema = this.#schemas.at(id);
    return isSchema(schema) ? schema : this.#highest;
  }
}
