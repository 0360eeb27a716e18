/**
 * Proves: a plan is read with paths that are relative to the file; each mistake is refused with the field's name.
 * Does not prove: that what it names is there.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { InputError } from '#feeder/input-error';
import { readPlan } from './plan.ts';

const folder = mkdtempSync(join(tmpdir(), 'lockstep-plan-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function file(content: unknown): string {
  const path = join(folder, 'plan.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const inPlace = { site: 'site.json', kind: 'in-place', program: '0.2.0', reason: 'a test' };
const successor = { ...inPlace, kind: 'successor', programKeypair: 'program.json' };

test('paths are relative to the file', async () => {
  const plan = await readPlan(file({ ...inPlace, relayer: '0.2.0', deadlineMinutes: 2 }));
  assert.deepEqual([plan.site, plan.relayer, plan.deadlineMs], [join(folder, 'site.json'), '0.2.0', 120_000]);
  const other = await readPlan(file(successor));
  assert.equal(other.kind === 'successor' && other.programKeypair, join(folder, 'program.json'));
  assert.equal(other.deadlineMs, undefined);
});

const mistakes: Record<string, readonly [unknown, RegExp]> = {
  'no JSON': ['{', /not valid JSON/],
  'no kind': [{ ...inPlace, kind: undefined }, /kind/],
  'an unknown field': [{ ...inPlace, chain: 1 }, /chain/],
  'no reason': [{ ...inPlace, reason: '' }, /reason/],
  'a release that is none': [{ ...inPlace, program: '../0.2.0' }, /program: is no release/],
  'a relayer that is none': [{ ...inPlace, relayer: 'newest' }, /relayer: is no release/],
  'a deadline of nothing': [{ ...inPlace, deadlineMinutes: 0 }, /deadlineMinutes/],
  'a key where no program is made': [{ ...inPlace, programKeypair: 'key.json' }, /programKeypair/],
  'no key where one is made': [{ ...successor, programKeypair: undefined }, /programKeypair/],
};
for (const [name, [content, reason]] of Object.entries(mistakes)) {
  test(`refused: ${name}`, async () => {
    await assert.rejects(readPlan(file(content)), (error: unknown) => {
      assert.ok(error instanceof InputError);
      assert.equal(error.code, 'PLAN_UNREADABLE');
      assert.match(error.message, reason);
      return true;
    });
  });
}

test('refused: no file', async () => {
  await assert.rejects(readPlan(join(folder, 'none.json')), { code: 'PLAN_UNREADABLE', message: /ENOENT/ });
});
