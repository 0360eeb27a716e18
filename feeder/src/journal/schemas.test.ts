// Proves: of any history of switches the last word on an id holds, as a list kept the slow way says, and nothing that was said is
// forgotten.
// Does not prove: where it is kept (journal.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { tradeId } from '#client';
import { SchemaHistory } from './schemas.ts';

const LAST_ID = 12;
const ids = Array.from({ length: LAST_ID }, (_, at) => tradeId(at + 1));
const switches = fc.array(fc.record({ schema: fc.constantFrom('1', '2', '3'), from: fc.constantFrom(...ids) }));

test('the last word on an id holds', () => {
  fc.assert(
    fc.property(switches, fc.subarray(['1', '2', '3']), (said, spoken) => {
      const history = new SchemaHistory();
      for (const change of said) history.add(change);
      const slow = (id: bigint) => said.findLast(({ from }) => from <= id)?.schema ?? '1';
      for (const id of ids) {
        assert.equal(history.at(id), slow(id));
        const outside = ids.find((other) => other >= id && !spoken.includes(slow(other)));
        assert.equal(history.firstOutside(spoken, id), outside);
        for (const schema of ['2', '3']) {
          const wasSaid = said.some((change) => change.schema === schema && change.from <= id);
          assert.equal(history.hasSaid(id, schema), wasSaid);
        }
        assert.ok(history.hasSaid(id, '1'));
      }
      assert.equal(history.latest, slow(2n ** 64n));
      assert.equal(Number(history.lastId), Math.max(0, ...said.map(({ from }) => Number(from) - 1)));
      assert.equal(history.size, said.length);
    }),
  );
});

test('opened again it begins anew', () => {
  const history = new SchemaHistory();
  history.add({ schema: '2', from: tradeId(5) });
  history.clear();
  assert.deepEqual([history.latest, history.lastId, history.size, history.at(tradeId(9))], ['1', 0n, 0, '1']);
});
