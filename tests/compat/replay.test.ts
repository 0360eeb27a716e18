/**
 * Proves: what every release was recorded doing is played on a candidate, the staged release does the same, and each rule of the theme
 * finds what it is for and lets its good twin pass; a recording that was changed, cut or taken from another object proves nothing.
 * Does not prove: anything of a deployment; what runs here is an object, in an SVM of this process.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { parseIdl } from '../../gate/src/idl/parse.ts';
import { compareOutcomes } from '../../gate/src/replay/compare.ts';
import { placesIn } from '../../gate/src/replay/fields.ts';
import { compareReadings } from '../../gate/src/replay/readings.ts';
import type { AccountDump, Outcome } from '../../gate/src/replay/recording.ts';
import { replayReleases } from '../../gate/src/replay/replay.ts';
import { RULES } from '../../gate/src/rules/index.ts';

const repo = join(import.meta.dirname, '../..');
const releases = join(repo, 'releases/settlement');
const today = '2026-01-01';
const { staged, deployed } = JSON.parse(readFileSync(join(repo, 'releases/environments.json'), 'utf8'));
const root = mkdtempSync(join(tmpdir(), 'lockstep-replay-'));
after(() => rmSync(root, { recursive: true, force: true }));

const idsOf = (findings: readonly { rule: { id: string } }[]): readonly string[] => [
  ...new Set(findings.map(({ rule }) => rule.id)),
];
const shown = new Set<string>();

test('the staged release does what every release did', () => {
  const report = replayReleases(join(releases, staged.settlement), { releases, today });
  assert.deepEqual(
    report.findings.filter(({ rule }) => rule.severity !== 'warning').map(({ path, detail }) => `${path}: ${detail}`),
    [],
  );
  assert.equal(report.verdict, 'fits');
});

test('a build without version 1 is refused for each batch of it', () => {
  const { verdict, findings } = replayReleases(join(releases, `${staged.settlement}+v2-only`), { releases, today });
  assert.equal(verdict, 'breaks');
  assert.ok(findings.some(({ rule, path }) => rule.id === 'LS-RUN-001' && path === 'recorded/V1 batch: one trade/1'));
});

describe('a release', () => {
  /** A folder of one release, its recording changed. */
  function releaseWith(change: (text: string) => string | undefined, isHashed: boolean): string {
    const folder = mkdtempSync(join(root, 'releases-'));
    const copy = join(folder, deployed.settlement);
    cpSync(join(releases, deployed.settlement), copy, { recursive: true });
    const file = join(copy, 'golden.json');
    const text = change(readFileSync(file, 'utf8'));
    if (text === undefined) rmSync(file);
    else writeFileSync(file, text);
    const manifestFile = join(copy, 'manifest.json');
    const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));
    const goldenSha256 = createHash('sha256')
      .update(text ?? '')
      .digest('hex');
    if (isHashed) writeFileSync(manifestFile, JSON.stringify({ ...manifest, goldenSha256 }));
    return folder;
  }
  const judged = (folder: string) => replayReleases(join(releases, staged.settlement), { releases: folder, today });

  test('without a recording is unknown', () => {
    const { verdict, findings } = judged(releaseWith(() => undefined, false));
    assert.deepEqual([verdict, idsOf(findings)], ['unknown', ['LS-RUN-008']]);
    shown.add('LS-RUN-008');
  });

  const forgeries: readonly (readonly [string, (text: string) => string, boolean])[] = [
    [
      'with a case less',
      (text) => text.replace('"one trade"', '"one more trade"').replace(' one trade"', ' 1 trade"'),
      false,
    ],
    ['with another outcome, hash and all', (text) => text.replace(/"events":\["(..)/, '"events":["00'), true],
    [
      'with the recording of another object',
      (text) => text.replace(/"objectSha256": "......../, '"objectSha256": "00000000'),
      true,
    ],
  ];
  for (const [what, change, isHashed] of forgeries) {
    test(`${what} proves nothing`, () => {
      const { verdict, findings } = judged(releaseWith(change, isHashed));
      assert.deepEqual([verdict, idsOf(findings)], ['breaks', ['LS-RUN-009']]);
      shown.add('LS-RUN-009');
    });
  }

  test('with a recording that has no scene of an instruction says so', () => {
    const without = (text: string): string => {
      const recording = JSON.parse(text);
      const cases = recording.cases.filter(({ name }: { name: string }) => name !== 'administration');
      return JSON.stringify({ ...recording, cases });
    };
    const { verdict, findings } = judged(releaseWith(without, true));
    assert.deepEqual([verdict, idsOf(findings)], ['fits', ['LS-RUN-010']]);
    assert.match(findings[0]?.detail ?? '', /accept_admin.*set_fees/);
    shown.add('LS-RUN-010');
  });

  test('as it is fits, and says what is written where 0.1.0 keeps bytes free: a delay that was lowered', () => {
    const { verdict, findings } = judged(releaseWith((text) => text, false));
    assert.deepEqual([verdict, idsOf(findings)], ['fits', ['LS-RUN-007']]);
    assert.match(findings[0]?.detail ?? '', /^GlobalConfig\/reserved at 36: was 00, is 64$/);
  });
});

describe('two outcomes', () => {
  const idl = parseIdl(readFileSync(join(releases, deployed.settlement, 'idl.json'), 'utf8'));
  const [event] = idl.events;
  const account = idl.types.find(({ name }) => name === 'GlobalConfig');
  const config = idl.accounts.find(({ name }) => name === 'GlobalConfig');
  assert.ok(event && account && config);
  const address = 'Config1111111111111111111111111111111111111';
  const bytes = Buffer.concat([Buffer.from(config.discriminator), Buffer.alloc(600)]);
  const spare = placesIn(idl, bytes).find(({ isSpare }) => isSpare);
  assert.ok(spare);
  const meaning = { idl, before: () => bytes };
  const said = Buffer.from(event.discriminator).toString('hex');
  const refused = (error: number): Outcome => ({ refused: { instruction: 0, error } });
  const landed = (events: string[] = [said], pieces: [number, string][] = [[8, '07']]): Outcome => ({
    events,
    changes: [{ address, pieces }],
  });

  const pairs: readonly (readonly [string, string, Outcome, Outcome])[] = [
    ['LS-RUN-001', 'taken, then refused', landed(), refused(6071)],
    ['LS-RUN-002', 'refused, then taken', refused(6071), landed()],
    ['LS-RUN-003', 'another byte of a field', landed(), landed([said], [[8, '08']])],
    ['LS-RUN-003', 'a byte more', landed(), landed([said], [[8, '0708']])],
    ['LS-RUN-003', 'an account left alone', landed(), { events: [said], changes: [] }],
    [
      'LS-RUN-003',
      'other lamports',
      landed(),
      { events: [said], changes: [{ address, lamports: '5', pieces: [[8, '07']] }] },
    ],
    ['LS-RUN-004', 'an event with another byte', landed(), landed([`${said}00`])],
    ['LS-RUN-004', 'an event less', landed([said, `${said}01`]), landed([said])],
    ['LS-RUN-004', 'events in another order', landed([said, `${said}01`]), landed([`${said}01`, said])],
    ['LS-RUN-005', 'another refusal', refused(6071), refused(6072)],
    ['LS-RUN-006', 'an event more', landed(), landed([said, `${said}01`])],
  ];
  for (const [id, what, was, now] of pairs) {
    test(`${what}: ${id}`, () => {
      assert.deepEqual(idsOf(compareOutcomes(was, now, 'recorded/case/1', meaning)), [id]);
      assert.deepEqual(compareOutcomes(was, was, 'recorded/case/1', meaning), []);
      assert.deepEqual(compareOutcomes(now, now, 'recorded/case/1', meaning), []);
      shown.add(id);
    });
  }

  test('a byte that the release keeps free: LS-RUN-007', () => {
    const findings = compareOutcomes(
      landed(),
      landed(
        [said],
        [
          [8, '07'],
          [spare.from, '01'],
        ],
      ),
      'recorded/case/1',
      meaning,
    );
    assert.deepEqual(idsOf(findings), ['LS-RUN-007'], JSON.stringify(findings));
    shown.add('LS-RUN-007');
  });

  test('names the field, and the error', () => {
    const [state] = compareOutcomes(landed(), landed([said], [[8, '08']]), 'recorded/case/1', meaning);
    assert.match(state?.detail ?? '', /^GlobalConfig\/\w+( at \d+)?: was .*07, is .*08/);
    const [other] = compareOutcomes(refused(6071), refused(6072), 'recorded/case/1', meaning);
    assert.equal(other?.detail, 'was InvalidBatchVersion (6071), is Paused (6072)');
  });
});

describe('an account that a release left', () => {
  const text = readFileSync(join(releases, deployed.settlement, 'idl.json'), 'utf8');
  const idl = parseIdl(text);
  const dumps: AccountDump[] = JSON.parse(
    readFileSync(join(releases, deployed.settlement, 'golden.json'), 'utf8'),
  ).accounts.filter(({ owner }: AccountDump) => owner === idl.address);

  test('is read alike by an IDL that is the same', () => {
    assert.ok(dumps.length >= 2);
    assert.deepEqual(compareReadings(dumps, idl, idl, 'dumps'), []);
  });

  test('with two fields in another order is read as something else: LS-RUN-011', () => {
    const json = JSON.parse(text);
    const config = json.types.find(({ name }: { name: string }) => name === 'GlobalConfig');
    const { fields } = config.type;
    [fields[0], fields[2]] = [fields[2], fields[0]];
    const findings = compareReadings(dumps, idl, parseIdl(JSON.stringify(json)), 'dumps');
    assert.deepEqual(idsOf(findings), ['LS-RUN-011']);
    shown.add('LS-RUN-011');
  });
});

test('every rule of the theme was shown', () => {
  const theme = RULES.map(({ id }) => id).filter((id) => id.startsWith('LS-RUN'));
  assert.deepEqual([...shown].sort(), theme);
});
