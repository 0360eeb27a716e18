import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gateError } from '../errors.ts';
import { parseIdl } from '../idl/parse.ts';
import { parseLock } from '../proto/lock.ts';
import { filesIn, foldersIn, isFolder, protosBelow, readText, withImports } from './files.ts';
import type { Manifest } from './manifest.ts';
import { parseManifest } from './manifest.ts';
import type { ProgramSource, ProtoSide, Side, Unit } from './side.ts';

const MANIFEST = 'manifest.json';
const LOCK = 'field-numbers.json';

/**
 * What a path stands for: an IDL, a .proto, a release, a folder of releases, or a folder with IDLs and .proto (or with `idl/` and
 * `proto/`).
 * @throws LockstepError GATE_INPUT_UNREADABLE, GATE_IDL_INVALID, GATE_PROTO_INVALID, GATE_MANIFEST_INVALID
 */
export async function readSide(path: string): Promise<Side> {
  if (!isFolder(path)) return [await readFile(path)];
  if (existsSync(join(path, MANIFEST))) return [await readRelease(path)];
  const releases = foldersIn(path)
    .flatMap((folder) => [folder, ...foldersIn(folder)])
    .filter(isRelease);
  if (releases.length > 0) return Promise.all(releases.map(readRelease));
  return readFolder(path);
}

const isRelease = (folder: string): boolean => existsSync(join(folder, MANIFEST));

const unit = (label: string, parts: Partial<Unit>): Unit => ({
  isFile: false,
  program: undefined,
  proto: undefined,
  lock: undefined,
  manifest: undefined,
  altered: [],
  ...parts,
  label,
});

async function readFile(file: string): Promise<Unit> {
  if (file.endsWith('.proto')) return unit(file, { isFile: true, proto: await readProto([file]) });
  if (basename(file) === MANIFEST) return readRelease(dirname(file));
  if (file.endsWith('.json')) return unit(file, { isFile: true, program: readProgram(file) });
  throw gateError('GATE_INPUT_UNREADABLE', `${file} is neither .json nor .proto`);
}

/** IDLs of several programs are several units; .proto files belong together. */
async function readFolder(path: string): Promise<Side> {
  const idls = [...filesIn(path, '.json'), ...filesIn(join(path, 'idl'), '.json')].filter(looksLikeIdl);
  const below = isProject(path) ? join(path, 'proto') : path;
  const protos = protosBelow(below);
  const proto = protos.length === 0 ? undefined : await readProto(protos);
  const programs = idls.map((file) => unit(file, { program: readProgram(file) }));
  const [first, ...others] = programs;
  const lock = readLock(protos);
  if (first) return [{ ...first, proto, lock }, ...others];
  if (proto) return [unit(path, { proto, lock })];
  throw gateError('GATE_INPUT_UNREADABLE', `${path} holds no IDL, no .proto and no release`);
}

const isProject = (path: string): boolean => existsSync(join(path, 'proto'));

/** Other JSON lies around: locks, settings. What has instructions and cannot be read is an error all the same. */
const looksLikeIdl = (file: string): boolean => /"instructions"\s*:/.test(readText(file));

async function readRelease(folder: string): Promise<Unit> {
  const file = join(folder, MANIFEST);
  const content = parseManifest(readText(file), file);
  const idl = join(folder, 'idl.json');
  const program = existsSync(idl) ? readProgram(idl) : undefined;
  const protos = protosBelow(folder);
  return unit(`${content.name} ${content.semver}`, {
    program,
    proto: protos.length === 0 ? undefined : await readProto(protos),
    lock: readLock(protos),
    manifest: { content, file },
    altered: alteredIn(folder, content, program),
  });
}

function alteredIn(folder: string, manifest: Manifest, program: ProgramSource | undefined): Unit['altered'] {
  const wrongIdl = program && manifest.idlSha256 && sha256(program.text) !== manifest.idlSha256;
  const objects = [...filesIn(folder, '.so'), ...filesIn(folder, '.tgz')];
  const wrongObjects = manifest.sha256 ? objects.filter((file) => sha256(readFileSync(file)) !== manifest.sha256) : [];
  return [
    ...(wrongIdl ? [{ what: 'idl' as const, file: program.file }] : []),
    ...wrongObjects.map((file) => ({ what: 'object' as const, file })),
  ];
}

const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

function readProgram(file: string): ProgramSource {
  const text = readText(file);
  try {
    return { idl: parseIdl(text), file, text };
  } catch (cause) {
    throw gateError('GATE_IDL_INVALID', file, cause);
  }
}

/** The lock lies beside what it numbers. */
function readLock(protos: readonly string[]): Unit['lock'] {
  const file = protos.map((proto) => join(dirname(proto), LOCK)).find(existsSync);
  return file === undefined ? undefined : parseLock(readText(file), file);
}

/** Loaded only now: two IDLs need no protobuf library. */
async function readProto(files: readonly string[]): Promise<ProtoSide> {
  const { parseProto } = await import('../proto/parse.ts');
  const sources = withImports(files);
  return { proto: parseProto(sources), sources };
}
