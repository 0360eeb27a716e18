import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import type { Idl } from '../idl/model.ts';
import { meta } from '../rules/program.ts';

/** What the other checks found. */
interface Change {
  readonly isChanged: boolean;
  readonly isFitting: boolean;
  /** Two builds of one version, as their releases say (`0.2.0` and `0.2.0+v2-only`): that their IDLs differ is meant. */
  readonly isOtherBuild: boolean;
}

export function checkMeta(old: Idl, next: Idl, { isChanged, isFitting, isOtherBuild }: Change): readonly Finding[] {
  const findings: Finding[] = [];
  if (old.address !== '' && next.address !== '' && old.address !== next.address) {
    findings.push(finding(meta.address, 'address', `was ${old.address}, is ${next.address}`));
  }
  if (old.spec !== next.spec) findings.push(finding(meta.spec, 'metadata/spec', `was ${old.spec}, is ${next.spec}`));
  if (old.name !== next.name) findings.push(finding(meta.renamed, 'metadata/name', `was ${old.name}, is ${next.name}`));
  const place = 'metadata/version';
  const detail = `was ${old.version}, is ${next.version}`;
  const [was, now] = [numbers(old.version), numbers(next.version)];
  const step = was.findIndex((part, at) => part !== now[at]);
  if (old.version === next.version) {
    if (isChanged && !isOtherBuild)
      findings.push(finding(meta.notBumped, place, `${next.version} stands for two IDLs`));
  } else if (step !== -1 && (now[step] ?? 0) < (was[step] ?? 0)) {
    findings.push(finding(meta.backward, place, detail));
  } else if (!isFitting && !announcesBreak(step, was[0] ?? 0)) {
    findings.push(finding(meta.bumpTooSmall, place, detail));
  }
  return findings;
}

/** Major, minor, patch. */
const numbers = (version: string): readonly number[] =>
  (version.split(/[+-]/)[0] ?? '').split('.').map((part) => Number.parseInt(part, 10) || 0);

/** Below 1.0 the minor version announces what the major does from then on. */
const announcesBreak = (step: number, major: number): boolean => step === 0 || (step === 1 && major === 0);
