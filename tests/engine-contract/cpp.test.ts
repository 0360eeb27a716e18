// Proves: the C++ engine keeps the engine contract on a real Redis, started, stopped and killed as a process.
// Does not prove: that its trades are the feeder's (cpp-trades.test.ts), nor what the relayer makes of them. Skipped, by name,
// where the engine is not built.
import { test } from 'node:test';
import { engineContract } from './contract.ts';
import { commandEngine } from './setup/command-engine.ts';
import { cppCommand, NOT_BUILT } from './setup/cpp-engine.ts';

if (cppCommand === undefined) test('the C++ engine as a process', { skip: NOT_BUILT });
else engineContract('the C++ engine as a process', commandEngine(cppCommand));
