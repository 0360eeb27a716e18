/**
 * `npm run -s release:golden -- X.Y.Z`: records what the released program does with every golden vector, and through a market's
 * life, into releases/settlement/X.Y.Z/golden.json, and its sha256 into the manifest. `lockstep gate replay` plays it on candidates.
 *   --replace    allow a recording that exists to be replaced (only of a release that was never deployed)
 *
 * exit: 0 written · 2 wrong use
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Case, Recording } from '../gate/src/replay/recording.ts';

const repo = join(import.meta.dirname, '..');
const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

async function record(semver: string, objectFile: string, versions: readonly number[]): Promise<Recording> {
  // What builds a world takes its object from here, when it is loaded. A build with a feature less is met by worlds of the whole one.
  process.env.SETTLEMENT_OBJECT = objectFile.replace(/\+[\w-]+(?=\/)/, '');
  const [
    { Capture },
    { batchScenes, feeScenes, turnScenes },
    { lifeScenes },
    { machine, put, run },
    { accountsOf },
    { keys },
  ] = await Promise.all([
    import('./release-golden/capture.ts'),
    import('./release-golden/batches.ts'),
    import('./release-golden/life.ts'),
    import('../gate/src/replay/machine.ts'),
    import('../gate/src/replay/recording.ts'),
    import('../tests/program/setup/world.ts'),
  ]);
  const capture = new Capture();
  const scenes = [...lifeScenes(versions), ...feeScenes(versions), ...turnScenes(versions), ...batchScenes(versions)];
  for (const scene of scenes) capture.take(scene);
  const object = readFileSync(objectFile);
  const program = keys.programId.toBase58();
  const upgradeAuthority = keys.upgradeAuthority.publicKey.toBase58();
  const recording: Recording = {
    format: 1,
    release: semver,
    objectSha256: sha256(object),
    program,
    upgradeAuthority,
    accounts: [...capture.accounts],
    cases: [],
  };
  for (const script of capture.scripts) {
    const svm = machine({ object, program, upgradeAuthority });
    const start: Case = { ...script, steps: [] };
    for (const account of accountsOf(recording, start)) put(svm, account);
    recording.cases.push({ ...start, steps: script.steps.map((step) => ({ ...step, outcome: run(svm, step) })) });
  }
  return recording;
}

/** A line for each account and each step: a change of one is one line of a diff. */
function textOf({ accounts, cases, ...head }: Recording): string {
  const lines = (items: readonly unknown[], indent: string) =>
    items.map((item) => indent + JSON.stringify(item)).join(',\n');
  const open = Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`);
  const scenes = cases.map(
    ({ name, start, steps }) =>
      `    { "name": ${JSON.stringify(name)},\n      "start": [\n${lines(start, '        ')}\n      ],\n      "steps": [\n${lines(steps, '        ')}\n      ] }`,
  );
  return `{\n${open.join('\n')}\n  "accounts": [\n${lines(accounts, '    ')}\n  ],\n  "cases": [\n${scenes.join(',\n')}\n  ]\n}\n`;
}

async function main(): Promise<number> {
  const options = { replace: { type: 'boolean', default: false } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [semver, ...rest] = positionals;
  const folder = join(repo, 'releases/settlement', semver ?? '');
  const manifestFile = join(folder, 'manifest.json');
  if (semver === undefined || rest.length > 0 || !existsSync(manifestFile))
    return refuse('name one release of the program');
  const file = join(folder, 'golden.json');
  if (existsSync(file) && !values.replace)
    return refuse(
      `${semver} has a recording; of a release that was ever deployed it stays as it is, any other one: --replace`,
    );
  const { deployed } = JSON.parse(readFileSync(join(repo, 'releases/environments.json'), 'utf8'));
  if (existsSync(file) && deployed.settlement === semver)
    return refuse(`${semver} is deployed: its recording stays as it is`);
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));
  const recording = await record(semver, join(folder, 'settlement.so'), manifest.batchVersions);
  const text = textOf(recording);
  writeFileSync(file, text);
  const { toolchain, ...facts } = manifest;
  writeFileSync(manifestFile, `${JSON.stringify({ ...facts, goldenSha256: sha256(text), toolchain }, null, 2)}\n`);
  const steps = recording.cases.flatMap((scene) => scene.steps);
  const refused = steps.filter(({ outcome }) => 'refused' in outcome).length;
  console.log(
    `${semver}: ${recording.cases.length} cases, ${steps.length} transactions, ${refused} of them refused, ${text.length} bytes`,
  );
  return 0;
}

function refuse(reason: string): number {
  console.error(`release-golden: ${reason}`);
  return 2;
}

process.exitCode = await main();
