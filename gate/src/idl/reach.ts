import { canonical, isObject } from './json.ts';
import type { TypeDef } from './model.ts';

/** Every name that a type says in `defined`, however deep. */
export function namesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (!isObject(value)) return [];
  const { defined } = value;
  const own = typeof defined === 'string' ? defined : isObject(defined) ? defined.name : undefined;
  const inner = Object.values(value).flatMap(namesIn);
  return typeof own === 'string' ? [own, ...inner] : inner;
}

/** What a definition is made of, down to the last one. */
export interface Reach {
  /** Equal for two that are the same all the way down. */
  readonly key: string;
  /** Whether every name on the way is defined. */
  readonly isComplete: boolean;
}

export function reachOf(type: TypeDef, types: ReadonlyMap<string, TypeDef>): Reach {
  const reached = new Map<string, TypeDef>([[type.name, type]]);
  let isComplete = true;
  // What is added while it runs is visited too.
  for (const { body } of reached.values()) {
    for (const name of namesIn(body)) {
      const found = types.get(name);
      if (found) reached.set(name, found);
      else isComplete = false;
    }
  }
  return { key: [...reached.values()].map(canonical).join(' '), isComplete };
}
