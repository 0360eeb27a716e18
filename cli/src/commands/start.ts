import type { Command } from 'commander';
import type { Streams } from '../output.ts';
import { createOutput } from '../output.ts';
import { Cleanup } from '../start/cleanup.ts';
import { catchInterrupts } from '../start/interrupt.ts';
import type { StartOptions } from '../start/options.ts';
import { requireConsistent, startOptionsCommand } from '../start/options.ts';

/** `lockstep start`: the main job; exit 0 settled and verified, 1 not, 2 unusable input, 130 Ctrl-C. */
export function startCommand(streams: Streams): Command {
  return startOptionsCommand().action(async (given: StartOptions) => {
    requireConsistent(given);
    const { run } = await import('../start/run.ts');
    const output = createOutput(given.json, streams);
    // A site is there to be worked on from elsewhere.
    const once = given.once || (given.site === undefined && (given.json || !output.isTerminal));
    const { signal, release } = catchInterrupts();
    const cleanup = new Cleanup();
    try {
      await run({ ...given, once }, { output, signal, cleanup });
      signal.throwIfAborted();
    } finally {
      await cleanup.run();
      release();
    }
  });
}
