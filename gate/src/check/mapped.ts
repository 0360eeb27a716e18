import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import { compareLayouts } from '../layout/compare.ts';
import type { Encoding } from '../layout/encoding.ts';
import type { StructShape } from '../layout/shape.ts';
import { isUnderstood } from '../layout/shape.ts';
import { BYTEWISE, hasGaps, isLaidOut, NATURAL, NATURAL_BEFORE, zeroCopy } from '../layout/zero-copy.ts';
import { zeroCopy as rule } from '../rules/zero-copy.ts';
import { fits } from '../verdict.ts';
import { findingsOf, zeroCopyRules } from './layout-rules.ts';
import type { Storage } from './storage.ts';

/** Memory of an old zero-copy account, mapped as the new struct, under every alignment that its IDL may stand for. */
export function compareMapped(was: StructShape, now: StructShape, path: string, storage: Storage): readonly Finding[] {
  const natural = zeroCopy(NATURAL);
  if (natural.fixedSize(was) === undefined || natural.fixedSize(now) === undefined) {
    const part = [was, now].every(isUnderstood) ? 'a part has no size that the IDL tells' : 'a part is not defined';
    return [finding(rule.unknown, path, part)];
  }
  const [first = NATURAL, ...others] = alignments(was, now, storage.isPod);
  const findings = underAlignment(was, now, path, storage, first);
  if (!fits(findings)) return findings;
  const doubt = others.find((alignMax) => !fits(underAlignment(was, now, path, storage, alignMax)));
  if (doubt === undefined) return findings;
  const detail = `fits if numbers align to ${first} bytes at most, not if to ${doubt}`;
  return [...findings, finding(rule.alignment, path, detail)];
}

/** Without gaps every alignment gives the same offsets. The derive behind `bytemuck` refuses gaps, so there they prove wrappers. */
function alignments(was: StructShape, now: StructShape, isPod: boolean): readonly number[] {
  const isUnsafe = was.serialization === 'bytemuckunsafe' || now.serialization === 'bytemuckunsafe';
  if (!hasGaps(was) && !hasGaps(now)) return [NATURAL];
  if (isPod && !isUnsafe) return [BYTEWISE];
  return isUnsafe ? [NATURAL, NATURAL_BEFORE] : [NATURAL, NATURAL_BEFORE, BYTEWISE];
}

function underAlignment(was: StructShape, now: StructShape, path: string, { room }: Storage, alignMax: number) {
  const encoding = zeroCopy(alignMax);
  if (!isSamePlaces(was, { ...was, repr: now.repr }, encoding)) {
    return [finding(rule.representation, path, `was ${reprOf(was)}, is ${reprOf(now)}`)];
  }
  const differences = compareLayouts(was, now, encoding);
  const isRoom = room !== undefined && (encoding.fixedSize(now) ?? Number.POSITIVE_INFINITY) <= room;
  const appended = isRoom ? rule['appended-in-room'] : rule.appended;
  return findingsOf(differences, { ...zeroCopyRules, appended }, path);
}

/** Whether the same fields stand at the same offsets under both representations. */
function isSamePlaces(one: StructShape, other: StructShape, encoding: Encoding): boolean {
  if (!isLaidOut(one) || !isLaidOut(other)) return isLaidOut(one) === isLaidOut(other);
  const places = (shape: StructShape) => encoding.leaves(shape, '').map(({ path, spare }) => `${path} ${spare?.bytes}`);
  return places(one).join() === places(other).join();
}

const reprOf = ({ repr }: StructShape): string =>
  repr === undefined
    ? 'none'
    : `${repr.kind}${repr.packed ? ' packed' : ''}${repr.align ? ` align(${repr.align})` : ''}`;
