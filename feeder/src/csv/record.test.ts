// Proves: quoting, trimming and broken quotes of one line.
// Does not prove: what the fields mean.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseRecord } from './record.ts';

const fields = (line: string) => {
  const record = parseRecord(line);
  return 'fields' in record ? record.fields : undefined;
};

test('plain and quoted fields', () => {
  assert.deepEqual(fields('a, b ,,c'), ['a', 'b', '', 'c']);
  assert.deepEqual(fields('"a","b,c" , "say ""hi""",""'), ['a', 'b,c', 'say "hi"', '']);
  assert.deepEqual(fields('a,"b",c'), ['a', 'b', 'c']);
});

for (const line of ['"a', 'a"b,c', '"a"b,c', 'a,"b""', '""a"']) {
  test(`${line} is broken`, () => assert.equal(fields(line), undefined));
}

test('what is quoted comes out again, and no line makes the reader fail or hang', () => {
  const field = fc.string({ unit: fc.constantFrom('a', '"', ',', ' ', '1') });
  fc.assert(
    fc.property(fc.array(field, { minLength: 1 }), (values) => {
      const line = values.map((value) => `"${value.replaceAll('"', '""')}"`).join(',');
      assert.deepEqual(
        fields(line),
        values.map((value) => value.trim()),
      );
    }),
  );
  fc.assert(fc.property(field, (line) => void parseRecord(line)));
});
