// main.mjs of a released relayer: `lockstep relayer` and nothing else.
import { relayerCommand } from '#relayer/command';
import { runAlone } from './alone.ts';

await runAlone(relayerCommand());
