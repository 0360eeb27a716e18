/** Two traders' signed orders, from the gateway to the chain: `npx tsx examples/gateway-client/run.ts`. */
import { randomUUID } from 'node:crypto';
import { lockstep } from '../site.ts';
import { followTrades, sendOrder } from './client.ts';
import { openPlace } from './place.ts';

const place = await openPlace();
try {
  const [buyer, seller] = place.accounts;
  const limit = (side: 'buy' | 'sell') => ({
    ...{ order: randomUUID(), side, type: 'limit' },
    // Quote atoms a base lot, and base lots.
    ...{ price: '1250', quantity: '40' },
  });

  const bid = await sendOrder(buyer, limit('buy'));
  console.log('the bid rests in the book:', bid.status, JSON.stringify(bid.body));
  const ask = await sendOrder(seller, limit('sell'));
  console.log('the ask trades with it:', ask.status, JSON.stringify(ask.body));

  console.log("\nthe buyer's feed:");
  const stages: unknown[] = [];
  let signature: unknown;
  for await (const message of followTrades(buyer, '0')) {
    console.log(JSON.stringify(message));
    if (message.type === 'trades') stages.push(message.stage);
    ({ signature } = message);
    if (message.stage === 'finalized') break;
  }
  if (stages.at(-1) !== 'finalized') throw new Error('the feed ended before the trade was final');
  const settled = Number(await place.settled());

  console.log('\na maintenance: no order is taken');
  await lockstep('maintenance', 'start', '--reason', 'an example', ...place.lane);
  const refused = await sendOrder(buyer, limit('buy'));
  console.log(refused.status, `Retry-After: ${refused.retryAfter}`, JSON.stringify(refused.body));
  await lockstep('maintenance', 'resume', ...place.lane);
  await place.untilOpen();
  const after = await sendOrder(buyer, limit('buy'));
  console.log('it is over:', after.status, JSON.stringify(after.body));

  const { status, retryAfter } = refused;
  console.log(
    JSON.stringify({
      ...{ bid: bid.body.state, ask: ask.body.state, trades: ask.body.trades, stages, signature, settled },
      ...{ refused: { status, code: refused.body.code, retryAfter }, after: after.body.state },
    }),
  );
  if (settled !== 1) throw new Error(`${settled} trades are on-chain, and 1 was made`);
} finally {
  await place.close();
}
