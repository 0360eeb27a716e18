// `npm run -s bench:gate -- [--runs N] [--json] [--record]`: how long the gate takes for the IDLs and .proto of the deployed and the staged
// release against ten releases: reading and judging in a process that runs, and the whole command. --record keeps it in bench/gate.json.
import { gateRun } from './gate-run.ts';
import { timed } from './timed.ts';

await timed({ name: 'gate', defaultRuns: 20 }, gateRun);
