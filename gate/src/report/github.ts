import { relative } from 'node:path';
import type { Finding } from '../finding.ts';
import { readText } from '../side/files.ts';
import { lineOf } from './locate.ts';
import type { Report } from './report.ts';
import { LEVELS } from './sarif.ts';

const COMMANDS = { error: 'error', warning: 'warning', note: 'notice' } as const;

/** Workflow commands that put each finding beside its line in a pull request; safe ones are left out. */
export function toGithub({ findings }: Report): string {
  return findings
    .filter(({ rule }) => rule.severity !== 'safe')
    .map(command)
    .join('');
}

function command({ rule, path, detail, file, against }: Finding): string {
  const place =
    file === undefined ? '' : `file=${property(relative(process.cwd(), file))},line=${lineOf(readText(file), path)},`;
  const title = property(`${rule.id} ${rule.title}`);
  const where = against === undefined ? path : `${path}, against ${against}`;
  return `::${COMMANDS[LEVELS[rule.severity]]} ${place}title=${title}::${data(`${where}: ${detail}\n${rule.why}\n${rule.fix}`)}\n`;
}

/** A line break would end the command. */
const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
