import type { Order } from './order.ts';

/** An order in the book, and the lots of it not yet filled. */
export interface Waiting {
  readonly order: Order;
  left: bigint;
}

/** The orders at one price, earliest first; never empty while it is in the book. */
export class Level {
  readonly price: bigint;
  readonly #queue = new Map<number, Waiting>();

  constructor(price: bigint) {
    this.price = price;
  }

  get isEmpty(): boolean {
    return this.#queue.size === 0;
  }

  first(): Waiting {
    const waiting = this.#queue.values().next().value;
    if (waiting === undefined) throw new Error(`the level at ${this.price} is empty`);
    return waiting;
  }

  /** Earliest first. */
  waiting(): IterableIterator<Readonly<Waiting>> {
    return this.#queue.values();
  }

  push(waiting: Waiting): void {
    this.#queue.set(waiting.order.id, waiting);
  }

  remove(id: number): void {
    this.#queue.delete(id);
  }
}

/** One side of a book: its levels sorted, the best last, where taking it away costs nothing. */
export class PriceLevels {
  readonly #levels: Level[] = [];
  readonly #order: 'highest-first' | 'lowest-first';

  constructor(order: 'highest-first' | 'lowest-first') {
    this.#order = order;
  }

  best(): Level | undefined {
    return this.#levels.at(-1);
  }

  /** Best first. */
  *all(): Generator<Level> {
    for (let at = this.#levels.length - 1; at >= 0; at -= 1) {
      const level = this.#levels[at];
      if (level !== undefined) yield level;
    }
  }

  /** The level at this price, new if there is none. */
  at(price: bigint): Level {
    const place = this.#placeOf(price);
    const found = this.#levels[place];
    if (found?.price === price) return found;
    const level = new Level(price);
    this.#levels.splice(place, 0, level);
    return level;
  }

  /** Takes an order out, and its level when it was the last there. */
  remove(price: bigint, id: number): void {
    const place = this.#placeOf(price);
    const level = this.#levels[place];
    if (level?.price !== price) return;
    level.remove(id);
    if (level.isEmpty) this.#levels.splice(place, 1);
  }

  /** First place whose level is not worse than `price`. */
  #placeOf(price: bigint): number {
    let low = 0;
    let high = this.#levels.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const level = this.#levels[middle];
      if (level !== undefined && this.#isWorse(level.price, price)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #isWorse(price: bigint, than: bigint): boolean {
    return this.#order === 'highest-first' ? price < than : price > than;
  }
}
