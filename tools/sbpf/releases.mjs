// What build-program knows about releases/. Plain Node, so that it runs before anything is installed.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repo = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const folderOf = (program, semver) => join(repo, 'releases', program, semver);
const readJson = (...path) => JSON.parse(readFileSync(join(repo, ...path), 'utf8'));
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

function refuse(message) {
  console.error(`build-program: ${message}`);
  process.exit(2);
}

function stagedObject(program, features) {
  const staged = readJson('releases', 'environments.json').staged[program];
  if (staged === undefined) refuse(`releases/environments.json stages no release of ${program}`);
  const semver = features === '' ? staged : `${staged}+${features}`;
  const object = join(folderOf(program, semver), `${program}.so`);
  if (!existsSync(object)) refuse(`releases/environments.json stages ${program} ${semver}, which has no object`);
  console.log(object);
}

/** A build with features is named by them: 1.2.3+features is the source of 1.2.3. */
function mayWrite(program, semver, replace, features) {
  const [version, build = ''] = semver.split('+');
  if (!/^\d+\.\d+\.\d+$/.test(version)) refuse(`--release wants a version like 1.2.3, not ${semver}`);
  if (build !== features) refuse(`a release with --features ${features || '(none)'} is not called ${semver}`);
  const crate = crateVersion(program);
  if (crate !== version) refuse(`programs/${program}/Cargo.toml says version ${crate}, not ${semver}`);
  if (existsSync(folderOf(program, semver)) && replace !== 'yes') {
    refuse(
      `release ${semver} exists; one that was ever deployed stays as it is, any other one is replaced by --replace`,
    );
  }
}

function crateVersion(program) {
  const manifest = readFileSync(join(repo, 'programs', program, 'Cargo.toml'), 'utf8');
  return manifest.match(/^version\s*=\s*"(.+)"/m)?.[1];
}

function lockedVersion(crate) {
  const lock = readFileSync(join(repo, 'Cargo.lock'), 'utf8');
  return lock.match(new RegExp(`name = "${crate}"\nversion = "(.+)"`))?.[1] ?? refuse(`Cargo.lock has no ${crate}`);
}

/** The versions a build speaks, from the bit mask the IDL carries (bit 1 = version 1, bit 2 = version 2, bit 4 = version 3). */
function batchVersions(idl) {
  const mask = Number(idl.constants?.find(({ name }) => name === 'SUPPORTED_VERSIONS')?.value);
  if (!Number.isInteger(mask) || mask <= 0) refuse('the IDL names no SUPPORTED_VERSIONS');
  return [...Array(8).keys()].filter((bit) => mask & (1 << bit)).map((bit) => bit + 1);
}

function write(program, semver, objectPath, idlPath, toolchain) {
  const object = readFileSync(objectPath);
  const idl = `${JSON.stringify(JSON.parse(readFileSync(idlPath, 'utf8')), null, 2)}\n`;
  const manifest = {
    name: program,
    semver,
    sha256: sha256(object),
    bytes: object.length,
    idlSha256: sha256(idl),
    batchVersions: batchVersions(JSON.parse(idl)),
    toolchain: { ...JSON.parse(toolchain), anchor: lockedVersion('anchor-lang') },
  };
  const folder = folderOf(program, semver);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${program}.so`), object);
  writeFileSync(join(folder, 'idl.json'), idl);
  cpSync(join(repo, 'proto', 'lockstep'), join(folder, 'proto'), { recursive: true });
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  console.log(`${manifest.sha256}  releases/${program}/${semver}/${program}.so  ${manifest.bytes} bytes`);
}

const commands = { 'staged-object': stagedObject, 'may-write': mayWrite, write };
const [command, ...args] = process.argv.slice(2);
const run = commands[command] ?? (() => refuse(`releases.mjs has no command ${command}`));
run(...args);
