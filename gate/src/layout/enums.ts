import type { Comparison, Difference } from './difference.ts';
import type { EnumShape, VariantShape } from './shape.ts';
import type { Terms } from './terms.ts';
import { isUnrelated } from './words.ts';

/** Variants are numbered by their place: a variant that moves takes another's values. */
export function compareEnums(was: EnumShape, now: EnumShape, path: string, terms: Terms): Comparison {
  const differences: Difference[] = [];
  const oldNames = was.variants.map(({ name }) => name);
  const newNames = now.variants.map(({ name }) => name);
  const moved = oldNames.findIndex((name, at) => {
    const there = newNames[at];
    return there !== undefined && there !== name && (newNames.includes(name) || oldNames.includes(there));
  });
  if (moved !== -1) {
    const detail = `number ${moved} was ${oldNames[moved]}, is ${newNames[moved]}`;
    return { differences: [{ kind: movement(oldNames, newNames), path, detail }], aligned: false };
  }
  const shared = Math.min(oldNames.length, newNames.length);
  let aligned = true;
  for (let at = 0; at < shared; at++) {
    const [old, next] = [was.variants[at] as VariantShape, now.variants[at] as VariantShape];
    const place = `${path}/${next.name}`;
    if (old.name !== next.name) {
      const kind = isUnrelated(old.name, next.name) ? 'ambiguous' : 'variant-renamed';
      differences.push({ kind, path: place, detail: `number ${at} was ${old.name}, is ${next.name}` });
    }
    const payload = terms.compare(leavesOf(old, place, terms), leavesOf(next, place, terms), terms);
    differences.push(...payload.differences);
    aligned &&= payload.aligned;
  }
  const added = newNames.slice(shared);
  const gone = oldNames.slice(shared);
  if (added.length > 0) differences.push({ kind: 'variant-appended', path, detail: `new: ${added.join(', ')}` });
  if (gone.length > 0) differences.push({ kind: 'last-variant-removed', path, detail: `gone: ${gone.join(', ')}` });
  return { differences, aligned };
}

const leavesOf = ({ name, fields }: VariantShape, path: string, { encoding }: Terms) =>
  encoding.leaves({ kind: 'struct', name, serialization: 'borsh', repr: undefined, fields }, path);

function movement(was: readonly string[], now: readonly string[]): Difference['kind'] {
  if (was.every((name) => now.includes(name)) && now.length > was.length) return 'variant-inserted';
  if (now.every((name) => was.includes(name)) && now.length < was.length) return 'variant-removed';
  return 'variants-reordered';
}
