import { U64_MAX } from '#client';
import type { Decimal } from '../decimal.ts';
import { reduced, scaled } from '../decimal.ts';
import { instrumentOf, MAX_DECIMALS } from '../instrument.ts';
import type { ParsedRow } from './trade-row.ts';

export interface Steps {
  readonly tick: Decimal;
  readonly lot: Decimal;
}

/**
 * The steps nobody declared, such that every readable row is on them: one unit of the last decimal in use. Where the amounts of all
 * rows together are beyond u64 atoms at these, the largest steps the values have in common, if they make the quote atom larger.
 */
export async function inferSteps(
  rows: AsyncIterable<ParsedRow>,
  declared: { readonly [Name in keyof Steps]: Steps[Name] | undefined },
): Promise<Steps> {
  const [prices, quantities] = [new Values(), new Values()];
  let amount = 0n;
  for await (const parsed of rows) {
    if (!('row' in parsed)) continue;
    amount += prices.add(parsed.row.price) * quantities.add(parsed.row.quantity);
  }
  const plain = { tick: declared.tick ?? prices.lastDecimal(), lot: declared.lot ?? quantities.lastDecimal() };
  const { quoteDecimals } = instrumentOf(plain.tick, plain.lot);
  if (amount * 10n ** BigInt(quoteDecimals) <= U64_MAX * 10n ** BigInt(2 * MAX_DECIMALS)) return plain;
  const common = { tick: declared.tick ?? prices.common(), lot: declared.lot ?? quantities.common() };
  return instrumentOf(common.tick, common.lot).quoteDecimals < quoteDecimals ? common : plain;
}

/** What the values of one column have in common. */
class Values {
  #scale = 0;
  /** In units of the last decimal a value may have. */
  #divisor = 0n;

  /** Answers the value in units of the last decimal it may have. */
  add(value: Decimal): bigint {
    const units = scaled(value, MAX_DECIMALS);
    this.#scale = Math.max(this.#scale, value.scale);
    this.#divisor = greatestCommonDivisor(units, this.#divisor);
    return units;
  }

  lastDecimal(): Decimal {
    return { digits: 1n, scale: this.#scale };
  }

  /** At least one value was added. */
  common(): Decimal {
    return reduced({ digits: this.#divisor, scale: MAX_DECIMALS });
  }
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [larger, smaller] = [a, b];
  while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}
