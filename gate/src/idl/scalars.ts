const integers = [8, 16, 32, 64, 128, 256].flatMap((bits) => [
  [`u${bits}`, bits / 8] as const,
  [`i${bits}`, bits / 8] as const,
]);

/** Bytes of types that have no parts. */
export const SCALAR_BYTES: ReadonlyMap<string, number> = new Map([
  ...integers,
  ['bool', 1],
  ['f32', 4],
  ['f64', 8],
  ['pubkey', 32],
]);
