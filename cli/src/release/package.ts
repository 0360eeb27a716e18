import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { RELEASES, releaseAltered, releaseMissing, SEMVER } from './folder.ts';

/** Parts of Lockstep that are released as packages for Node. */
export const PACKAGED_FOR_NODE = ['relayer', 'feeder'] as const;
export type PackagedForNode = (typeof PACKAGED_FOR_NODE)[number];
/** The C++ engine is a program of its own. */
export const PACKAGED = [...PACKAGED_FOR_NODE, 'engine'] as const;
export type Packaged = (typeof PACKAGED)[number];

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const common = {
  semver: z.string().regex(SEMVER),
  /** Hex, of the package. */
  sha256,
  bytes: z.int().positive(),
  /** Batch versions and event schemas, highest first. */
  speaks: z.array(z.int().positive()).nonempty(),
};

/** What `manifest.json` says of the package beside it. */
const manifestSchema = z.union([
  z.strictObject({
    name: z.enum(PACKAGED_FOR_NODE),
    ...common,
    /** What Node runs, from the package's root. */
    entry: z.literal('main.mjs'),
    /** Versions of Node it runs on. */
    node: z.string(),
  }),
  z.strictObject({
    name: z.literal('engine'),
    ...common,
    /** The program, from the package's root. */
    entry: z.literal('lockstep-engine'),
    /** What it runs on: nothing else has to be installed. */
    needs: z.strictObject({ os: z.literal('linux'), cpu: z.literal('x86-64'), glibc: z.string() }),
    /** What it was made of. */
    built: z.strictObject({
      /** Hex, of the files it was compiled from. */
      sourceSha256: sha256,
      compiler: z.string(),
      protobuf: z.string(),
      hiredis: z.string(),
    }),
  }),
]);
export type PackageManifest = z.infer<typeof manifestSchema>;

/** A package that is what its manifest says. */
export interface ReleasePackage {
  readonly manifest: PackageManifest;
  /** Path of the .tgz. */
  readonly file: string;
}

/** Where the repository has a release. */
export const packageFolder = (name: Packaged, semver: string): string =>
  fileURLToPath(new URL(`${name}/${semver}`, RELEASES));

export const packageFile = ({ name, semver }: Pick<PackageManifest, 'name' | 'semver'>): string =>
  `lockstep-${name}-${semver}.tgz`;

/**
 * The package in a release's folder, verified byte for byte.
 * @throws LockstepError RELEASE_MISSING, RELEASE_ALTERED
 */
export async function readPackage(folder: string): Promise<ReleasePackage> {
  const manifest = await readManifest(folder);
  const file = join(folder, packageFile(manifest));
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw releaseMissing(`package ${packageFile(manifest)}`, cause);
  });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (bytes.length !== manifest.bytes || sha256 !== manifest.sha256) {
    throw releaseAltered(
      `${packageFile(manifest)} has ${bytes.length} bytes with sha256 ${sha256}, and its manifest says ` +
        `${manifest.bytes} with ${manifest.sha256}`,
    );
  }
  return { manifest, file };
}

/** @throws LockstepError RELEASE_MISSING, RELEASE_ALTERED for one that cannot be understood */
export async function readManifest(folder: string): Promise<PackageManifest> {
  const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch((cause: unknown) => {
    throw releaseMissing(`the release in ${folder}`, cause);
  });
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw releaseAltered(`manifest.json in ${folder} is no manifest of a package`, cause);
  }
}
