import type { TradeId } from '#client';
import { tradeId } from '#client';
import { SCHEMA_V1 } from '../stream/encode-event.ts';

/** From this id on trades have this schema, whatever was said of them before. */
export interface SchemaSwitch {
  /** Value of field `v`; another build may speak more than this one. */
  readonly schema: string;
  readonly from: TradeId;
}

/** Which schema each trade id is written in: 1, until a switch says otherwise. */
export class SchemaHistory {
  readonly #said: SchemaSwitch[] = [];
  /** What of it holds, in the order of ids. */
  readonly #inForce: SchemaSwitch[] = [];
  #lastId = tradeId(0);

  clear(): void {
    this.#said.length = 0;
    this.#inForce.length = 0;
    this.#lastId = tradeId(0);
  }

  add(change: SchemaSwitch): void {
    this.#said.push(change);
    if (change.from > this.#lastId + 1n) this.#lastId = tradeId(change.from - 1n);
    while ((this.#inForce.at(-1)?.from ?? 0n) >= change.from) this.#inForce.pop();
    this.#inForce.push(change);
  }

  get size(): number {
    return this.#said.length;
  }

  /** The schema of all ids behind the last switch. */
  get latest(): string {
    return this.#inForce.at(-1)?.schema ?? SCHEMA_V1;
  }

  /** The highest id known to have been written before a switch; 0 without one. */
  get lastId(): TradeId {
    return this.#lastId;
  }

  at(id: TradeId): string {
    return this.#inForce[this.#placeOf(id)]?.schema ?? SCHEMA_V1;
  }

  /** Whether an entry of this id may have been written so, now or before a later switch took it back. */
  hasSaid(id: TradeId, schema: string): boolean {
    return schema === SCHEMA_V1 || this.#said.some((change) => change.schema === schema && change.from <= id);
  }

  /** The first of the ids from `first` on whose schema is none of these. */
  firstOutside(schemas: readonly string[], first: TradeId): TradeId | undefined {
    if (!schemas.includes(this.at(first))) return first;
    return this.#inForce.slice(this.#placeOf(first) + 1).find(({ schema }) => !schemas.includes(schema))?.from;
  }

  /** Index of the switch that decides about an id; -1 when none does. */
  #placeOf(id: TradeId): number {
    let [low, high] = [0, this.#inForce.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#inForce[middle]?.from ?? 0n) <= id) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
