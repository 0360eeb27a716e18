// Proves: the command explains itself and fails with the coded error that kept it from starting.
// Does not prove: a run; tests/relayer/process.test.ts does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { relayerCommand } from './command.ts';
import { rejects } from './testing/refuses.ts';

test('help names the option and what it reads', () => {
  const help = relayerCommand().helpInformation();
  assert.match(help, /--config <file>/);
  assert.match(help, /LOCKSTEP_\*/);
});

test('missing settings are named', async () => {
  const command = relayerCommand({ env: {}, on: () => {} });
  await rejects(
    'CONFIG_INVALID',
    command.parseAsync([], { from: 'user' }),
    /^rpcUrl is required; redisUrl is required/,
  );
});
