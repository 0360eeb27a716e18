import { PublicKey } from '@solana/web3.js';
import { toJson } from '../output.ts';

/** Something that is not as it must be. */
export interface Difference {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
}

/** One fault often makes many differences; the first ones tell. */
const MAX_DIFFERENCES = 20;

/** Collects what differs. */
export class Differences {
  readonly #found: Difference[];

  constructor(found: readonly Difference[] = []) {
    this.#found = [...found];
  }

  get list(): readonly Difference[] {
    return this.#found;
  }

  add(what: string, expected: unknown, found: unknown): void {
    if (this.#found.length < MAX_DIFFERENCES)
      this.#found.push({ what, expected: textOf(expected), found: textOf(found) });
  }

  /** Holds everything `expected` names against `found`, which may have more. */
  compare(what: string, expected: unknown, found: unknown): void {
    if (Array.isArray(expected) && Array.isArray(found)) {
      if (expected.length !== found.length) this.add(`${what}.length`, expected.length, found.length);
      for (const [i, each] of expected.entries()) this.compare(`${what}[${i}]`, each, found[i]);
    } else if (isRecord(expected) && isRecord(found)) {
      for (const [key, each] of Object.entries(expected)) this.compare(`${what}.${key}`, each, found[key]);
    } else if (textOf(expected) !== textOf(found)) {
      this.add(what, expected, found);
    }
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !(value instanceof PublicKey) && !(value instanceof Uint8Array);

/** The same text for the same value: counts are bigint on one side and number on the other. */
function textOf(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string') return `${value}`;
  return toJson(value) ?? 'nothing';
}
