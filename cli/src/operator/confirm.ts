import { createInterface } from 'node:readline';
import { LockstepError } from '#client';
import type { Desk } from './desk.ts';

/**
 * Returns once somebody at a terminal has typed yes.
 * @throws LockstepError CONFIRMATION_NEEDED where nobody can be asked, NOT_CONFIRMED for any other answer; the signal's reason
 */
export async function confirmed({ stdin, output, signal }: Desk, question: string): Promise<void> {
  if (stdin?.isTTY !== true) {
    throw new LockstepError(
      'CONFIRMATION_NEEDED',
      'nothing was sent: there is no terminal to ask at',
      'Run it in a terminal, or add --yes to go ahead without being asked.',
    );
  }
  output.write(`${question} Type yes to go ahead: `);
  if ((await firstLine(stdin, signal)) === 'yes') return;
  throw new LockstepError(
    'NOT_CONFIRMED',
    'nothing was sent: the answer was not yes',
    'Run it again and type yes in full.',
  );
}

/** Undefined when the input ends first. The terminal keeps Ctrl-C to itself, so that it ends the command as always. */
function firstLine(input: NodeJS.ReadableStream, signal: AbortSignal): Promise<string | undefined> {
  const lines = createInterface({ input, terminal: false });
  return new Promise<string | undefined>((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    lines.once('line', (line) => resolve(line.trim()));
    lines.once('close', () => resolve(undefined));
  }).finally(() => lines.close());
}
