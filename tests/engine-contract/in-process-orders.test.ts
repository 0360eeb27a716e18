// Proves: the feeder, called as a library and fed with orders from their stream, keeps the engine contract on a real Redis.
// Does not prove: that it does as a process of its own (process-orders.test.ts), nor what becomes of an order (feeder/src/orders).
import { engineContract } from './contract.ts';
import { inProcessOrderEngine } from './setup/in-process-engine.ts';

engineContract('the feeder as a library, with orders', inProcessOrderEngine);
