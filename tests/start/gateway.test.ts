// Proves: with --gateway-port a gateway runs beside the rest, is started again when it is killed, tells what is settled (by this checkout's relayer),
// and is gone with the rest.
// Does not prove: what a gateway does (tests/gateway).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { until } from '../support/until.ts';
import { startProcess } from './start-process.ts';

test('a gateway tells what is settled, killed or not', async () => {
  const run = startProcess(['--gateway-port', '0', '--count', '2000', '--rate', '100', '--once']);
  try {
    const [, pid, url] = await run.saw(/gateway \(pid (\d+)\) at (http:\S+):/);
    const status = async () => {
      const answer = await fetch(`${url}/maintenance`).catch(() => undefined);
      return ((await answer?.json()) as { status?: string } | undefined)?.status;
    };
    await until(async () => (await status()) === 'open');
    process.kill(Number(pid), 'SIGKILL');
    await run.saw(/gateway.*SIGKILL/);
    await until(async () => (await status()) === 'open');

    const socket = new WebSocket(`${url?.replace('http', 'ws')}/feed?from=0`);
    const stages = new Set<unknown>();
    socket.on('message', (data) => stages.add(JSON.parse(data.toString()).stage));
    socket.on('error', () => {});
    await until(() => ['submitted', 'confirmed', 'finalized'].every((stage) => stages.has(stage)));
    socket.terminate();
  } finally {
    run.child.kill('SIGTERM');
  }
  await run.ended;
  assert.deepEqual(run.leftovers(), []);
});
