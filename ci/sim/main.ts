/** ci/sim-test: do the trades of these engines settle on these programs? docs/reference/gate.md, "Trying an engine on a program". */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import type { Cell, Matrix } from '#gate/can-ship';
import { describeFailure } from '../../cli/src/failure.ts';
import { findValidator } from '../../tests/localnet/chain.ts';
import { runCell, worthOf } from './cell.ts';
import { embedded, validator } from './chain.ts';
import { parseOptions } from './options.ts';
import { planOf } from './plan.ts';
import { linesOf, nameOf, reasonLines } from './print.ts';

const EXIT = { pass: 0, fail: 1, tool: 2, unknown: 3 } as const;
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
const REPO = join(import.meta.dirname, '..', '..');

const say = (line: string) => void process.stderr.write(`sim-test: ${line}\n`);

async function main(argv: readonly string[], ending: AbortController): Promise<number> {
  const options = parseOptions(argv, (text) => void process.stdout.write(text));
  const { subjects, untried } = planOf(options, REPO);
  const binary = findValidator();
  const startChain = binary === undefined ? embedded : validator(binary);
  if (binary === undefined) {
    say('NO SOLANA-TEST-VALIDATOR: everything runs on the embedded node, and nothing is proven by it');
  }
  for (const each of untried) for (const line of reasonLines(each)) say(line.trim());
  const { signal } = ending;
  const stop = (why: unknown) => ending.abort(why);
  const began = performance.now();
  const cells: Cell[] = [];
  const waiting = [...subjects.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [at, subject] = next;
      const world = { startChain, signal, say: (line: string) => say(`${nameOf(subject)}: ${line}`) };
      say(`${nameOf(subject)}: begins`);
      const cell = await runCell(subject, options, world);
      cells[at] = cell;
      for (const line of linesOf(cell)) say(line);
    }
  };
  await together(Array.from({ length: options.jobs }, work), stop);
  const matrix: Matrix = { version: 1, cells };
  if (options.out !== undefined) writeFileSync(options.out, `${JSON.stringify(matrix, null, 2)}\n`);
  if (options.json) process.stdout.write(`${JSON.stringify(matrix)}\n`);
  const worths = [...cells.map(worthOf), ...untried.map(() => 'unknown' as const)];
  const count = (worth: string) => worths.filter((each) => each === worth).length;
  const seconds = Math.round((performance.now() - began) / 1_000);
  say(`${count('pass')} pass, ${count('fail')} fail, ${count('unknown')} unknown, in ${seconds} s`);
  if (count('fail') > 0) return EXIT.fail;
  return count('unknown') > 0 || worths.length === 0 ? EXIT.unknown : EXIT.pass;
}

/** The first that fails ends the others; what they started is ended before anybody hears of it. */
async function together(works: readonly Promise<void>[], stop: (why: unknown) => void): Promise<void> {
  for (const work of works) work.catch(stop);
  await Promise.allSettled(works);
  await Promise.all(works);
}

const ending = new AbortController();
let exit: number | undefined;
for (const [name, code] of Object.entries(SIGNALS)) {
  process.on(name as NodeJS.Signals, () => {
    exit = code;
    ending.abort(new Error(`stopped by ${name}`));
  });
}
try {
  exit = await main(process.argv.slice(2), ending);
} catch (error) {
  if (error instanceof CommanderError && error.exitCode === 0) {
    exit = EXIT.pass;
  } else {
    say(exit === undefined ? describeFailure(error, false) : 'stopped; everything started was ended');
    exit ??= EXIT.tool;
  }
}
process.exit(exit);
