/** Lets somebody wait until something that changes elsewhere has become true. */
export interface Changes {
  /** Has every waiter look again. */
  announce(): void;
  /** Every wait rejects with `error` from now on. */
  fail(error: unknown): void;
  /** @throws the signal's reason, or what `fail` was given */
  until(isTrue: () => boolean, signal?: AbortSignal): Promise<void>;
}

export function createChanges(): Changes {
  const waiters = new Set<() => void>();
  let failure: { readonly error: unknown } | undefined;
  const announce = () => {
    for (const wake of [...waiters]) wake();
  };
  return {
    announce,
    fail(error) {
      failure ??= { error };
      announce();
    },
    until: (isTrue, signal) =>
      new Promise((resolve, reject) => {
        const settle = (finish: () => void) => {
          waiters.delete(look);
          signal?.removeEventListener('abort', look);
          finish();
        };
        const look = () => {
          if (isTrue()) settle(resolve);
          else if (failure !== undefined) settle(() => reject(failure?.error));
          else if (signal?.aborted) settle(() => reject(signal.reason));
        };
        waiters.add(look);
        signal?.addEventListener('abort', look);
        look();
      }),
  };
}
