// Proves: the feeder, called as a library, keeps the engine contract on a real Redis.
// Does not prove: that it does as a process of its own (process.test.ts), nor what the relayer makes of its trades.
import { engineContract } from './contract.ts';
import { inProcessEngine } from './setup/in-process-engine.ts';

engineContract('the feeder as a library', inProcessEngine);
