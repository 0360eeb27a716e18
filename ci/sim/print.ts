import type { Cell, Reason } from '#gate/can-ship';
import { worthOf } from './cell.ts';
import type { Subject } from './subject.ts';

export const nameOf = ({ engine, program, relayer }: Pick<Cell, 'engine' | 'program' | 'relayer'> | Subject): string =>
  `${shortName(engine.name)} × ${program.name} × relayer ${relayer.version}`;

const shortName = (name: string): string => name.split('/').slice(-1)[0] ?? name;

/** A cell in a line, and below it every reason with what to do and the program's logs. */
export function* linesOf(cell: Cell): Generator<string> {
  const { counts, seconds, chain, verdict } = cell;
  const { settled, trades, bySchema, byVersion } = counts;
  const tally = (of: Readonly<Record<string, number>>, one: string) =>
    Object.entries(of)
      .map(([key, value]) => `${value} ${one}${key}`)
      .join(' + ');
  const what = `${settled} of ${trades} settled (${tally(bySchema, 'schema ')}; batches: ${tally(byVersion, 'V')})`;
  const worth = worthOf(cell);
  const word = worth === verdict ? verdict.toUpperCase() : `${worth.toUpperCase()} (${verdict} on the embedded node)`;
  yield `${word}  ${nameOf(cell)}: ${what}, ${seconds} s, ${chain}`;
  for (const reason of cell.reasons) yield* reasonLines(reason);
}

export function* reasonLines({ code, message, advice, logs = [] }: Reason): Generator<string> {
  yield `    ${code}: ${message}`;
  yield `      ${advice}`;
  for (const line of logs) yield `      | ${line}`;
}
