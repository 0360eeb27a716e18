import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { layoutOf } from './layout.ts';
import { isRunning } from './process-id.ts';
import { replaceFile } from './replace-file.ts';

const stateSchema = z.object({
  /** What is to run: a version, or `none`. */
  wanted: z.string(),
  /** The version that runs; null when none does. */
  running: z.string().nullable(),
  pid: z.int().nullable(),
  /** Tells the process from a later one with its number. */
  started: z.string().nullable(),
  /** Since when `running` is what it is, ISO 8601. */
  since: z.string(),
  /** How often the process ended by itself since its version was wanted. */
  restarts: z.int(),
  /** Why nothing runs, or something other than is wanted, or how the process before ended; null when there is nothing to say. */
  reason: z.string().nullable(),
});
export type ServiceState = z.infer<typeof stateSchema>;

export const NOTHING_YET: ServiceState = {
  wanted: 'none',
  running: null,
  pid: null,
  started: null,
  since: new Date(0).toISOString(),
  restarts: 0,
  reason: null,
};

/** What a service's supervisor wrote last; undefined when none ever did, or it cannot be read. */
export async function notedState(root: string): Promise<ServiceState | undefined> {
  try {
    return stateSchema.parse(JSON.parse(await readFile(layoutOf(root).state, 'utf8')));
  } catch {
    return undefined;
  }
}

/** As noted, but a process that is gone does not run, whoever should have noted that. */
export async function serviceState(root: string): Promise<ServiceState | undefined> {
  const state = await notedState(root);
  if (state === undefined || state.pid === null || isAlive(state)) return state;
  return {
    ...state,
    running: null,
    pid: null,
    started: null,
    reason: 'its process is gone, and nobody has started another',
  };
}

const isAlive = ({ pid, started }: ServiceState): boolean =>
  pid !== null && started !== null && isRunning({ pid, started });

/** The one writer of a service's state. */
export class StateFile {
  readonly #path: string;
  #state: ServiceState;

  constructor(root: string, state: ServiceState = NOTHING_YET) {
    this.#path = layoutOf(root).state;
    this.#state = state;
  }

  get state(): ServiceState {
    return this.#state;
  }

  /** Writes what is new, if it is. */
  note(news: Partial<ServiceState>): void {
    const next = { ...this.#state, ...news };
    if (JSON.stringify(next) === JSON.stringify(this.#state)) return;
    this.#state = next;
    replaceFile(this.#path, `${JSON.stringify(next)}\n`);
  }
}
