import { countLetters, retire, trim } from './composition/aftermath.ts';
import { followWishes, obeyWishes, rowsOf } from './composition/control.ts';
import type { LaneDeps, LaneSignals } from './composition/deps.ts';
import { takeIn } from './composition/intake.ts';
import { followMaintenance, obeyMaintenance } from './composition/maintenance.ts';
import { followPointers, refillQueue } from './composition/pointers.ts';
import { followConfig } from './composition/rules.ts';
import { beginRun } from './composition/run.ts';
import { standAside } from './composition/stand-aside.ts';

/**
 * One lane, from the stream to the ledger:
 *
 *     intake ▸ decode ▸ batch ▸ outbox ─(pointer)▸ encode ▸ submit ⇄ confirm ▸ ledger ▸ finality
 *     └────────── takeIn ───────────┘             └───────── followPointers ────────┘ └ retire ┘
 *
 * Runs until told to stop. @throws whatever halted it; the rows say where to go on
 */
export async function runLane(deps: LaneDeps, signals: LaneSignals): Promise<void> {
  const beats = deps.heartbeats.group();
  signals.abort.addEventListener('abort', beats.end, { once: true });
  try {
    await standAside(deps, beats, signals);
    const run = await beginRun(deps, beats, signals);
    const { config, leave, progress, queue, tasks } = run;
    progress.outbox(() => rowsOf(run));
    await obeyWishes(run);
    await obeyMaintenance(run);
    await refillQueue(run);
    progress.state('running');
    await tasks.untilStopped([
      takeIn(run),
      followPointers(run),
      retire(run),
      followConfig(run),
      followWishes(run),
      followMaintenance(run),
      ...(config.trim ? [trim(run)] : []),
      countLetters(run),
    ]);
    await queue.close(tasks.abort);
    leave.signal.throwIfAborted();
    tasks.throwIfFailed();
  } finally {
    beats.end();
  }
}
