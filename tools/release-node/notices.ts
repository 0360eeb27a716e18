import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGE_FOLDER = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/;
const LICENCE_FILE = /^(licen[cs]e|copying|notice)(\.|-|$)/i;

/**
 * Whose code is in a bundle, and on what terms: name, version and licence of each package, with the text it came with.
 * @param inputs files of the bundle, from the repository's root
 */
export function noticesOf(repo: string, inputs: readonly string[]): string {
  const folders = new Set(inputs.flatMap((input) => PACKAGE_FOLDER.exec(input)?.[0] ?? []));
  const notices = [...folders].map((folder) => noticeOf(join(repo, folder)));
  return [...new Set(notices)].sort().join(`\n${'-'.repeat(80)}\n\n`);
}

function noticeOf(folder: string): string {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>;
  const texts = readdirSync(folder)
    .filter((name) => LICENCE_FILE.test(name))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8').trim());
  return `${[`${manifest.name} ${manifest.version}: ${manifest.license ?? 'see below'}`, ...texts].join('\n\n')}\n`;
}
