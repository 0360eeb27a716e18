import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { TradeId } from '#client';
import type { FlushReport, Maintenance, MaintenancePhase, MaintenanceReading } from '../../domain/maintenance.ts';
import { MAINTENANCE_PHASES } from '../../domain/maintenance.ts';
import { relayerError } from '../../errors.ts';
import { askRedis } from './ask.ts';
import { readDeadLetter } from './dead-letters.ts';
import { controlKey, laneKeys } from './keys.ts';
import type { Fields } from './maintenance-codec.ts';
import { maintenanceFields, maintenanceOf, reportOf } from './maintenance-codec.ts';
import { BEGIN, END, MOVE, WAIVE } from './maintenance-scripts.ts';

export interface MaintenanceInput {
  /** Default: a new UUID. */
  readonly id?: string;
  /** Who asks, and why: for people; at most 1,024 characters each. */
  readonly owner: string;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly deadlineMs?: number;
}

/** A lane's maintenance as it stands, and what the relayer says of it. */
export interface MaintenanceState extends MaintenanceReading {
  /** Undefined while no relayer that has the lane says anything. */
  readonly report?: FlushReport;
}

/** How a maintenance ended. */
export interface MaintenanceEnd {
  /** False when there was none any more. */
  readonly ended: boolean;
  /** Under which the engine was asked to run; absent when it stays paused, because somebody else had paused it before. */
  readonly request?: string;
}

/** Told of each change, for whoever is in a hurry; what it says means nothing, and it may get lost. */
export const maintenanceChannel = (lane: string): string => laneKeys(lane).maintenance;

/**
 * Has a lane flush: settle all that the engine has acknowledged, then stand still. Repeated with the same id it changes nothing.
 * @returns its id
 * @throws LockstepError MAINTENANCE_RUNNING while another one stands, MAINTENANCE_UNREADABLE, MAINTENANCE_INVALID, REDIS_REFUSED
 */
export async function beginMaintenance(redis: Redis, lane: string, input: MaintenanceInput): Promise<string> {
  const now = Date.now();
  const { id = randomUUID(), ...rest } = input;
  await stand(redis, lane, { ...rest, id, phase: 'draining', startedMs: now, phaseMs: now });
  return id;
}

/**
 * Writes back a maintenance that Redis forgot, as it was. One of the same id that stands is left as it is.
 * @throws LockstepError MAINTENANCE_RUNNING while another one stands, MAINTENANCE_INVALID, also when it has ended; REDIS_REFUSED
 */
export const restoreMaintenance = (redis: Redis, lane: string, wanted: Maintenance): Promise<void> =>
  stand(redis, lane, wanted);

async function stand(redis: Redis, lane: string, maintenance: Maintenance): Promise<void> {
  const keys = laneKeys(lane);
  const fields = maintenanceFields(maintenance);
  const { ignored } = maintenanceOf(fields);
  if (ignored !== undefined) throw relayerError('MAINTENANCE_INVALID', ignored);
  const args = [maintenanceChannel(lane), maintenance.id, ...Object.entries(fields).flat()];
  const begin = () => redis.eval(BEGIN, 2, keys.maintenance, keys.maintenanceEnded, ...args);
  const [done, stands] = (await askRedis(`write ${keys.maintenance}`, begin)) as [number, string];
  if (done === 0) {
    const found = await readStanding(redis, keys.maintenance);
    if (found.ignored !== undefined)
      throw relayerError('MAINTENANCE_UNREADABLE', `${keys.maintenance}: ${found.ignored}`);
    throw relayerError('MAINTENANCE_RUNNING', `maintenance ${stands} is on`);
  }
  if (done === 2) throw relayerError('MAINTENANCE_INVALID', `maintenance ${stands} has ended; an id is used once`);
}

/**
 * Moves a maintenance on; that a lane is `ready` only its relayer says. One that is there already stays.
 * @throws LockstepError MAINTENANCE_MOVED when it does not stand in `from`; REDIS_REFUSED
 */
export async function moveMaintenance(
  redis: Redis,
  lane: string,
  id: string,
  from: MaintenancePhase,
  to: MaintenancePhase,
): Promise<void> {
  const { maintenance: key } = laneKeys(lane);
  const step = MAINTENANCE_PHASES.indexOf(to) - MAINTENANCE_PHASES.indexOf(from);
  if (from === 'draining' || step !== 1) {
    throw relayerError('MAINTENANCE_MOVED', `nobody moves a maintenance from ${from} to ${to} by hand`);
  }
  const move = () => redis.eval(MOVE, 1, key, maintenanceChannel(lane), id, from, to, `${Date.now()}`);
  const [done, phase, stands] = (await askRedis(`write ${key}`, move)) as [number, string, string];
  if (done === 1) return;
  const found = phase === '' ? 'the lane is live' : `maintenance ${stands} is ${phase}`;
  throw relayerError('MAINTENANCE_MOVED', `${found}; maintenance ${id} was expected to be ${from}`);
}

/**
 * Ends a maintenance in whatever phase it is, and asks the engine to run: the lane goes on from the chain's cursor.
 * @throws LockstepError MAINTENANCE_RUNNING when another one stands; REDIS_REFUSED
 */
export async function endMaintenance(redis: Redis, lane: string, id: string): Promise<MaintenanceEnd> {
  const { maintenance, maintenanceEnded, waived } = laneKeys(lane);
  const keys = [maintenance, maintenanceEnded, waived, controlKey(lane)];
  const end = () => redis.eval(END, keys.length, ...keys, maintenanceChannel(lane), id, randomUUID());
  const [done, said] = (await askRedis(`delete ${maintenance}`, end)) as [number, string];
  if (done === 0) throw relayerError('MAINTENANCE_RUNNING', `maintenance ${said} is on, not ${id}`);
  return { ended: done === 1, ...(said === '' ? {} : { request: said }) };
}

/**
 * Lets a maintenance pass over a trade that ended as a void and whose dead letter is still open; the letter stays open.
 * @throws LockstepError MAINTENANCE_MOVED when this maintenance does not stand, MAINTENANCE_INVALID when there is no such letter
 */
export async function waiveLetter(redis: Redis, lane: string, id: string, tradeId: TradeId): Promise<void> {
  const { maintenance, waived } = laneKeys(lane);
  if ((await readDeadLetter(redis, lane, tradeId)) === undefined) {
    throw relayerError('MAINTENANCE_INVALID', `trade ${tradeId} has no open dead letter`);
  }
  const waive = () => redis.eval(WAIVE, 2, maintenance, waived, maintenanceChannel(lane), id, `${tradeId}`);
  if ((await askRedis(`write ${waived}`, waive)) !== 1) {
    throw relayerError('MAINTENANCE_MOVED', `maintenance ${id} is not on`);
  }
}

/** @throws LockstepError REDIS_REFUSED, JOURNAL_UNREADABLE when the report is not as this release writes it */
export async function readMaintenance(redis: Redis, lane: string): Promise<MaintenanceState> {
  const keys = laneKeys(lane);
  const reading = await readStanding(redis, keys.maintenance);
  const report = reportOf((await readHash(redis, keys.flush)) ?? {}, keys.flush);
  return { ...reading, ...(report === undefined ? {} : { report }) };
}

/** @throws LockstepError REDIS_REFUSED */
export async function readStanding(redis: Redis, key: string): Promise<MaintenanceReading> {
  const fields = await readHash(redis, key);
  return fields === undefined ? { ignored: `${key} is no hash` } : maintenanceOf(fields);
}

/** Undefined for a key of another type. */
async function readHash(redis: Redis, key: string): Promise<Fields | undefined> {
  const type = await askRedis(`read ${key}`, () => redis.type(key));
  return type === 'hash' || type === 'none' ? askRedis(`read ${key}`, () => redis.hgetall(key)) : undefined;
}
