import type { Output } from '../output.ts';
import type { Difference } from '../start/differences.ts';
import type { Flight } from './flight.ts';

/** The result as one line of JSON, and what people read of it. */
export function reportFlight(flight: Flight, output: Output): void {
  const { differences, kind, signature, slot, leafIndex, root } = flight;
  const isWell = differences.length === 0;
  if (isWell) {
    output.say(`${kind} ${signature} landed in slot ${slot}, as leaf ${leafIndex}`);
    output.say(`the market's root is the one computed here: ${Buffer.from(root ?? []).toString('hex')}`);
  } else {
    if (signature === '') output.say('nothing was sent: the market differs before it');
    for (const line of differenceLines(differences)) output.say(line);
  }
  output.result({ outcome: isWell ? 'landed' : 'differs', ...flight, nonce: flight.nonce ?? null });
}

export const differenceLines = (differences: readonly Difference[]): string[] =>
  differences.map(({ what, expected, found }) => `  ${what}: expected ${expected}, got ${found}`);
