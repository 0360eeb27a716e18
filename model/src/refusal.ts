import type { SettlementErrorName } from '#client';

/** The model refuses by the program's error name; a refused instruction changes nothing. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly error: SettlementErrorName;

  constructor(error: SettlementErrorName) {
    super(error);
    this.error = error;
  }
}

export function requireThat(holds: boolean, error: SettlementErrorName): asserts holds {
  if (!holds) throw new Refusal(error);
}
