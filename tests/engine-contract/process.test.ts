// Proves: the engine of ENGINE_COMMAND, by default `lockstep engine`, keeps the engine contract on a real Redis, started, stopped
// and killed as a process.
// Does not prove: what the relayer makes of its trades.
import { engineContract } from './contract.ts';
import { commandEngine } from './setup/command-engine.ts';
import { feederCommand } from './setup/feeder-command.ts';

const { ENGINE_COMMAND } = process.env;

engineContract(ENGINE_COMMAND ?? 'the feeder as a process', commandEngine(ENGINE_COMMAND ?? feederCommand));
