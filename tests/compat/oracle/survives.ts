import type { Field, Type } from './model.ts';
import type { Value } from './values.ts';
import { zeroOf } from './values.ts';

/** Whether a value still says the same: each field that both sides have is unchanged, each new one is zero. */
export function survives(was: Type, now: Type, before: Value, after: Value): boolean {
  if (was.kind === 'alias') return survives(was.inner, now, before, after);
  if (now.kind === 'alias') return survives(was, now.inner, before, after);
  if (was.kind === 'struct' && now.kind === 'struct') return fieldsSurvive(was.fields, now.fields, before, after);
  // A type that got a struct of its own around it.
  if (now.kind === 'struct' && now.fields.length === 1) {
    const [only] = now.fields as readonly [Field];
    return survives(was, only.type, before, part(after, only.id));
  }
  if (was.kind === 'enum' && now.kind === 'enum') {
    const variant = was.variants.find(({ id }) => part(before, id, 'v') !== undefined);
    const same = now.variants.find(({ id }) => id === variant?.id);
    if (!variant || !same || part(after, same.id, 'v') === undefined) return false;
    return fieldsSurvive(variant.fields, same.fields, part(before, variant.id, 'v'), part(after, same.id, 'v'));
  }
  if (was.kind === 'option' && now.kind === 'option') {
    return before === null || after === null ? before === after : survives(was.inner, now.inner, before, after);
  }
  // What was yes or no may be told as 1 or 0.
  if (isScalar(was, 'bool') && isScalar(now, 'u8')) return Number(before) === Number(after);
  const [old, next] = [itemsOf(was), itemsOf(now)];
  if (old && next && isList(before) && isList(after)) {
    return before.length === after.length && before.every((item, at) => survives(old, next, item, after[at]));
  }
  return plain(before) === plain(after);
}

function fieldsSurvive(was: readonly Field[], now: readonly Field[], before: Value, after: Value): boolean {
  const gone = was.filter((old) => !now.some(({ id }) => id === old.id));
  return now.every((field) => {
    const old = was.find(({ id }) => id === field.id);
    const value = part(after, field.id);
    if (field.isReserved) return true;
    // A field that went and one that came with its very value are one that was renamed: nobody could tell.
    const isRenamed = () => gone.some(({ id, type }) => survives(type, field.type, part(before, id), value));
    if (!old) return plain(value) === plain(zeroOf(field.type)) || isRenamed();
    return survives(old.type, field.type, part(before, old.id), value);
  });
}

const part = (value: Value, id: number, prefix = 'f'): Value => (value as Record<string, Value>)?.[`${prefix}${id}`];

const isScalar = (type: Type, name: string): boolean => type.kind === 'scalar' && type.name === name;

const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

const itemsOf = (type: Type): Type | undefined =>
  type.kind === 'vec' || type.kind === 'array' ? type.inner : undefined;

/** Text counts as its bytes, a key as its 32. */
const plain = (value: Value): string =>
  JSON.stringify(typeof value === 'string' ? [...Buffer.from(value)] : value, (_, inner) =>
    typeof inner === 'bigint' ? `${inner}` : inner,
  );
