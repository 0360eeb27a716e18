import { checkIdl } from './check/idl.ts';
import { checkLocked, compareLocks } from './check/locks.ts';
import { checkLost, namesOf } from './check/lost.ts';
import { checkPairing, checkUnit, compareManifests, routedBy } from './check/manifests.ts';
import type { Sizes } from './check/sides.ts';
import { checkTwins } from './check/twins.ts';
import { gateError } from './errors.ts';
import type { Finding } from './finding.ts';
import { checkProto } from './proto/check.ts';
import type { Side, Unit } from './side/side.ts';
import { unique } from './unique.ts';

/**
 * Everything that would go wrong if NEW took the place of OLD: each build of the new side against each of the old one, because what
 * fits step by step need not fit from the first to the last.
 * @throws LockstepError GATE_SIDES_DIFFER when there is nothing to compare
 */
export function check(old: Side, next: Side, sizes: Sizes = new Map()): readonly Finding[] {
  const pairs = old.flatMap((was) => next.map((now) => [was, now] as const));
  const compared = pairs.map(([was, now]) => comparePair(was, now, { old, next, sizes }));
  const locked = next.flatMap((unit) =>
    unit.proto && unit.lock ? inProto(checkLocked(unit.proto.proto, unit.lock, true), unit) : [],
  );
  const alone = [...next.flatMap(checkUnit), ...locked, ...checkTogether(next), ...checkLost(old, next)];
  if (compared.every((findings) => findings === undefined)) {
    throw gateError('GATE_SIDES_DIFFER', 'the two sides have nothing in common to compare');
  }
  return unique([...compared.flatMap((findings) => findings ?? []), ...alone]);
}

interface Context {
  readonly old: Side;
  readonly next: Side;
  readonly sizes: Sizes;
}

/** Undefined when the two builds have nothing to compare. */
function comparePair(was: Unit, now: Unit, context: Context): readonly Finding[] | undefined {
  const findings: Finding[] = [];
  const isProgram = was.program && now.program && isSameProgram(was, now, context);
  if (was.program && now.program && isProgram) {
    const sizes = new Map([...(was.manifest?.content.accountBytes ?? []), ...context.sizes]);
    const { file } = now.program;
    const isOtherBuild = buildOf(was) !== buildOf(now);
    const found = checkIdl(was.program.idl, now.program.idl, sizes, isOtherBuild);
    findings.push(...found.map((one) => ({ ...one, file })));
  }
  const protos = was.proto && now.proto;
  if (was.proto && now.proto) findings.push(...inProto(checkProto(was.proto.proto, now.proto.proto), now));
  if (was.lock && now.proto) findings.push(...inProto(checkLocked(now.proto.proto, was.lock, false), now));
  if (was.lock && now.lock) {
    const { file } = now.lock;
    findings.push(...compareLocks(was.lock, now.lock).map((found) => ({ ...found, file })));
  }
  const isComponent = was.manifest && (isProgram || was.manifest.content.name === now.manifest?.content.name);
  if (isComponent) findings.push(...compareManifests(was, now));
  const meets = [...checkPairing(was, now, false), ...checkPairing(now, was, false)];
  if (!isProgram && !protos && !isComponent && meets.length === 0 && !speaksTo(was, now)) return undefined;
  return [...findings, ...meets].map((found) => ({ ...found, against: was.label }));
}

/** What a release's version says behind `+`; the empty text for a build without, or of no release yet. */
const buildOf = ({ manifest }: Unit): string => manifest?.content.semver.split('+')[1] ?? '';

/** One IDL each is one program, whatever its name; of several, those of one name. */
function isSameProgram(was: Unit, now: Unit, { old, next }: Context): boolean {
  const isOnly = [old, next].every((side) => namesOf(side).size === 1);
  return isOnly || was.program?.idl.name === now.program?.idl.name;
}

const speaksTo = (one: Unit, other: Unit): boolean =>
  (one.manifest?.content.speaks !== undefined && routedBy(other) !== undefined) ||
  (other.manifest?.content.speaks !== undefined && routedBy(one) !== undefined);

/** What has to agree at the same time: protobuf and IDL, packages and program of the new side. */
function checkTogether(next: Side): readonly Finding[] {
  const pairings = next.flatMap((sender) => next.flatMap((program) => checkPairing(sender, program, true)));
  return [...pairings, ...meetings(next).flatMap(twinsOf)];
}

interface Meeting {
  readonly program: Unit;
  readonly proto: Unit;
}

/** Every IDL of the new side with every .proto of it. */
function meetings(next: Side): readonly Meeting[] {
  const writers = next.filter(({ proto }) => proto);
  return next.filter(({ program }) => program).flatMap((program) => writers.map((proto) => ({ program, proto })));
}

function twinsOf({ program, proto }: Meeting): readonly Finding[] {
  if (!program.program || !proto.proto) return [];
  return inProto(checkTwins(program.program.idl, proto.proto.proto, routedBy(program)), proto);
}

/** Where a finding's message is defined. */
function inProto(findings: readonly Finding[], { proto }: Unit): readonly Finding[] {
  const sources = proto?.sources ?? [];
  return findings.map((found) => {
    const name = found.path.split('/')[1]?.split('.').at(-1) ?? '';
    const source = sources.find(({ text }) => new RegExp(`\\b(?:message|enum|service)\\s+${name}\\b`).test(text));
    const file = source?.name ?? sources[0]?.name;
    return file === undefined ? found : { ...found, file };
  });
}
