import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Plugin } from 'esbuild';
import { build } from 'esbuild';
import { noticesOf } from './notices.ts';

/** One program for Node: `main.mjs`, and beside it what it reads. */
export interface Bundle {
  /** Source file, from the repository's root. */
  readonly entry: string;
  /** Files and folders it reads when it runs, from the repository's root. */
  readonly assets: readonly string[];
  readonly semver: string;
  readonly speaks: readonly number[];
}

/** The oldest Node the repository runs on. */
const TARGET = 'node20.18';
/** What packages written for CommonJS expect to find. */
const COMMONJS = [
  "import { createRequire } from 'node:module';",
  "import { dirname as __dirnameOf } from 'node:path';",
  "import { fileURLToPath as __pathOf } from 'node:url';",
  'const require = createRequire(import.meta.url);',
  'const __filename = __pathOf(import.meta.url);',
  'const __dirname = __dirnameOf(__filename);',
].join('\n');

/** Writes the bundle into an empty folder. The same tree gives the same bytes. */
export async function writeBundle(repo: string, folder: string, bundle: Bundle): Promise<void> {
  const { metafile } = await build({
    absWorkingDir: repo,
    entryPoints: [bundle.entry],
    outfile: join(folder, 'main.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: TARGET,
    banner: { js: COMMONJS },
    define: { LOCKSTEP_RELEASE: JSON.stringify(bundle.semver), LOCKSTEP_SPEAKS: JSON.stringify(bundle.speaks) },
    plugins: [placesOfSources(repo)],
    // Smaller, and still readable where somebody has to: names stay.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'inline',
    metafile: true,
    logLevel: 'warning',
    logOverride: { 'require-resolve-not-external': 'silent' },
  });
  for (const asset of bundle.assets) copy(repo, folder, asset);
  copy(repo, folder, 'LICENSE');
  writeFileSync(join(folder, 'THIRD-PARTY.txt'), noticesOf(repo, Object.keys(metafile.inputs)));
}

function copy(repo: string, folder: string, asset: string): void {
  const to = join(folder, asset);
  mkdirSync(dirname(to), { recursive: true });
  cpSync(join(repo, asset), to, { recursive: true, filter: (path) => !path.endsWith('.ts') });
}

/** A package keeps the repository's folders: what a source file finds beside itself lies there too, from where it would have been. */
function placesOfSources(repo: string): Plugin {
  return {
    name: 'places of sources',
    setup({ onLoad }) {
      // No package is loaded as TypeScript: these are all ours.
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const place = JSON.stringify(relative(repo, path));
        const contents = readFileSync(path, 'utf8').replaceAll(
          'import.meta.url',
          `new URL(${place}, import.meta.url).href`,
        );
        return { contents, loader: 'ts' };
      });
    },
  };
}

/** What npm, and people, read about the folder. */
export function writePackageJson(folder: string, name: string, semver: string, node: string): void {
  const manifest = { name, version: semver, license: 'Apache-2.0', type: 'module', bin: 'main.mjs', engines: { node } };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
