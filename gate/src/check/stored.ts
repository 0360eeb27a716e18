import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import { UNTOLD } from '../idl/legacy.ts';
import { borsh } from '../layout/borsh.ts';
import { compareLayouts } from '../layout/compare.ts';
import type { Shape, StructShape } from '../layout/shape.ts';
import { isUnderstood, shapeKey } from '../layout/shape.ts';
import { withRepr } from '../layout/zero-copy.ts';
import { account } from '../rules/account.ts';
import { zeroCopy } from '../rules/zero-copy.ts';
import { fits } from '../verdict.ts';
import { accountRules, findingsOf } from './layout-rules.ts';
import { compareMapped } from './mapped.ts';
import type { Storage } from './storage.ts';

/** Old bytes of an account, read by the new layout. */
export function compareStored(old: Shape, next: Shape, path: string, storage: Storage): readonly Finding[] {
  const [was, now] = [told(old, next), told(next, old)];
  if (shapeKey(was) === shapeKey(now) && isUnderstood(now)) return [];
  const [before, after] = [mapped(was), mapped(now)];
  if (before && after) return compareMapped(before, after, path, storage);
  if (!before && !after)
    return isUntold(was) && isUntold(now)
      ? compareBoth(was, now, path, storage)
      : comparePacked(was, now, path, storage);
  const [from, to] = before ? [before.serialization, 'borsh'] : ['borsh', after?.serialization];
  return [finding(account.serialization, path, `was ${from}, is ${to}`)];
}

const isUntold = (shape: Shape): shape is StructShape => shape.kind === 'struct' && shape.serialization === UNTOLD;

/** Where one side's form says how an account is stored, the other one's was stored so too: nothing else would have been noticed. */
function told(shape: Shape, other: Shape): Shape {
  if (!isUntold(shape) || other.kind !== 'struct' || isUntold(other)) return shape;
  const { serialization, repr } = other;
  return repr === undefined ? { ...shape, serialization } : withRepr({ ...shape, serialization }, repr);
}

/** A struct that the program maps instead of decoding it. */
function mapped(shape: Shape): StructShape | undefined {
  if (shape.kind !== 'struct' || !shape.serialization.startsWith('bytemuck')) return undefined;
  return shape.serialization === 'bytemuck' ? withRepr(shape) : shape;
}

/** What nobody says has to fit either way; a layout with lists or options can only be borsh. */
function compareBoth(was: StructShape, now: StructShape, path: string, storage: Storage): readonly Finding[] {
  const packed = comparePacked(was, now, path, storage);
  if (!fits(packed)) return packed;
  const asMapped = compareMapped(withRepr(was), withRepr(now), path, storage);
  const isDoubtful = asMapped.some(({ rule }) => rule !== zeroCopy.unknown) && !fits(asMapped);
  const detail = 'this form of IDL does not tell borsh from zero-copy: the change fits the one and not the other';
  return isDoubtful ? [...packed, finding(zeroCopy.alignment, path, detail)] : packed;
}

function comparePacked(was: Shape, now: Shape, path: string, { room }: Storage): readonly Finding[] {
  const next = borsh.leaves(now, '');
  const differences = compareLayouts(was, now, borsh);
  const isVarying = borsh.fixedSize(was) === undefined;
  const findings = differences.flatMap((difference) => {
    const isWhole = next.some((leaf) => leaf.path === difference.path);
    const appended = isVarying || !isWhole ? account['appended-behind-varying'] : inRoom(now, room);
    return findingsOf([difference], { ...accountRules, appended }, path);
  });
  return fits(findings) ? [...findings, ...outgrown(was, now, path, room)] : findings;
}

/** A fixed layout is followed by what was allocated and never written. */
function inRoom(now: Shape, room: number | undefined) {
  const needed = borsh.zeroSize(now);
  return needed !== undefined && room !== undefined && needed <= room ? account['appended-in-room'] : account.appended;
}

function outgrown(was: Shape, now: Shape, path: string, room: number | undefined): readonly Finding[] {
  const [before, after] = [borsh.maxSize(was), borsh.maxSize(now)];
  if (before === undefined || after === undefined || after <= (room ?? before)) return [];
  return [finding(account.grows, path, `at most ${after} bytes, and ${room ?? before} are allocated`)];
}
