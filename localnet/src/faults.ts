/**
 * Faults on purpose: what a bad RPC provider does, so that tests can show what its clients do about it. Calls and
 * websocket notifications go through {@link withFaults}, and nowhere else is anything falsified.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Json } from './json.ts';
import { RpcError } from './rpc-error.ts';

/** One JSON-RPC call, or one notification that is about to be sent (its method ends in "Notification"). */
export interface FaultSubject {
  readonly method: string;
  /** As received; for a notification its result. */
  readonly params: unknown;
  readonly transport: 'http' | 'websocket';
}

export type Fault =
  /** The request is lost on its way: nothing happens and nobody answers. */
  | { readonly kind: 'drop-request' }
  /** The call is carried out, but its answer is lost: over HTTP the connection breaks. */
  | { readonly kind: 'drop-answer' }
  /** The call is carried out after this many milliseconds. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The call is not carried out and fails with this JSON-RPC error. */
  | { readonly kind: 'error'; readonly code: number; readonly message: string; readonly data?: Json }
  /** The call is not carried out and answered with this result, `null` for example. */
  | { readonly kind: 'answer'; readonly result: Json }
  /** The call is carried out and its result replaced. */
  | { readonly kind: 'lie'; readonly rewrite: (truth: Json) => Json };

/** Asked once per call and per notification. Undefined lets it pass untouched. */
export interface Faults {
  faultFor(subject: FaultSubject): Fault | undefined;
}

/** Nobody will answer. */
export const DROPPED: unique symbol = Symbol('dropped');

/** Carries a call out the way its fault says. Resolves to {@link DROPPED} when no answer may be sent. */
export async function withFaults(
  faults: Faults | undefined,
  subject: FaultSubject,
  run: () => Json,
): Promise<Json | typeof DROPPED> {
  const fault = faults?.faultFor(subject);
  switch (fault?.kind) {
    case undefined:
      return run();
    case 'drop-request':
      return DROPPED;
    case 'drop-answer':
      run();
      return DROPPED;
    case 'delay':
      await sleep(fault.ms);
      return run();
    case 'error':
      throw new RpcError(fault.code, fault.message, fault.data);
    case 'answer':
      return fault.result;
    case 'lie':
      return fault.rewrite(run());
  }
}

/** Faults that a test sets and clears by method while the node runs. */
export class FaultPlan implements Faults {
  readonly #planned = new Map<string, { fault: Fault; left: number }>();

  /** The next `times` calls of a method, or all until `clear`, have this fault. It replaces an earlier one. */
  set(method: string, fault: Fault, times = Number.POSITIVE_INFINITY): void {
    this.#planned.set(method, { fault, left: times });
  }

  /** Ends the faults of one method, or of all. */
  clear(method?: string): void {
    if (method === undefined) this.#planned.clear();
    else this.#planned.delete(method);
  }

  faultFor({ method }: FaultSubject): Fault | undefined {
    const planned = this.#planned.get(method);
    if (planned === undefined || planned.left <= 0) return undefined;
    planned.left -= 1;
    return planned.fault;
  }
}
