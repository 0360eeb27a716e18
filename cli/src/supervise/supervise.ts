import { LockstepError } from '#client';
import { pause } from '../pause.ts';
import { plural } from '../start/progress.ts';
import type { Patience } from './patience.ts';
import { patienceWithFailures, patienceWithKills, WINDOW_MS } from './patience.ts';

/** A process of ours that runs. */
export interface Part {
  readonly pid: number;
  /** Settles when it has ended; never rejects. */
  readonly ended: Promise<Ending>;
  /** Ends it and waits for that. Safe to call twice. */
  stop(): Promise<void>;
}

export interface Ending {
  /** The signal, exit code or error it ended with. */
  readonly how: string;
  /** Somebody ended it: by a signal, or by telling it to. */
  readonly isKill?: boolean;
  /** Set when starting it again would only end the same way. */
  readonly fatal?: Error;
}

export interface SupervisedPart {
  /** As people call it. */
  readonly name: string;
  start(): Promise<Part>;
  readonly say: (line: string) => void;
  /** Told once what keeps the part from running on. */
  readonly fail: (error: unknown) => void;
  /** With endings by somebody's hand, and by itself. Default: that of a command which has an end itself. */
  readonly patience?: { readonly kills: Patience; readonly failures: Patience };
}

export interface Supervised {
  /** Of the process that runs now, or ran last. */
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * Starts a part, and starts it again whenever it ends by itself.
 * @throws what the first start throws
 */
export async function supervise({ name, start, say, fail, patience }: SupervisedPart): Promise<Supervised> {
  const stopped = new AbortController();
  const { kills, failures } = patience ?? { kills: patienceWithKills(), failures: patienceWithFailures() };
  let part = await start();

  const startedAgain = async (ending: Ending): Promise<Part> => {
    for (let { how, isKill = false } = ending; ; isKill = false) {
      const tried = isKill ? kills : failures;
      const wait = tried.waitAfter(performance.now());
      if (wait === undefined) throw keepsEnding(name, tried.tooMany, how);
      await pause(wait, stopped.signal);
      try {
        return await start();
      } catch (error) {
        how = error instanceof Error ? error.message : String(error);
        say(`${name} did not start: ${how}`);
      }
    }
  };
  const keep = async () => {
    while (!stopped.signal.aborted) {
      const ending = await part.ended;
      if (stopped.signal.aborted) return;
      if (ending.fatal !== undefined) throw ending.fatal;
      say(`${name} (pid ${part.pid}) ended by ${ending.how}, starting it again`);
      part = await startedAgain(ending);
      say(`${name} runs again (pid ${part.pid})`);
    }
    await part.stop();
  };
  const kept = keep().catch((error: unknown) => {
    if (!stopped.signal.aborted) fail(error);
  });
  return {
    get pid() {
      return part.pid;
    },
    async stop() {
      stopped.abort(new Error(`${name} was stopped`));
      await part.stop();
      await kept;
    },
  };
}

const keepsEnding = (name: string, times: number, how: string): LockstepError =>
  new LockstepError(
    'PROCESS_KEEPS_ENDING',
    `${name} ended ${plural(times, 'time')} within ${WINDOW_MS / 60_000} minutes, last by ${how}`,
    'Find out what ends it; DEBUG=lockstep shows what it says.',
  );
