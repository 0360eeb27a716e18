import type { Finding, Severity } from '../finding.ts';
import { SEVERITIES } from '../finding.ts';
import type { Verdict } from '../verdict.ts';
import { verdictOf } from '../verdict.ts';
import type { Judged } from '../waivers.ts';

/** A judgement and what it is about, as every form of output gets it. */
export interface Report extends Judged {
  readonly old: string;
  readonly next: string;
  readonly verdict: Verdict;
}

export function reportOf(old: string, next: string, judged: Judged): Report {
  const findings = [...judged.findings].sort((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1));
  return { ...judged, findings, old, next, verdict: verdictOf(findings) };
}

const rank = ({ rule }: Finding): number => SEVERITIES.indexOf(rule.severity);

export const count = ({ findings }: Report, severity: Severity): number =>
  findings.filter(({ rule }) => rule.severity === severity).length;
