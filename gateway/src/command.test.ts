// Proves: the command explains itself and fails with the coded error that kept it from starting.
// Does not prove: a run; tests/gateway/process.test.ts does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LockstepError } from '#client';
import { gatewayCommand } from './command.ts';

test('help names the option and what it reads', () => {
  const help = gatewayCommand().helpInformation();
  assert.match(help, /--config <file>/);
  assert.match(help, /LOCKSTEP_\*/);
});

test('missing settings are named', async () => {
  const started = gatewayCommand({ env: {}, on: () => {} }).parseAsync([], { from: 'user' });
  await assert.rejects(started, (error: unknown) => {
    assert.ok(error instanceof LockstepError);
    assert.equal(error.code, 'CONFIG_INVALID');
    assert.match(error.message, /^rpcUrl is required; redisUrl is required/);
    return true;
  });
});
