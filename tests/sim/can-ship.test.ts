// Proves: `lockstep gate can-ship` says pass only for a cell of exactly these bytes that a validator stands behind: another engine,
// program, IDL or relayer, the embedded node and an empty matrix are unknown, one failure outweighs passes, and what the chain
// runs is read again; what an engine is known by; every refusal of its input.
// Does not prove: that cells tell the truth (mutants.test.ts).
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { idl } from '#client';
import type { Cell } from '#gate/can-ship';
import { EMBEDDED, engineOf, relayerOf, releasedProgram, SOURCE, semverIn } from '#gate/can-ship';
import type { Localnet } from '#localnet';
import { startLocalnet } from '#localnet';
import { answer } from '../../gate/src/can-ship/answer.ts';
import { lockstep } from '../support/lockstep.ts';
import { REPO } from './setup/try.ts';

const RELEASES = join(REPO, 'releases');
const VALIDATOR = 'solana-test-validator 9.9.9';
const work = mkdtempSync(join(tmpdir(), 'lockstep-can-ship-'));
after(() => rmSync(work, { recursive: true, force: true }));

const engine = engineOf('feeder@0.1.0', RELEASES);
const { file: _, ...program } = releasedProgram(semverIn('deployed', 'settlement', RELEASES), RELEASES);
const { speaks: __, ...relayer } = relayerOf(semverIn('deployed', 'relayer', RELEASES), REPO);
const asked = { engine, program, relayer };
const OTHER = '0'.repeat(64);

const cell = (change: Partial<Cell> = {}): Cell => ({
  engine: { name: engine.name, sha256: engine.sha256 },
  ...{ program, relayer, verdict: 'pass', chain: VALIDATOR },
  counts: { trades: 9, settled: 9, bySchema: { 1: 9 }, byVersion: { 1: 1 } },
  ...{ at: '2026-01-01T00:00:00.000Z', seconds: 1, reasons: [] },
  ...change,
});
const FAILED = cell({ verdict: 'fail', reasons: [{ code: 'SelfTrade', message: 'm', advice: 'a' }] });
const said = (...cells: Cell[]) => answer({ version: 1, cells }, asked);

describe('the answer of a matrix', () => {
  test('pass, by a cell of exactly these', () => {
    const { verdict, reason } = said(cell());
    assert.equal(verdict, 'pass');
    assert.equal(reason, `all 9 trades settled on ${VALIDATOR}, 2026-01-01T00:00:00.000Z`);
  });

  test('fail, whatever else passed', () => {
    assert.deepEqual([said(cell(), FAILED, cell()).verdict, said(FAILED).reason], ['fail', 'SelfTrade: m']);
  });

  test('unknown: nothing tried, another of the four, the embedded node, what was not decided', () => {
    assert.deepEqual([said().verdict, said().reason], ['unknown', 'the matrix is empty']);
    for (const [change, why] of [
      [{ engine: { name: 'x', sha256: OTHER } }, /another engine \(x, 000000000000\)/],
      [{ program: { ...program, sha256: OTHER } }, /another program/],
      [{ program: { ...program, idlSha256: OTHER } }, /another IDL/],
      [{ relayer: { ...relayer, version: '9.9.9' } }, /another relayer \(9\.9\.9, /],
      [{ relayer: { ...relayer, sha256: OTHER } }, /another relayer/],
      [{ chain: EMBEDDED }, /embedded node alone/],
      [{ chain: EMBEDDED, verdict: 'fail' }, /embedded node alone/],
      [{ verdict: 'unknown' }, /not decided/],
    ] as const) {
      const { verdict, reason } = said(cell(change));
      assert.equal(verdict, 'unknown', reason);
      assert.match(reason, why);
    }
    assert.equal(said(cell(), cell({ verdict: 'unknown' })).verdict, 'unknown');
  });
});

describe('the command', () => {
  let chain: Localnet;
  before(async () => {
    const { file } = releasedProgram(program.name.split(' ')[1] ?? '', RELEASES);
    chain = await startLocalnet({ programs: [{ programId: idl.address, file }] });
  });
  after(() => chain.close());

  const run = async (cells: readonly Cell[], ...words: string[]) => {
    const file = join(work, 'matrix.json');
    writeFileSync(file, JSON.stringify({ version: 1, cells }));
    const given = words.includes('--engine') ? words : ['--engine', 'feeder@0.1.0', ...words];
    const environment = words.includes('--environment') ? [] : ['--environment', 'deployed'];
    return lockstep('gate', 'can-ship', '--matrix', file, ...environment, ...given);
  };

  test('ends with 0, 1 or 3', async () => {
    const passed = await run([cell()]);
    assert.deepEqual(
      [passed.code, /^can ship: feeder@0\.1\.0 to deployed /.test(passed.stdout)],
      [0, true],
      passed.stderr,
    );
    const failed = await run([FAILED]);
    assert.deepEqual([failed.code, /^must not ship: .*SelfTrade: m\n/.test(failed.stdout)], [1, true]);
    assert.equal((await run([])).code, 3);
    assert.equal((await run([cell()], '--environment', 'staged')).code, 3);
    assert.equal((await run([cell()], '--relayer', SOURCE)).code, 3);
    const json = await run([cell()], '--json');
    const { verdict, asked: of } = JSON.parse(json.stdout);
    assert.deepEqual([verdict, of.engine.sha256, of.relayer.version], ['pass', engine.sha256, relayer.version]);
  });

  test('reads again what the chain runs', async () => {
    const place = ['--rpc', chain.rpcUrl, '--program', idl.address];
    assert.equal((await run([cell()], ...place)).code, 0);
    const other = await run([cell()], ...place, '--environment', 'staged');
    const staged = releasedProgram(semverIn('staged', 'settlement', RELEASES), RELEASES);
    assert.equal(other.code, 1);
    assert.ok(other.stdout.includes(program.sha256) && other.stdout.includes(staged.sha256), other.stdout);
  });

  test('without a matrix it is unknown, with 3, and says how to make one', async () => {
    const words = ['gate', 'can-ship', '--engine', 'feeder@0.1.0', '--environment', 'deployed'];
    const before = process.cwd();
    process.chdir(mkdtempSync(join(work, 'bare-')));
    try {
      const people = await lockstep(...words);
      assert.deepEqual(
        [people.code, /^unknown: .*no matrix here yet: run `ci\/sim-test --out /.test(people.stdout)],
        [3, true],
      );
      const { verdict, code } = JSON.parse((await lockstep(...words, '--json')).stdout);
      assert.deepEqual([verdict, code], ['unknown', 'GATE_MATRIX_MISSING']);
    } finally {
      process.chdir(before);
    }
  });

  test('ends with 2 for what it can not judge', async () => {
    const nowhere = ['--rpc', 'http://127.0.0.1:1', '--program', idl.address];
    const noProgram = ['--rpc', chain.rpcUrl, '--program', '11111111111111111111111111111112'];
    for (const [words, code] of [
      [['--engine', 'nothing-like-it'], 'GATE_ENGINE_UNKNOWN'],
      [['--engine', 'feeder@9.9.9'], 'GATE_RELEASE_MISSING'],
      [['--relayer', '9.9.9'], 'GATE_INPUT_UNREADABLE'],
      [['--matrix', join(work, 'none.json')], 'GATE_MATRIX_MISSING'],
      [['--rpc', chain.rpcUrl], 'GATE_CHAIN_UNREADABLE'],
      [nowhere, 'GATE_CHAIN_UNREADABLE'],
      [noProgram, 'GATE_CHAIN_UNREADABLE'],
    ] as const) {
      const { code: exit, stderr } = await run([cell()], ...words);
      assert.deepEqual([exit, stderr.split(':')[0]], [2, code], stderr);
    }
    assert.equal((await run([cell()], '--environment', 'elsewhere')).code, 2);
    writeFileSync(join(work, 'bad.json'), JSON.stringify({ version: 2, cells: [] }));
    assert.match((await run([], '--matrix', join(work, 'bad.json'))).stderr, /^GATE_MATRIX_INVALID: /);
  });
});

describe('an engine is known by', () => {
  const file = join(work, 'engine');
  const script = join(work, 'script.mjs');
  writeFileSync(file, '#!/bin/sh\n');
  writeFileSync(script, '1\n');
  chmodSync(file, 0o755);
  const hashOf = (given: string) => engineOf(given, RELEASES).sha256;

  test('the bytes of its program', () => {
    assert.equal(hashOf(file), createHash('sha256').update(readFileSync(file)).digest('hex'));
  });

  test('every word of its command, files by their bytes', () => {
    const before = hashOf(`${file} ${script} --rate 1`);
    assert.equal(hashOf(`"${file}" '${script}' --rate 1`), before);
    assert.notEqual(hashOf(`${file} ${script} --rate 2`), before);
    writeFileSync(script, '2\n');
    assert.notEqual(hashOf(`${file} ${script} --rate 1`), before);
  });

  test('the bytes of its package, which must be those of its manifest', () => {
    assert.equal(hashOf('feeder@0.1.0'), hashOf(join(RELEASES, 'feeder', '0.1.0')));
    const folder = join(work, 'altered');
    cpSync(join(RELEASES, 'feeder', '0.1.0'), folder, { recursive: true });
    writeFileSync(join(folder, 'lockstep-feeder-0.1.0.tgz'), 'other');
    assert.throws(() => hashOf(folder), { code: 'GATE_MANIFEST_INVALID' });
  });

  test('nothing: what is no program', () => {
    for (const given of ['', script, work, 'no-such-program-anywhere'])
      assert.throws(() => hashOf(given), { code: 'GATE_ENGINE_UNKNOWN' }, given);
  });
});
