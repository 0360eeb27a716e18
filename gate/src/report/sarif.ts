import { isAbsolute, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Finding, Rule, Severity } from '../finding.ts';
import { DIRECTIONS } from '../finding.ts';
import { readText } from '../side/files.ts';
import { lineOf } from './locate.ts';
import type { Report } from './report.ts';

/** SARIF has three levels and none for doubt: what is unknown must not pass, so it is an error. */
export const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  silent: 'error',
  breaking: 'error',
  unknown: 'error',
  warning: 'warning',
  safe: 'note',
};

/** SARIF 2.1.0, for code hosts; waived findings are in it as suppressed. */
export function toSarif(report: Report): string {
  const waived = report.waived.map(({ finding, waiver }) => ({
    ...result(finding),
    suppressions: [{ kind: 'external', justification: `${waiver.reason} (until ${waiver.expires})` }],
  }));
  const shown = [...report.findings, ...report.waived.map(({ finding }) => finding)];
  const rules = [...new Map(shown.map(({ rule }) => [rule.id, rule])).values()];
  const driver = { name: 'lockstep gate', rules: rules.map(descriptor) };
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, results: [...report.findings.map(result), ...waived] }],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

const descriptor = ({ id, title, why, fix, severity, direction }: Rule) => ({
  id,
  shortDescription: { text: title },
  fullDescription: { text: `${DIRECTIONS[direction]}: ${why}` },
  help: { text: fix },
  defaultConfiguration: { level: LEVELS[severity] },
  properties: { severity },
});

function result({ rule, path, detail, file, against }: Finding) {
  const where = against === undefined ? path : `${path}, against ${against}`;
  const physical = file && {
    artifactLocation: { uri: uriOf(file) },
    region: { startLine: lineOf(readText(file), path) },
  };
  return {
    ruleId: rule.id,
    level: LEVELS[rule.severity],
    message: { text: `${rule.title} (${where}): ${detail}. ${rule.fix}` },
    partialFingerprints: { 'rulePath/v1': `${rule.id} ${path}` },
    locations: [{ ...(physical && { physicalLocation: physical }), logicalLocations: [{ fullyQualifiedName: path }] }],
  };
}

/** From the folder the gate runs in, as code hosts want it. */
function uriOf(file: string): string {
  const inside = relative(process.cwd(), file);
  if (inside.startsWith('..') || isAbsolute(inside)) return pathToFileURL(file).href;
  return inside.split('\\').join('/').split('/').map(encodeURIComponent).join('/');
}
