// main.mjs of a released feeder: `lockstep engine` and nothing else.
import { engineCommand } from '#feeder';
import { runAlone } from './alone.ts';

await runAlone(engineCommand());
