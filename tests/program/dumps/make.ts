// Writes the accounts that a release leaves, for the tests of upgrading in place:
// SETTLEMENT_OBJECT=releases/settlement/0.1.0/settlement.so node --import tsx tests/program/dumps/make.ts 0.1.0
// A dump of a release that was deployed is never made again.
import { writeFileSync } from 'node:fs';
import { changeOf, slot } from '#client';
import { dumpOf } from '../setup/dump.ts';
import { hold, request } from '../setup/withdrawals.ts';
import { build, keys, lots, newcomer, newWorld } from '../setup/world.ts';

const [, , release] = process.argv;
if (release === undefined) throw new RangeError('name the release whose object is under test');

const world = newWorld();
const admin = keys.admin.publicKey;
const market = keys.market.publicKey;
world.acceptTrades([{}, { takerIsBuyer: false }, { quantity: lots(0) }]);
world.acceptTrades([]);
world.accept(build.ping({ relayer: keys.relayer.publicKey, market, nonce: 7n }), keys.relayer);
// Everything an entry can hold: a request, a held one, and a closing entry.
world.accept(request(world.trader(0)), world.trader(0).key);
world.accept(request(world.trader(1)), world.trader(1).key);
world.accept(hold(1, 5n), keys.guardian);
const { key } = newcomer(world, 'dave', 3);
world.accept(build.openTrader({ owner: key.publicKey, market }), key);
world.accept(build.closeTrader({ owner: key.publicKey, market, index: 3 }), key);
world.acceptTrades([{ buyer: 1, seller: 0 }]);
const change = changeOf(slot(world.chain.slot + 1_000n), { minBatchSize: 2 });
world.accept(build.scheduleChange({ admin, change }), keys.admin);
writeFileSync(new URL(`${release}.json`, import.meta.url), `${JSON.stringify(dumpOf(world, release), null, 2)}\n`);
