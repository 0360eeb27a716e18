// Proves: the command explains itself, and ends with 1, a code and advice when it cannot start.
// Does not prove: a run; tests/relayer/process.test.ts does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { relayerCommand } from './command.ts';

async function run(...args: string[]) {
  const errors: string[] = [];
  const codes: number[] = [];
  const command = relayerCommand({
    env: {},
    onSignal: () => {},
    writeError: (line) => errors.push(line),
    exit: (code) => codes.push(code),
  });
  await command.parseAsync(args, { from: 'user' });
  return { errors, codes };
}

test('help names the options and where settings are listed', () => {
  const help = relayerCommand().helpInformation();
  assert.match(help, /--config <file>/);
  assert.match(help, /each trade once/);
});

test('missing settings: each is named, with advice, and the exit is 1', async () => {
  const { errors, codes } = await run();
  assert.deepEqual(codes, [1]);
  assert.match(errors[0] ?? '', /CONFIG_INVALID/);
  assert.match(errors[0] ?? '', /rpcUrl.*redisUrl/s);
  assert.match(errors[0] ?? '', /docs\/reference\/relayer\.md/);
});
