/**
 * Proves: the gate bites. For each class of change that breaks settlement a mutant is made, and the gate refuses it by the rule that is
 * for it: of the IDL (`gate check`), of the released object's own bytes, and of the program's source, built anew (`gate replay`).
 * Mutants of the source take the program's toolchain and a minute: MUTANTS=all builds them, as CI does; otherwise they are skipped by name.
 * Does not prove: that every fault is found; what no recording runs through is not.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Finding } from '../../gate/src/finding.ts';
import { judgeSides } from '../../gate/src/judge.ts';
import { replayReleases } from '../../gate/src/replay/replay.ts';

const repo = join(import.meta.dirname, '../..');
const releases = join(repo, 'releases/settlement');
const { staged } = JSON.parse(readFileSync(join(repo, 'releases/environments.json'), 'utf8'));
const today = '2026-01-01';
const root = mkdtempSync(join(tmpdir(), 'lockstep-mutants-'));
after(() => rmSync(root, { recursive: true, force: true }));

const refusalsOf = (findings: readonly Finding[]): readonly string[] =>
  findings.filter(({ rule }) => rule.severity !== 'warning' && rule.severity !== 'safe').map(({ rule }) => rule.id);

interface NamedField {
  name: string;
  type: unknown;
}
interface IdlJson {
  types: { name: string; type: { kind: string; fields: NamedField[] } }[];
  constants: { name: string; value: string }[];
  errors: { code: number; name: string }[];
}

describe('a mutant of the IDL', () => {
  const text = readFileSync(join(releases, staged.settlement, 'idl.json'), 'utf8');
  const fieldsOf = (idl: IdlJson, name: string): NamedField[] => {
    const type = idl.types.find((one) => one.name === name);
    assert.ok(type, name);
    return type.type.fields;
  };
  const place = (fields: readonly NamedField[], name: string): number => {
    const at = fields.findIndex((field) => field.name === name);
    assert.ok(at >= 0, name);
    return at;
  };

  const mutants: readonly (readonly [string, string, (idl: IdlJson) => void])[] = [
    [
      'with two fields of an account swapped',
      'LS-ZC-004',
      (idl) => {
        const fields = fieldsOf(idl, 'MarketHeader');
        const [a, b] = [place(fields, 'base_mint'), place(fields, 'quote_mint')];
        [fields[a], fields[b]] = [fields[b] as NamedField, fields[a] as NamedField];
      },
    ],
    [
      'with an account grown at its end',
      'LS-ZC-001',
      (idl) => fieldsOf(idl, 'GlobalConfig').push({ name: 'extra', type: { array: ['u8', 8] } }),
    ],
    [
      'with a field in the middle of an event',
      'LS-EVT-006',
      (idl) => fieldsOf(idl, 'BatchSettled').splice(1, 0, { name: 'lane', type: { array: ['u8', 8] } }),
    ],
    [
      'without version 1',
      'LS-WIR-006',
      (idl) => {
        const mask = idl.constants.find(({ name }) => name === 'SUPPORTED_VERSIONS');
        assert.ok(mask);
        mask.value = '2';
      },
    ],
    [
      'with another code for an error',
      'LS-ERR-001',
      (idl) => {
        const error = idl.errors.find(({ name }) => name === 'SequenceSettled');
        assert.ok(error);
        error.code += 500;
      },
    ],
  ];
  for (const [what, rule, mutate] of mutants) {
    test(`${what} is refused: ${rule}`, async () => {
      const idl: IdlJson = JSON.parse(text);
      mutate(idl);
      const file = join(root, 'idl.json');
      writeFileSync(file, JSON.stringify(idl));
      const { verdict, findings } = await judgeSides(join(releases, staged.settlement), file, { today });
      assert.equal(verdict, 'breaks');
      assert.ok(refusalsOf(findings).includes(rule), refusalsOf(findings).join(', '));
    });
  }
});

/** The rules a candidate object is refused by. */
function refusals(object: string): readonly string[] {
  const report = replayReleases(object, { releases, today });
  const ids = refusalsOf(report.findings);
  assert.equal(report.verdict, ids.length === 0 ? 'fits' : 'breaks');
  return [...new Set(ids)].sort();
}

describe('a mutant of the released object', () => {
  /** `add64 REGISTER, 9999`: what makes a fee round up. */
  const ADD = 0x07;
  const ROUNDING = 9_999;
  const SLOT = 8;
  const object = readFileSync(join(releases, staged.settlement, 'settlement.so'));
  const start = 0xe8;
  const places = Array.from({ length: Math.floor((object.length - start) / SLOT) }, (_, i) => start + i * SLOT).filter(
    (at) => object[at] === ADD && object.readInt32LE(at + 4) === ROUNDING,
  );

  test('that rounds fees down is refused, wherever a fee is charged: LS-RUN-003', () => {
    assert.ok(places.length >= 4, `${places.length} places round up`);
    const missed = places.filter((at) => {
      const mutant = Buffer.from(object);
      mutant.writeInt32LE(0, at + 4);
      const file = join(root, `rounding-${at}.so`);
      writeFileSync(file, mutant);
      return !refusals(file).includes('LS-RUN-003');
    });
    // The compiler made a copy of V1's for the batch that is refused, where a fee decides only which trade is at fault.
    assert.ok(missed.length <= 1, `not noticed at bytes ${missed.join(', ')}`);
  });
});

interface SourceMutant {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly rule: string;
}

const MUTANTS: readonly SourceMutant[] = [
  {
    name: 'whose fees round down',
    file: 'math.rs',
    from: '(amount.wrapping_mul(bps) + (BPS_PER_ONE - 1)) / BPS_PER_ONE',
    to: 'amount.wrapping_mul(bps) / BPS_PER_ONE',
    rule: 'LS-RUN-003',
  },
  {
    name: 'whose columns are encoded otherwise',
    file: 'wire/column.rs',
    from: 'pub const PLAIN: u8 = 0;',
    to: 'pub const PLAIN: u8 = 3;',
    rule: 'LS-RUN-001',
  },
  {
    name: 'whose price steps have another sign',
    file: 'wire/integer.rs',
    from: '(step >> 1) ^ (step & 1).wrapping_neg()',
    to: '(step >> 1) ^ ((step & 1) ^ 1).wrapping_neg()',
    rule: 'LS-RUN-003',
  },
  {
    name: 'whose entries have two balances swapped',
    file: 'state/trader_entry.rs',
    from: '    pub base_lots: PodU64,\n    pub quote_atoms: PodU64,',
    to: '    pub quote_atoms: PodU64,\n    pub base_lots: PodU64,',
    rule: 'LS-RUN-003',
  },
  {
    name: 'that says an event in another order',
    file: 'events.rs',
    from: '    pub base_lots: PodU64,\n    pub quote_atoms: PodU64,\n    pub fees: PodU64,',
    to: '    pub quote_atoms: PodU64,\n    pub base_lots: PodU64,\n    pub fees: PodU64,',
    rule: 'LS-RUN-004',
  },
  {
    name: 'that takes a gap in the trades for a replay',
    file: 'processor/v1.rs',
    from: 'if is_replay {',
    to: 'if !is_replay {',
    rule: 'LS-RUN-005',
  },
  {
    name: 'that takes a batch out of its turn',
    file: 'instructions/settle_batch/v2.rs',
    from: 'require!(first > last && u64::MAX - first >= later, SettlementError::TradeReplay);\n    require!(first - 1 == last, SettlementError::TradeGap);',
    to: 'let _ = (first, last, later);',
    rule: 'LS-RUN-002',
  },
];

const skip = process.env.MUTANTS === 'all' ? false : 'MUTANTS=all builds them with the toolchain of the program';

describe('a mutant of the program', { skip }, () => {
  const tree = join(root, 'tree');
  const source = 'programs/settlement/src';

  before(() => {
    const listed = spawnSync(
      'git',
      ['ls-files', 'programs', 'tools', 'idl', 'Cargo.toml', 'Cargo.lock', 'Anchor.toml'],
      {
        cwd: repo,
        encoding: 'utf8',
      },
    );
    for (const file of listed.stdout.trim().split('\n')) {
      mkdirSync(join(tree, file, '..'), { recursive: true });
      cpSync(join(repo, file), join(tree, file));
    }
  });

  function built(name: string): string {
    const out = join(root, name);
    const { status, stderr } = spawnSync(join(tree, 'tools/build-program'), ['--out', out, '--upstream'], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    return join(out, 'settlement.so');
  }

  test('without a mutation is not refused', () => assert.deepEqual(refusals(built('as it is')), []));

  for (const { name, file, from, to, rule } of MUTANTS) {
    test(`${name} is refused: ${rule}`, () => {
      const path = join(tree, source, file);
      const text = readFileSync(join(repo, source, file), 'utf8');
      assert.ok(text.includes(from), `${file} has no ${from}`);
      writeFileSync(path, text.replaceAll(from, to));
      try {
        const found = refusals(built(name));
        assert.ok(found.includes(rule), `found ${found.join(', ') || 'nothing'}`);
      } finally {
        writeFileSync(path, text);
      }
    });
  }
});
