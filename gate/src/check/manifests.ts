import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import { release, wire } from '../rules/wire.ts';
import type { Unit } from '../side/side.ts';
import { SUPPORTED_VERSIONS, versionsIn } from './versions.ts';

/** Batch versions a program settles, as its manifest or else its IDL says; undefined when neither does. */
export function routedBy(unit: Unit): readonly number[] | undefined {
  return unit.manifest?.content.settles ?? allowedBy(unit);
}

/** Batch versions that the program's config can be told to allow. */
function allowedBy({ program }: Unit): readonly number[] | undefined {
  const mask = program?.idl.constants.find(({ name }) => name === SUPPORTED_VERSIONS);
  return mask && versionsIn(Number(mask.value));
}

/** Whether one build is what it says it is. */
export function checkUnit(unit: Unit): readonly Finding[] {
  const { manifest, program, altered } = unit;
  if (!manifest) return [];
  const { name, semver, settles } = manifest.content;
  const place = `releases/${name}/${semver}`;
  const findings = altered.map(({ what }) =>
    finding(what === 'idl' ? release.idlHash : release.objectHash, place, `its sha256 is not the manifest's`),
  );
  const built = semver.split('+')[0];
  if (program && program.idl.version !== built) {
    findings.push(finding(release.version, place, `the IDL says ${program.idl.version}`));
  }
  const unrouted = (allowedBy(unit) ?? []).filter((version) => settles && !settles.includes(version));
  for (const version of unrouted) {
    findings.push(
      finding(wire.unrouted, `${place}/V${version}`, `${SUPPORTED_VERSIONS} allows it, the object does not settle it`),
    );
  }
  return findings;
}

/** Two builds of the same component: what the old one settled or spoke is in flight, in rows or in streams. */
export function compareManifests(old: Unit, next: Unit): readonly Finding[] {
  const [was, now] = [old.manifest?.content, next.manifest?.content];
  const isSame = was === undefined || now === undefined || was.name === now.name;
  if (!isSame || was === undefined) return [];
  // Two IDLs say it with their bitmasks.
  const isSaid = old.program && next.program && allowedBy(old) && allowedBy(next);
  const settled = isSaid
    ? []
    : (was.settles ?? []).filter((version) => !(routedBy(next) ?? [version]).includes(version));
  const spoken = (was.speaks ?? []).filter((version) => now?.speaks && !now.speaks.includes(version));
  return [...settled, ...spoken].map((version) =>
    finding(
      wire.bitDropped,
      `releases/${was.name}/V${version}`,
      `${old.label} has version ${version}, ${next.label} does not`,
    ),
  );
}

/** A package and a program that have to work together. */
export function checkPairing(sender: Unit, program: Unit, isOneSide: boolean): readonly Finding[] {
  const spoken = sender.manifest?.content.speaks;
  const routed = routedBy(program);
  if (!spoken || !routed) return [];
  const place = `releases/${sender.manifest?.content.name}/${sender.manifest?.content.semver}`;
  const detail = `it speaks ${spoken.join(', ')}; ${program.label} settles ${routed.join(', ')}`;
  if (!spoken.some((version) => routed.includes(version))) return [finding(wire.noCommonVersion, place, detail)];
  return spoken
    .filter((version) => version > Math.max(...routed))
    .map((version) => finding(isOneSide ? wire.unrouted : wire.ahead, `${place}/V${version}`, detail));
}
