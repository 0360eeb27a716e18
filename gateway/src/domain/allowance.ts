/** Keys remembered at once; the ones that were seen longest ago are forgotten first, and begin with a full allowance again. */
const MAX_KEYS = 50_000;
const MINUTE_MS = 60_000;

interface Bucket {
  tokens: number;
  atMs: number;
}

/** So many a minute of each key, all of them at once if need be; what was used comes back evenly. */
export class Allowance {
  readonly #perMinute: number;
  readonly #nowMs: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(perMinute: number, nowMs: () => number) {
    this.#perMinute = perMinute;
    this.#nowMs = nowMs;
  }

  /** Uses one; answers 0, or after how many seconds there is one again. */
  use(key: string): number {
    const now = this.#nowMs();
    const { tokens, atMs } = this.#buckets.get(key) ?? { tokens: this.#perMinute, atMs: now };
    const have = Math.min(this.#perMinute, tokens + ((now - atMs) / MINUTE_MS) * this.#perMinute);
    const left = have < 1 ? have : have - 1;
    // Written last again: a Map keeps the order of insertion.
    this.#buckets.delete(key);
    this.#buckets.set(key, { tokens: left, atMs: now });
    const oldest = this.#buckets.keys().next().value;
    if (this.#buckets.size > MAX_KEYS && oldest !== undefined) this.#buckets.delete(oldest);
    return have < 1 ? Math.ceil((((1 - have) / this.#perMinute) * MINUTE_MS) / 1_000) : 0;
  }
}
