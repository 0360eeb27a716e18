import type { Idl } from '../idl/model.ts';

/** Whether a program's zero-copy numbers are Pod wrappers, which may start anywhere: Anchor v2 lists them among the types. */
export const isPod = ({ types }: Pick<Idl, 'types'>): boolean =>
  types.some(({ name }) => /^Pod(?:Bool|[IU]\d+)$/.test(name));
