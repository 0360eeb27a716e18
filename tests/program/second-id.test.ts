// Proves: the object knows no address of its own: under another program id it initialises, makes a market and settles,
// and its leaves are bound to that id, so nothing proved under one id holds under the other.
// Does not prove: moving a market between two ids.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  batchLeaf,
  createMarketAccount,
  decodeMarket,
  encodeBatchV1,
  marketSpace,
  payloadDigest,
  resultsDigest,
  StateTree,
  sequence,
  settlementInstructions,
} from '#client';
import { Chain } from './setup/chain.ts';
import { keyOf } from './setup/keys.ts';
import { putMint } from './setup/tokens.ts';
import { initializeArgs, keys, START_SLOT } from './setup/world.ts';

test('the same object runs under another id', () => {
  const program = keyOf('second program').publicKey;
  const market = keys.market.publicKey;
  const relayer = keys.relayer.publicKey;
  const chain = Chain.deploy(program, keys.upgradeAuthority.publicKey);
  chain.warpTo(START_SLOT);
  const { admin, upgradeAuthority, baseMint, quoteMint } = keys;
  for (const key of [admin.publicKey, upgradeAuthority.publicKey, relayer]) chain.fund(key);
  putMint(chain, baseMint);
  putMint(chain, quoteMint);

  const build = settlementInstructions(program);
  const payer = admin.publicKey;
  const lamports = Number(chain.rent(marketSpace(64)));
  const settings = build.initialize({ payer, authority: upgradeAuthority.publicKey, args: initializeArgs });
  const account = createMarketAccount({ payer, market, capacity: 64, lamports, programId: program });
  const create = build.createMarket({ admin: payer, market, baseMint, quoteMint, baseLotAtoms: 1n });
  const data = encodeBatchV1({ sequence: sequence(1), trades: [] });
  const settle = build.settleBatch({ relayer, market, data });
  assert.ok(chain.send([settings, account, create], [admin, upgradeAuthority, keys.market]).landed);
  assert.ok(chain.send([settle], [keys.relayer]).landed);

  const tree = new StateTree();
  const digests = { payloadDigest: payloadDigest(data), resultsDigest: resultsDigest(new Uint8Array()) };
  tree.append(batchLeaf({ program, market, sequence: 1n, version: 1, ...digests }));
  assert.deepEqual(decodeMarket(chain.data(market)).header.tree.root, tree.root());
});
