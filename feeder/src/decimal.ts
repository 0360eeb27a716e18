/** An exact decimal: digits × 10^-scale, without trailing zeros after the point. */
export interface Decimal {
  readonly digits: bigint;
  /** Decimals after the point. */
  readonly scale: number;
}

/** Longer text is no quantity of anything; the limit keeps a hostile file from making huge integers. */
const MAX_DECIMAL_CHARACTERS = 64;

/** Reads `12`, `-0.50`; undefined for anything else: exponents, NaN, a bare point, grouping. Never goes through a float. */
export function parseDecimal(text: string): Decimal | undefined {
  if (text.length > MAX_DECIMAL_CHARACTERS) return undefined;
  const parts = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (parts === null) return undefined;
  const fraction = (parts[3] ?? '').replace(/0+$/, '');
  return { digits: BigInt(`${parts[1]}${parts[2]}${fraction}`), scale: fraction.length };
}

/** The same number without zeros at the end of its decimals. */
export function reduced({ digits, scale }: Decimal): Decimal {
  if (scale === 0 || digits % 10n !== 0n) return { digits, scale };
  return reduced({ digits: digits / 10n, scale: scale - 1 });
}

export function formatDecimal({ digits, scale }: Decimal): string {
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  const whole = text.slice(0, text.length - scale);
  const fraction = text.slice(text.length - scale);
  return `${digits < 0n ? '-' : ''}${whole}${scale === 0 ? '' : `.${fraction}`}`;
}

/** How many whole `step`s make `value`, or undefined when it is no whole number of them. */
export function wholeSteps(value: Decimal, step: Decimal): bigint | undefined {
  const scale = Math.max(value.scale, step.scale);
  const dividend = scaled(value, scale);
  const divisor = scaled(step, scale);
  return dividend % divisor === 0n ? dividend / divisor : undefined;
}

/** The digits of `value` at a scale not below its own. */
export function scaled(value: Decimal, scale: number): bigint {
  return value.digits * 10n ** BigInt(scale - value.scale);
}
