import type { InterruptSignal } from '../failure.ts';
import { exitCodeOf, Interrupted } from '../failure.ts';

const SIGNALS: readonly InterruptSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** Ctrl-C reaches a command started by npm twice at once: only a later one means that tidying up takes too long. */
const IMPATIENCE_MS = 1_500;

/**
 * Aborts with `Interrupted` at the first signal. A second one, later, ends the process at once; the watchdog then tidies up.
 * `release` gives the signals back.
 */
export function catchInterrupts(): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  let firstAt: number | undefined;
  const onSignal = (name: InterruptSignal) => {
    const interrupted = new Interrupted(name);
    if (firstAt === undefined) {
      firstAt = performance.now();
      controller.abort(interrupted);
    } else if (performance.now() - firstAt > IMPATIENCE_MS) {
      process.exit(exitCodeOf(interrupted));
    }
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}
