import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';

/** Holds a table of a reference page, between its comments, against the code's; with UPDATE_REFERENCE=1 it is written instead. */
export function section(page: URL, name: string, table: string): void {
  const text = readFileSync(page, 'utf8');
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
  assert.ok(from >= begin.length && to >= from, `the page has no section ${name}`);
  if (process.env.UPDATE_REFERENCE === '1') writeFileSync(page, `${text.slice(0, from)}${table}\n${text.slice(to)}`);
  else assert.equal(text.slice(from, to), `${table}\n`);
}
