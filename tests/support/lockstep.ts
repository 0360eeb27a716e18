import { Writable } from 'node:stream';
import { main } from '../../cli/src/main.ts';

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Streams for the command line, and what was written to them so far. */
export function capture() {
  const texts = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') =>
    new Writable({
      write: (piece, _, done) => {
        texts[name] += piece.toString();
        done();
      },
    });
  return { texts, streams: { stdout: stream('stdout'), stderr: stream('stderr') } };
}

/** The command line, in this process. */
export async function lockstep(...argv: string[]): Promise<Answer> {
  const { texts, streams } = capture();
  // The runner notes there that a test before has failed; to a command it would be its own.
  const noted = process.exitCode;
  process.exitCode = undefined;
  try {
    const code = await main(argv, streams);
    return { code, ...texts };
  } finally {
    process.exitCode = noted;
  }
}
