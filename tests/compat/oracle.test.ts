/**
 * Proves: over 10,000 seeded pairs of layouts, whatever the gate lets pass decodes: values written with the old layout and read with
 * the new one, by the borsh package and by reads of memory at repr(C) offsets, fail nowhere, change nowhere, and leave new fields
 * zero. And that it does not simply refuse: at most 5 % of what the oracle finds harmless is called a break.
 * Does not prove: what no decoder can see, such as a field that keeps name and bytes and changes its meaning; that Rust decodes as
 * the borsh package does (it is stricter); 128-bit numbers in zero-copy memory, whose alignment differs between toolchains.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkIdl } from '../../gate/src/check/idl.ts';
import { parseIdl } from '../../gate/src/idl/parse.ts';
import { verdictOf } from '../../gate/src/verdict.ts';
import { decode, encode } from './oracle/borsh.ts';
import { edit } from './oracle/edit.ts';
import { randomLayout } from './oracle/generate.ts';
import { idlOf } from './oracle/idl.ts';
import { memoryOf } from './oracle/memory.ts';
import type { Layout, Type } from './oracle/model.ts';
import type { Random } from './oracle/random.ts';
import { seeded } from './oracle/random.ts';
import { survives } from './oracle/survives.ts';
import { randomValue } from './oracle/values.ts';

const PAIRS = 10_000;
/** Enough for every variant, and for lists and options of every length the values take. */
const SAMPLES = 12;
const DISCRIMINATOR_BYTES = 8;

interface Pair {
  readonly was: Layout;
  readonly now: Layout;
  /** Bytes that accounts have behind the old layout's largest value; undefined: none. */
  readonly extra: number | undefined;
}

function randomPair(random: Random): Pair {
  const { layout, make } = randomLayout(random);
  const once = edit(layout, make, random);
  const now = random.oneIn(5) ? edit(once, make, random) : once;
  return { was: layout, now, extra: random.oneIn(3) ? random.below(64) : undefined };
}

/** Old accounts: bytes behind a value are zeros, or what a longer value left there. */
function accountsOf({ was, extra }: Pair, random: Random) {
  const values = Array.from({ length: SAMPLES }, (_, nth) => randomValue(was.root, random, nth));
  const memory = was.serialization === 'borsh' ? undefined : memoryOf(was);
  const written = values.map((value) => (memory ? memory.write(value) : encode(was.root, value)));
  const longest = Math.max(...written.map(({ length }) => length));
  const isVarying = written.some(({ length }) => length !== longest);
  const room = extra === undefined ? undefined : longest + extra;
  const accounts = written.map((bytes, nth) => {
    const account = new Uint8Array(room ?? bytes.length);
    if (isVarying && nth % 2 === 0) account.fill(0xa5, bytes.length);
    account.set(bytes);
    return { value: values[nth], account };
  });
  return { accounts, room };
}

function isHarmless({ was, now }: Pair, accounts: ReturnType<typeof accountsOf>['accounts']): boolean {
  const read = now.serialization === 'borsh' ? (bytes: Uint8Array) => decode(now.root, bytes) : memoryOf(now).read;
  return accounts.every(({ value, account }) => {
    try {
      return survives(was.root, now.root as Type, value, read(account));
    } catch {
      return false;
    }
  });
}

function judge({ was, now }: Pair, room: number | undefined) {
  const sizes = new Map(room === undefined ? [] : [['Held', room + DISCRIMINATOR_BYTES] as const]);
  return checkIdl(parseIdl(idlOf(was)), parseIdl(idlOf(now)), sizes);
}

test(`${PAIRS} pairs of layouts against real decoders`, (t) => {
  const counts = { harmless: 0, falseSafe: 0, falseBreaking: 0, unknown: 0 };
  const failures: string[] = [];
  for (let seed = 1; seed <= PAIRS; seed++) {
    const random = seeded(seed);
    const pair = randomPair(random);
    const { accounts, room } = accountsOf(pair, random);
    const harmless = isHarmless(pair, accounts);
    const findings = judge(pair, room);
    const verdict = verdictOf(findings);
    if (harmless) counts.harmless++;
    if (harmless && verdict === 'breaks') counts.falseBreaking++;
    if (harmless && verdict === 'unknown') counts.unknown++;
    if (harmless ? verdict === 'breaks' : verdict === 'fits') {
      if (!harmless) counts.falseSafe++;
      const said = findings.map(({ rule, path, detail }) => `${rule.id} ${path}: ${detail}`).join('; ');
      failures.push(`${harmless ? 'false breaking' : 'FALSE SAFE'}, seed ${seed}: ${said || 'nothing'}`);
    }
  }
  const { harmless, falseSafe, falseBreaking, unknown } = counts;
  const percent = (part: number, of: number): string => `${((100 * part) / of).toFixed(2)} %`;
  t.diagnostic(`${PAIRS} pairs, ${percent(harmless, PAIRS)} harmless; ${falseSafe} false safe`);
  t.diagnostic(
    `of the harmless: ${percent(falseBreaking, harmless)} called a break, ${percent(unknown, harmless)} unknown`,
  );
  const shown = failures.filter((line) => line.startsWith('FALSE SAFE')).slice(0, 10);
  assert.equal(falseSafe, 0, shown.join('\n'));
  assert.ok(harmless >= 0.3 * PAIRS, `only ${harmless} pairs are harmless`);
  assert.ok(falseBreaking + unknown <= 0.05 * harmless, failures.slice(0, 20).join('\n'));
});
