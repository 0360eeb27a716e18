import { describe } from 'node:test';
import { checkEmission } from './checks/emission.ts';
import { checkEndings } from './checks/endings.ts';
import { checkGarbage } from './checks/garbage.ts';
import { checkLongReplay } from './checks/long-replay.ts';
import { checkReplay } from './checks/replay.ts';
import { checkRetry } from './checks/retry.ts';
import { checkForgeries, checkStrangers } from './checks/strangers.ts';
import { checkWork } from './checks/work.ts';
import { Bench } from './setup/bench.ts';
import type { StartEngine } from './setup/start-engine.ts';

/** An engine that hangs must fail its test, not the run. It bounds the whole suite, also on a machine that is ten times slower. */
const TIMEOUT_MS = 540_000;
const inTurn = { concurrency: 1 };

/**
 * Checks docs/reference/engine.md, on a real Redis, on any engine `start` can start. Within each group one engine at a time is
 * asked for one thing after the other, as it would be in its life.
 */
export function engineContract(name: string, start: StartEngine): void {
  describe(name, { concurrency: 3, timeout: TIMEOUT_MS }, () => {
    const bench = new Bench(start);
    describe('trades and replays', inTurn, () => checkReplay(bench));
    describe('a replay that takes a while', inTurn, () => checkLongReplay(bench));
    describe('a trade emitted again', inTurn, () => checkRetry(bench));
    describe('schemas that are switched', inTurn, () => checkEmission(bench));
    describe('at work', inTurn, () => checkWork(bench));
    describe('keys that somebody else spoils', inTurn, () => checkStrangers(bench));
    describe('entries that somebody else forges', inTurn, () => checkForgeries(bench));
    describe('ends and starts', inTurn, () => checkEndings(bench));
    describe('requests that make no sense', inTurn, () => checkGarbage(bench));
  });
}
