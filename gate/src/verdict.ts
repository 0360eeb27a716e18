import type { Finding, Severity } from './finding.ts';

export const EXIT = { fits: 0, breaks: 1, unknown: 3 } as const;
export type Verdict = keyof typeof EXIT;

const BREAKS: ReadonlySet<Severity> = new Set(['silent', 'breaking']);

/** One break outweighs any doubt, and one doubt any number of fits. */
export function verdictOf(findings: readonly Finding[]): Verdict {
  if (findings.some(({ rule }) => BREAKS.has(rule.severity))) return 'breaks';
  return findings.some(({ rule }) => rule.severity === 'unknown') ? 'unknown' : 'fits';
}

export const fits = (findings: readonly Finding[]): boolean => verdictOf(findings) === 'fits';
