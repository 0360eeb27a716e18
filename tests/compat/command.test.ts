/**
 * Proves: `lockstep gate check` ends with 0, 1, 2 or 3 as its verdict is, writes each form of output as its readers need it, and
 * refuses what it cannot read, each with its code. Does not prove: how code hosts show it.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { Command } from 'commander';
import { exitCodeOf } from '../../cli/src/failure.ts';
import { gateCommand } from '../../gate/src/command.ts';

const root = mkdtempSync(join(tmpdir(), 'lockstep-gate-'));
after(() => rmSync(root, { recursive: true, force: true }));

const fixture = (rule: string, pair: 'bad' | 'good', side: 'old' | 'new', ending = '.json'): string =>
  join(import.meta.dirname, 'fixtures', rule, pair, side + ending);
const pairOf = (rule: string, pair: 'bad' | 'good'): readonly string[] => [
  fixture(rule, pair, 'old'),
  fixture(rule, pair, 'new'),
];

function file(name: string, text: string): string {
  const path = join(root, name);
  writeFileSync(path, text);
  return path;
}

async function gate(...args: readonly string[]) {
  const texts = { stdout: '', stderr: '' };
  let code: number | undefined;
  const stream = (name: 'stdout' | 'stderr') => ({
    write: (text: string): void => {
      texts[name] += text;
    },
  });
  const finish = (verdict: number): void => {
    code = verdict;
  };
  const world = { stdout: stream('stdout'), stderr: stream('stderr'), finish, today: () => '2026-01-01' };
  const command = new Command().addCommand(gateCommand(world));
  await command.parseAsync(['gate', 'check', ...args], { from: 'user' });
  return { ...texts, code };
}

describe('the exit code', () => {
  test('0: it fits', async () => assert.equal((await gate(...pairOf('LS-ACC-013', 'bad'))).code, 0));
  test('1: it breaks', async () => assert.equal((await gate(...pairOf('LS-ACC-005', 'bad'))).code, 1));
  test('3: it cannot be told', async () => assert.equal((await gate(...pairOf('LS-ACC-026', 'bad'))).code, 3));

  const idl = fixture('LS-ACC-005', 'bad', 'old');
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['a path that does not exist', 'GATE_INPUT_UNREADABLE', [join(root, 'none.json'), idl]],
    ['a file of another kind', 'GATE_INPUT_UNREADABLE', [idl, file('notes.txt', 'x')]],
    ['an empty folder', 'GATE_INPUT_UNREADABLE', [idl, mkdtempSync(join(root, 'empty-'))]],
    ['an IDL that is no JSON', 'GATE_IDL_INVALID', [idl, file('broken.json', '{')]],
    ['JSON that is no IDL', 'GATE_IDL_INVALID', [idl, file('other.json', '{"metadata": {"spec": "0.1.0"}}')]],
    ['a .proto that does not parse', 'GATE_PROTO_INVALID', [idl, file('broken.proto', 'message {')]],
    ['a manifest that names no release', 'GATE_MANIFEST_INVALID', [idl, file('manifest.json', '{}')]],
    ['waivers that are none', 'GATE_WAIVERS_INVALID', [idl, idl, '--waivers', file('w.json', '[]')]],
    ['sizes that are none', 'GATE_SIZES_INVALID', [idl, idl, '--sizes', file('s.json', '{"Vault": -1}')]],
    [
      'sides of another kind',
      'GATE_SIDES_DIFFER',
      [fixture('LS-PRO-001', 'bad', 'old', '.proto'), fixture('LS-WIR-007', 'bad', 'old', '')],
    ],
  ];
  for (const [what, code, args] of cases) {
    test(`2: ${what}`, async () => {
      const error = await gate(...args).then(
        () => assert.fail('it was judged'),
        (cause: unknown) => cause as { code: string },
      );
      assert.equal(error.code, code);
      assert.equal(exitCodeOf(error), 2);
    });
  }
});

describe('output', () => {
  test('for people: what, where, why, what to do; safe changes when asked', async () => {
    const { stdout } = await gate(...pairOf('LS-ACC-005', 'bad'));
    assert.match(stdout, /^SILENT LS-ACC-005 fields reordered\n {2}where {2}accounts\/Vault\/locked/);
    assert.match(stdout, /\n {2}what {3}.*\n {2}why {4}old bytes → new program: .*\n {2}do {5}Restore the order\./);
    assert.match(stdout, /1 silent, 0 breaking.*\nBREAKS/);
    const safe = pairOf('LS-ACC-013', 'bad');
    assert.doesNotMatch((await gate(...safe)).stdout, /LS-ACC-013/);
    assert.match((await gate(...safe, '--all')).stdout, /SAFE LS-ACC-013/);
  });

  test('--json: one line', async () => {
    const { stdout } = await gate(...pairOf('LS-ACC-005', 'bad'), '--json');
    assert.equal(stdout.trimEnd().split('\n').length, 1);
    const { verdict, exit, findings } = JSON.parse(stdout);
    assert.deepEqual([verdict, exit, findings.length], ['breaks', 1, 1]);
    assert.deepEqual([findings[0].rule, findings[0].severity], ['LS-ACC-005', 'silent']);
  });

  test('--sarif: a log with rules and the line of the field', async () => {
    const target = join(root, 'gate.sarif');
    const [old = '', next = ''] = pairOf('LS-ACC-005', 'bad');
    await gate(old, next, '--sarif', target);
    const { version, runs } = JSON.parse(readFileSync(target, 'utf8'));
    assert.equal(version, '2.1.0');
    assert.equal(runs[0].tool.driver.rules[0].id, 'LS-ACC-005');
    const [result] = runs[0].results;
    assert.equal(result.level, 'error');
    const line = result.locations[0].physicalLocation.region.startLine;
    assert.match(readFileSync(next, 'utf8').split('\n')[line - 1] ?? '', /"locked"/);
  });

  test('--github: one command a finding, beside the text', async () => {
    const { stdout } = await gate(...pairOf('LS-ACC-005', 'bad'), '--github');
    assert.match(stdout, /BREAKS/);
    assert.match(stdout, /\n::error file=[^:]*new\.json,line=\d+,title=LS-ACC-005 fields reordered::accounts\/Vault/);
    assert.match((await gate(...pairOf('LS-ACC-012', 'bad'), '--github')).stdout, /\n::warning file=/);
  });

  test('waivers are said, and what they let pass does not count', async () => {
    const waiver = { rule: 'LS-IX-001', path: 'instructions/close', reason: 'never called', expires: '2026-12-31' };
    const waivers = file('waivers.json', JSON.stringify({ waivers: [waiver] }));
    const { stdout, code } = await gate(...pairOf('LS-IX-001', 'bad'), '--waivers', waivers);
    assert.equal(code, 0);
    assert.match(stdout, /waived until 2026-12-31: LS-IX-001 instructions\/close: never called/);
  });
});
