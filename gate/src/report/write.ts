import { writeFile } from 'node:fs/promises';
import { toGithub } from './github.ts';
import { toJson } from './json.ts';
import type { Report } from './report.ts';
import { toSarif } from './sarif.ts';
import { toText } from './text.ts';

/** Forms of output that were asked for. */
export interface Forms {
  readonly json?: boolean;
  /** A file, or standard output instead of the text. */
  readonly sarif?: string | true;
  readonly github?: boolean;
  /** Whether the text lists safe changes too. */
  readonly all?: boolean;
}

interface Streams {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/** Standard output is for one form; annotations go beside it, where a workflow reads them all the same. */
export async function writeReport(
  report: Report,
  { json, sarif, github, all }: Forms,
  streams: Streams,
): Promise<void> {
  if (typeof sarif === 'string') await writeFile(sarif, toSarif(report));
  if (sarif === true) streams.stdout.write(toSarif(report));
  else streams.stdout.write(json ? toJson(report) : toText(report, all === true));
  if (github) (json || sarif === true ? streams.stderr : streams.stdout).write(toGithub(report));
}
