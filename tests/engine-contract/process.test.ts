// Proves: the engine of ENGINE_COMMAND, by default `lockstep engine`, keeps the engine contract on a real Redis, started, stopped
// and killed as a process.
// Does not prove: what the relayer makes of its trades.
import { fileURLToPath } from 'node:url';
import { engineContract } from './contract.ts';
import { commandEngine } from './setup/command-engine.ts';

const feeder = `"${process.execPath}" --import tsx "${fileURLToPath(new URL('setup/feeder-process.ts', import.meta.url))}"`;
const command = process.env.ENGINE_COMMAND ?? feeder;

engineContract(process.env.ENGINE_COMMAND ?? 'the feeder as a process', commandEngine(command));
