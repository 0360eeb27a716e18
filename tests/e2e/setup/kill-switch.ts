import { writeSync } from 'node:fs';
import type { RelayerDeps } from '#relayer';
import type { Moment, StepName } from './steps.ts';
import { STEPS } from './steps.ts';

/** End the process at the n-th call, from now on, that is this step. */
export interface KillOrder {
  readonly step: StepName;
  readonly nth: number;
}

export interface KillSwitch {
  arm(order: KillOrder): void;
  readonly wraps: Required<Pick<RelayerDeps, 'wrapChain' | 'wrapJournal' | 'wrapQueue'>>;
}

const STDOUT = 1;

/** Stands between the lane and its ports, and ends the process with SIGKILL where it was told to. */
export function createKillSwitch(): KillSwitch {
  let order: (KillOrder & { readonly moment: Moment }) | undefined;
  let left = 0;
  const pass = (
    port: Moment['port'],
    method: string,
    when: Moment['when'],
    args: readonly unknown[],
    result?: unknown,
  ) => {
    if (order === undefined) return;
    const { moment } = order;
    if (moment.port !== port || moment.method !== method || moment.when !== when) return;
    if (!moment.matches(args, result)) return;
    left -= 1;
    if (left > 0) return;
    writeSync(STDOUT, `${JSON.stringify({ killedAt: order.step })}\n`);
    process.kill(process.pid, 'SIGKILL');
    // The signal is on its way: nothing else may happen meanwhile.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 0);
  };
  const wrap =
    (name: Moment['port']) =>
    <P extends object>(port: P): P =>
      new Proxy(port, {
        get(target, property) {
          const value: unknown = Reflect.get(target, property);
          if (typeof value !== 'function' || !isWatched(name, property)) return value;
          return async (...args: unknown[]) => {
            pass(name, property, 'before', args);
            const result: unknown = await value.apply(target, args);
            pass(name, property, 'after', args, result);
            return result;
          };
        },
      });
  return {
    arm(next) {
      order = { ...next, moment: STEPS[next.step] };
      left = next.nth;
    },
    wraps: { wrapChain: wrap('chain'), wrapJournal: wrap('journal'), wrapQueue: wrap('queue') },
  };
}

const isWatched = (port: Moment['port'], method: string | symbol): method is string =>
  Object.values(STEPS).some((moment) => moment.port === port && moment.method === method);
