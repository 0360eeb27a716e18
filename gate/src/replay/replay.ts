import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { LiteSVM } from 'litesvm';
import { gateError } from '../errors.ts';
import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import type { Idl } from '../idl/model.ts';
import { parseIdl } from '../idl/parse.ts';
import type { Report } from '../report/report.ts';
import { reportOf } from '../report/report.ts';
import { replay } from '../rules/replay.ts';
import { filesIn, foldersIn, readText } from '../side/files.ts';
import { parseManifest } from '../side/manifest.ts';
import { unique } from '../unique.ts';
import { fits } from '../verdict.ts';
import { applyWaivers, parseWaivers } from '../waivers.ts';
import { applied, compareOutcomes } from './compare.ts';
import { forget, machine, put, run } from './machine.ts';
import { compareReadings } from './readings.ts';
import type { AccountDump, Case, Recording } from './recording.ts';
import { accountsOf, parseRecording } from './recording.ts';

/** What is to take the place of the releases. */
interface Candidate {
  readonly label: string;
  readonly object: Uint8Array;
  /** Where there is one: accounts of releases are read by it. */
  readonly idl: Idl | undefined;
}

export interface ReplayCircumstances {
  /** Folder of the program's releases. */
  readonly releases: string;
  /** IDL of a candidate that is an object alone. */
  readonly idl?: string | undefined;
  readonly waivers?: string | undefined;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
}

/**
 * Plays what every release was recorded doing on the candidate's object, in an SVM in this process.
 * @throws LockstepError GATE_INPUT_UNREADABLE, GATE_OBJECT_INVALID, GATE_IDL_INVALID, GATE_MANIFEST_INVALID, GATE_RECORDING_INVALID,
 *   GATE_WAIVERS_INVALID
 */
export function replayReleases(path: string, circumstances: ReplayCircumstances): Report {
  const waivers = circumstances.waivers === undefined ? [] : parseWaivers(readText(circumstances.waivers));
  const candidate = readCandidate(path, circumstances.idl);
  const folders = releasesIn(circumstances.releases);
  const findings = folders.flatMap((folder) => replayRelease(folder, candidate));
  return reportOf(
    circumstances.releases,
    candidate.label,
    applyWaivers(unique(findings), waivers, circumstances.today),
  );
}

const ELF = Buffer.from([0x7f, 0x45, 0x4c, 0x46]);

function readCandidate(path: string, idlFile: string | undefined): Candidate {
  if (!existsSync(path)) throw gateError('GATE_INPUT_UNREADABLE', `${path} cannot be read`);
  const isFolder = statSync(path).isDirectory();
  const file = isFolder ? filesIn(path, '.so')[0] : path;
  if (file === undefined) throw gateError('GATE_OBJECT_INVALID', `${path} holds no object`);
  const object = readFileSync(file);
  if (!object.subarray(0, ELF.length).equals(ELF)) throw gateError('GATE_OBJECT_INVALID', `${file} is no object`);
  const beside = isFolder && existsSync(join(path, 'idl.json')) ? join(path, 'idl.json') : undefined;
  const idl = idlFile ?? beside;
  return { label: path, object, idl: idl === undefined ? undefined : readIdl(idl) };
}

function readIdl(file: string): Idl {
  try {
    return parseIdl(readText(file));
  } catch (cause) {
    throw gateError('GATE_IDL_INVALID', file, cause);
  }
}

/** Releases that have an object. @throws LockstepError GATE_INPUT_UNREADABLE when there is none */
function releasesIn(path: string): readonly string[] {
  const found = foldersIn(path).filter(
    (one) => existsSync(join(one, 'manifest.json')) && filesIn(one, '.so').length > 0,
  );
  if (found.length > 0) return found;
  throw gateError('GATE_INPUT_UNREADABLE', `${path} holds no release of a program`);
}

function replayRelease(folder: string, candidate: Candidate): readonly Finding[] {
  const manifestFile = join(folder, 'manifest.json');
  const manifest = parseManifest(readText(manifestFile), manifestFile);
  const label = `${manifest.name} ${manifest.semver}`;
  const at = (findings: readonly Finding[], file: string) =>
    findings.map((found) => ({ ...found, file, against: label }));
  const path = `recorded/${basename(folder)}`;
  const file = join(folder, 'golden.json');
  if (!existsSync(file)) return at([finding(replay.unrecorded, path, 'it has no golden.json')], manifestFile);
  const text = readText(file);
  const recording = parseRecording(text, file);
  const [objectFile = ''] = filesIn(folder, '.so');
  const object = readFileSync(objectFile);
  const idl = existsSync(join(folder, 'idl.json')) ? readIdl(join(folder, 'idl.json')) : undefined;
  const forged = forgery(recording, { text, object, goldenSha256: manifest.goldenSha256, idl });
  if (forged !== undefined) return at([finding(replay.forged, path, forged)], file);
  const played = play(recording, candidate.object, idl);
  const read = idl && candidate.idl ? compareReadings(dumpsIn(recording), idl, candidate.idl, 'dumps') : [];
  return at([...played, ...read, ...(idl ? unplayed(recording, idl, path) : [])], file);
}

interface Released {
  readonly text: string;
  readonly object: Uint8Array;
  readonly goldenSha256: string | undefined;
  readonly idl: Idl | undefined;
}

/** Why a recording proves nothing about its release; undefined when it does. */
function forgery(recording: Recording, { text, object, goldenSha256, idl }: Released): string | undefined {
  if (goldenSha256 === undefined) return 'the manifest has no hash of it';
  if (sha256(text) !== goldenSha256) return 'its sha256 is not the one in the manifest';
  if (sha256(object) !== recording.objectSha256) return 'it was recorded with another object';
  const [first] = play(recording, object, idl);
  return first && `the released object does something else: ${first.path}: ${first.detail}`;
}

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** Every case on one machine; what a case left is gone before the next one. */
function play(recording: Recording, object: Uint8Array, idl: Idl | undefined): readonly Finding[] {
  const { program, upgradeAuthority } = recording;
  const svm = deployed({ object, program, upgradeAuthority });
  return recording.cases.flatMap((scene) => {
    const findings = playCase(svm, accountsOf(recording, scene), scene, idl);
    for (const address of namedIn(scene)) forget(svm, address);
    return findings;
  });
}

const namedIn = ({ steps }: Case): ReadonlySet<string> =>
  new Set(steps.flatMap(({ payer, instructions }) => [payer, ...instructions.flatMap(writableIn)]));

const writableIn = ({ accounts }: Case['steps'][number]['instructions'][number]): readonly string[] =>
  accounts.flatMap(({ address, role }) => (role.includes('w') ? [address] : []));

/** A case up to its first step that differs: what follows starts from another state. */
function playCase(svm: LiteSVM, start: readonly AccountDump[], scene: Case, idl: Idl | undefined): readonly Finding[] {
  const held = new Map<string, Uint8Array>();
  for (const account of start) {
    put(svm, account);
    held.set(account.address, Buffer.from(account.data, 'base64'));
  }
  const before = (address: string): Uint8Array => held.get(address) ?? new Uint8Array();
  const warnings: Finding[] = [];
  for (const [at, step] of scene.steps.entries()) {
    const path = `recorded/${scene.name}/${at + 1}`;
    const findings = compareOutcomes(step.outcome, run(svm, step), path, { idl, before });
    warnings.push(...findings);
    if (!fits(findings)) return warnings;
    if ('changes' in step.outcome)
      for (const change of step.outcome.changes) held.set(change.address, applied(before(change.address), change));
  }
  return warnings;
}

/** @throws LockstepError GATE_OBJECT_INVALID when the loader does not take the object */
function deployed(what: Parameters<typeof machine>[0]): LiteSVM {
  try {
    return machine(what);
  } catch (cause) {
    throw gateError('GATE_OBJECT_INVALID', 'the loader does not take the object', cause);
  }
}

/** Accounts of the program, as any case finds them. */
const dumpsIn = (recording: Recording) => {
  const dumps = recording.cases.flatMap((scene) => accountsOf(recording, scene));
  const own = dumps.filter(({ owner }) => owner === recording.program);
  return [...new Map(own.map((dump) => [`${dump.address} ${dump.data}`, dump])).values()];
};

function unplayed({ cases, program }: Recording, idl: Idl, path: string): readonly Finding[] {
  const sent = new Set(
    cases.flatMap(({ steps }) =>
      steps.flatMap(({ instructions }) =>
        instructions.filter((one) => one.program === program).map(({ data }) => data),
      ),
    ),
  );
  const missing = idl.instructions.filter(({ discriminator }) => {
    const start = Buffer.from(discriminator).toString('hex');
    return ![...sent].some((data) => data.startsWith(start));
  });
  const names = missing.map(({ name }) => name).join(', ');
  return missing.length === 0 ? [] : [finding(replay.partial, path, names)];
}
