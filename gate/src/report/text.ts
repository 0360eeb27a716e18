import type { Finding } from '../finding.ts';
import { DIRECTIONS } from '../finding.ts';
import type { Verdict } from '../verdict.ts';
import type { Report } from './report.ts';
import { count } from './report.ts';

const VERDICTS: Readonly<Record<Verdict, string>> = {
  fits: 'FITS: nothing that exists breaks.',
  breaks: 'BREAKS: do not ship this.',
  unknown: 'UNKNOWN: something could not be judged, so this must not ship as it is.',
};

/** For people: what, where, why, what to do; the worst first. @param all whether safe changes are listed too */
export function toText(report: Report, all: boolean): string {
  const shown = report.findings.filter(({ rule }) => all || rule.severity !== 'safe');
  const hidden = report.findings.length - shown.length;
  const waived = report.waived.map(
    ({ finding: { rule, path }, waiver }) => `waived until ${waiver.expires}: ${rule.id} ${path}: ${waiver.reason}`,
  );
  const refused = report.refused.map(({ waiver, why }) => `WAIVER REFUSED: ${waiver.rule} ${waiver.path}: ${why}`);
  const unused = report.unused.map(({ rule, path }) => `waiver not needed: ${rule} ${path}`);
  const counts = (['silent', 'breaking', 'unknown', 'warning', 'safe'] as const)
    .map((severity) => `${count(report, severity)} ${severity}`)
    .join(', ');
  const safe = hidden > 0 ? ` (--all lists the ${hidden} safe)` : '';
  const notes = [...waived, ...refused, ...unused];
  return [
    ...shown.map(paragraph),
    ...(notes.length > 0 ? [`${notes.join('\n')}\n`] : []),
    `${counts}${safe}`,
    VERDICTS[report.verdict],
    '',
  ].join('\n');
}

const paragraph = ({ rule, path, detail, against }: Finding): string =>
  [
    `${rule.severity.toUpperCase()} ${rule.id} ${rule.title}`,
    `  where  ${path}${against === undefined ? '' : `, against ${against}`}`,
    `  what   ${detail}`,
    `  why    ${DIRECTIONS[rule.direction]}: ${rule.why}`,
    `  do     ${rule.fix}`,
    '',
  ].join('\n');
