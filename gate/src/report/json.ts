import { DIRECTIONS } from '../finding.ts';
import { EXIT } from '../verdict.ts';
import type { Report } from './report.ts';

/** For programs: one line; docs/reference/gate.md has every field. */
export function toJson(report: Report): string {
  const { old, next, verdict } = report;
  const findings = report.findings.map(({ rule, path, detail, file, against }) => ({
    rule: rule.id,
    severity: rule.severity,
    direction: DIRECTIONS[rule.direction],
    title: rule.title,
    path,
    detail,
    why: rule.why,
    fix: rule.fix,
    file,
    against,
  }));
  const waived = report.waived.map(({ finding: { rule, path }, waiver }) => ({
    rule: rule.id,
    path,
    reason: waiver.reason,
    expires: waiver.expires,
    migration: waiver.migration,
  }));
  const refused = report.refused.map(({ waiver: { rule, path }, why }) => ({ rule, path, why }));
  const unused = report.unused.map(({ rule, path }) => ({ rule, path }));
  return `${JSON.stringify({ old, new: next, verdict, exit: EXIT[verdict], findings, waived, refused, unused })}\n`;
}
