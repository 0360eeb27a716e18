import { LockstepError } from '#client';
import { Held } from '../failure.ts';
import type { Entry, Journal, Operation } from './journal.ts';
import type { Scene, Step } from './step.ts';
import { Breached } from './step.ts';

export interface Running<S extends Scene> {
  readonly journal: Journal;
  readonly entry: Entry;
  readonly steps: readonly Step<S>[];
  /** What the steps work with; it is told how to look at the journal. */
  readonly scene: (own: Pick<Scene, 'operation' | 'requireInCharge'>) => S;
  /** What the operation is once all steps are done. */
  readonly endState?: 'done' | 'aborted';
}

/**
 * Runs the steps that are not done, in order, and writes down each before and after.
 * @throws whatever stopped it; the journal says where, and the same operation goes on from there
 */
export async function runSteps<S extends Scene>(running: Running<S>): Promise<Operation> {
  const { journal, entry, steps, scene: sceneOf, endState = 'done' } = running;
  let operation = entry.operation;
  const save = async (change: Partial<Operation>) => {
    operation = { ...operation, ...change };
    await journal.save({ number: entry.number, operation });
  };
  const requireInCharge = async () => {
    const newest = (await journal.numbers()).at(-1);
    if (newest !== entry.number) throw superseded(newest);
  };
  const scene = sceneOf({ operation: () => operation, requireInCharge });
  const { output, signal } = scene.desk;
  await save({ state: 'running', message: undefined });
  try {
    for (const [index, step] of steps.entries()) {
      const place = `[${index + 1}/${steps.length}] ${step.title}`;
      if (isDone(operation, step.name)) {
        output.say(`${place}: done earlier`);
        continue;
      }
      signal.throwIfAborted();
      await requireInCharge();
      output.say(`${place} …`);
      await save({ steps: [...others(operation, step.name), recordOf(step.name, 'begun')] });
      const evidence = await step.run(scene);
      await save({ steps: [...others(operation, step.name), { ...recordOf(step.name, 'done'), evidence }] });
      for (const line of linesOf(evidence)) output.say(`      ${line}`);
    }
    await save({ state: endState });
    return operation;
  } catch (error) {
    const state = error instanceof Held ? 'held' : error instanceof Breached ? 'breached' : 'failed';
    const message = error instanceof LockstepError ? `${error.code}: ${error.message}` : String(error);
    await save({ state, message });
    throw error;
  }
}

export const isDone = (operation: Operation, name: string): boolean =>
  operation.steps.some((step) => step.name === name && step.state === 'done');

const others = (operation: Operation, name: string) => operation.steps.filter((step) => step.name !== name);

const recordOf = (name: string, state: 'begun' | 'done') => ({
  ...{ name, state, at: new Date().toISOString(), evidence: {} },
});

function* linesOf(evidence: Readonly<Record<string, unknown>>): Generator<string> {
  const text = (value: unknown) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : `${value}`);
  const told = Object.entries(evidence).map(([name, value]) => `${name} ${text(value)}`);
  if (told.length > 0) yield told.join(', ');
}

const superseded = (number: number | undefined): LockstepError =>
  new LockstepError(
    'SUPERSEDED',
    `operation ${number} of this site has taken over; this one stopped before its next step`,
    'Nothing is left to do here: `lockstep rollout --show` says where the site stands.',
  );
