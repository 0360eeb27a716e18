// Proves: `lockstep engine --orders` keeps the engine contract on a real Redis, started, stopped and killed as a process.
// Does not prove: what becomes of an order (feeder/src/orders), nor what the relayer makes of its trades.
import { engineContract } from './contract.ts';
import { commandEngine } from './setup/command-engine.ts';
import { orderFeederCommand } from './setup/feeder-command.ts';
import { produceFor } from './setup/order-producer.ts';

const start = commandEngine(orderFeederCommand);

engineContract('the feeder as a process, with orders', (place) => {
  const engine = start(place);
  produceFor(place, engine.ended);
  return engine;
});
