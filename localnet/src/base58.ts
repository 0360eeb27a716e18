/**
 * Base58 in machine numbers. Every address and signature of every call passes through here several times, and the
 * codecs of client libraries count in bigint, which made this half of the time of a transaction.
 */
const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const VALUES: ReadonlyMap<string, number> = new Map([...ALPHABET].map((letter, value) => [letter, value]));
const BASE = 58;

/** Five letters make one limb: 58^5 × 256 stays far below 2^53. */
const LETTERS_PER_LIMB = 5;
const LETTER_LIMB = BASE ** LETTERS_PER_LIMB;
/** Three bytes make one limb of the other direction. */
const BYTES_PER_LIMB = 3;
const BYTE_LIMB = 256 ** BYTES_PER_LIMB;

export function toBase58(bytes: Uint8Array): string {
  const limbs: number[] = [];
  for (const byte of bytes) addTo(limbs, 256, byte, LETTER_LIMB);
  let text = '';
  for (const limb of limbs) {
    let rest = limb;
    for (let letter = 0; letter < LETTERS_PER_LIMB; letter += 1) {
      text = `${ALPHABET.charAt(rest % BASE)}${text}`;
      rest = Math.floor(rest / BASE);
    }
  }
  return '1'.repeat(countLeading(bytes, 0)) + text.replace(/^1+/, '');
}

/** Throws when a character is outside the alphabet. The time is quadratic in the length: check the length first. */
export function fromBase58(text: string): Uint8Array {
  const limbs: number[] = [];
  for (const letter of text) {
    const value = VALUES.get(letter);
    if (value === undefined) throw new RangeError(`${JSON.stringify(letter)} is no base58 character`);
    addTo(limbs, BASE, value, BYTE_LIMB);
  }
  const digits: number[] = [];
  for (const limb of limbs) digits.push(limb & 0xff, (limb >> 8) & 0xff, limb >> 16);
  while (digits.at(-1) === 0) digits.pop();
  const zeros = countLeading(text, '1');
  const bytes = new Uint8Array(zeros + digits.length);
  bytes.set(digits.reverse(), zeros);
  return bytes;
}

/** limbs = limbs × factor + addend, least significant limb first. */
function addTo(limbs: number[], factor: number, addend: number, limit: number): void {
  let carry = addend;
  for (let index = 0; index < limbs.length; index += 1) {
    const value = (limbs[index] ?? 0) * factor + carry;
    carry = Math.floor(value / limit);
    limbs[index] = value - carry * limit;
  }
  if (carry > 0) limbs.push(carry);
}

function countLeading<T>(values: ArrayLike<T>, wanted: T): number {
  let count = 0;
  while (count < values.length && values[count] === wanted) count += 1;
  return count;
}
