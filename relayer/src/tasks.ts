import { aborted } from './domain/aborted.ts';

/** What runs side by side in a lane: the first failure stops the rest. */
export interface Tasks {
  /** Also aborted by the first failure. */
  readonly stopping: AbortSignal;
  readonly abort: AbortSignal;
  /** Runs one piece of work; a failure is kept, not thrown. Nothing is run once stopping. */
  run(work: () => Promise<void>): Promise<void>;
  /** Waits for all of these, whatever becomes of them, or until aborted. */
  untilStopped(running: readonly Promise<void>[]): Promise<void>;
  /** @throws the first failure */
  throwIfFailed(): void;
}

/** Leaving because one was told to is no failure. */
export function createTasks(told: { readonly stopping: AbortSignal; readonly abort: AbortSignal }): Tasks {
  const stop = new AbortController();
  const onStopping = () => stop.abort(told.stopping.reason);
  if (told.stopping.aborted) onStopping();
  else told.stopping.addEventListener('abort', onStopping, { once: true });

  let failure: { readonly error: unknown } | undefined;
  const note = (error: unknown) => {
    if (told.abort.aborted || (stop.signal.aborted && error === stop.signal.reason)) return;
    failure ??= { error };
    stop.abort(error);
  };
  return {
    stopping: stop.signal,
    abort: told.abort,
    async run(work) {
      if (stop.signal.aborted) return;
      await work().catch(note);
    },
    async untilStopped(running) {
      const all = Promise.all(running.map((task) => task.catch(note)));
      await Promise.race([all, aborted(told.abort)]);
    },
    throwIfFailed() {
      if (failure !== undefined) throw failure.error;
    },
  };
}
