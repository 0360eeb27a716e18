// Proves: what the example's workflow and the action run, with the very values of the workflow, passes the example's change, fails the breaking one
// at its line, in annotations and SARIF, and fails what cannot be judged; the verdict is told to later steps.
// Does not prove: that a code host runs the action; it takes the same script with the same environment.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const repo = join(import.meta.dirname, '../..');
const example = join(repo, 'examples/ci-gate');
const action = join(repo, 'ci/action');
const root = mkdtempSync(join(tmpdir(), 'lockstep-ci-gate-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** `key: value` lines of a step, by name. */
const settings = (text: string): ReadonlyMap<string, string> =>
  new Map([...text.matchAll(/^\s+([\w-]+): (.+)$/gm)].map(([, key = '', value = '']) => [key, value]));

const workflow = readFileSync(join(example, '.github/workflows/gate.yml'), 'utf8');
const step = workflow.slice(workflow.indexOf('/ci/action@'));
const given = settings(step);
const manifest = readFileSync(join(action, 'action.yml'), 'utf8');
/** Each variable of the script is the input of its name. */
const environment = Object.fromEntries(
  [...manifest.matchAll(/^\s+([A-Z]+): \$\{\{ inputs\.(\w+) \}\}$/gm)].map(([, name = '', input = '']) => [
    name,
    given.get(input) ?? '',
  ]),
);

/** The action's command in a copy of the example, changed first. */
function run(change: (folder: string) => void = () => undefined) {
  const folder = join(mkdtempSync(join(root, 'user-')), 'repository');
  cpSync(example, folder, { recursive: true });
  change(folder);
  const command = /run: (bash .*)$/m.exec(manifest)?.[1];
  assert.ok(command, 'the action runs a command');
  const output = join(folder, 'github-output');
  const env = { ...process.env, ...environment, GITHUB_ACTION_PATH: action, GITHUB_OUTPUT: output };
  const { status, stdout, stderr } = spawnSync('bash', ['-c', command], { cwd: folder, env, encoding: 'utf8' });
  const sarif = () => JSON.parse(readFileSync(join(folder, environment.SARIF ?? ''), 'utf8'));
  return { status, stdout, stderr, sarif, verdict: () => readFileSync(output, 'utf8').trim() };
}

test('the workflow gives the action what it takes', () => {
  assert.deepEqual(environment, {
    OLD: 'released',
    NEW: 'idl',
    WAIVERS: 'gate-waivers.json',
    SIZES: 'account-sizes.json',
    SARIF: 'gate.sarif',
  });
});

test("the example's change fits every release", () => {
  const { status, stdout, stderr, sarif, verdict } = run();
  assert.equal(status, 0, stdout + stderr);
  assert.equal(verdict(), 'verdict=fits');
  assert.equal(sarif().version, '2.1.0');
});

test('the breaking change fails at its line, for every release', () => {
  const { status, stdout, sarif, verdict } = run((folder) => {
    cpSync(join(folder, 'breaking/vault.json'), join(folder, 'idl/vault.json'));
  });
  assert.equal(status, 1);
  assert.equal(verdict(), 'verdict=breaks');
  const lines = readFileSync(join(example, 'breaking/vault.json'), 'utf8').split('\n');
  const line = lines.findIndex((text) => text.includes('"limit"')) + 1;
  assert.match(stdout, new RegExp(`^::error file=idl/vault.json,line=${line},title=LS-ACC-006 `, 'm'));
  assert.match(stdout, /released\/1\.0\.0\.json/);
  const [{ results }] = sarif().runs;
  const found = results.find(({ ruleId }: { ruleId: string }) => ruleId === 'LS-ACC-006');
  assert.equal(found.locations[0].physicalLocation.artifactLocation.uri, 'idl/vault.json');
  assert.equal(found.locations[0].physicalLocation.region.startLine, line);
});

test('what cannot be judged, or read, fails too', () => {
  const unknown = run((folder) => {
    const file = join(folder, 'idl/vault.json');
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('"type": "bool"', '"type": { "defined": { "name": "Elsewhere" } }'),
    );
  });
  assert.deepEqual([unknown.status, unknown.verdict()], [3, 'verdict=unknown'], unknown.stdout);
  const broken = run((folder) => writeFileSync(join(folder, 'idl/vault.json'), '{'));
  assert.deepEqual([broken.status, broken.verdict()], [2, 'verdict=error']);
  assert.match(broken.stderr, /GATE_(?:IDL_INVALID|INPUT_UNREADABLE)/);
});
