import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { relayerError } from '../../errors.ts';
import { askRedis } from './ask.ts';
import { controlKey, engineKey, laneKeys } from './keys.ts';
import { maintenanceChannel, readStanding } from './maintenance.ts';

/**
 * Removes what stands where a maintenance is expected and is none, if it is still what was read. The engine is asked to run when a maintenance
 * paused it: the one the hash names, the one the relayer reports, or the one that ended last. What the relayer reports, else the hash
 * names, has ended: no relayer writes it back.
 * KEYS maintenance, ended, waived, control, flush · ARGV channel, request id for the engine, type read, (field, value)* · returns {0} when
 * something else stands there by now, {1, request asked of the engine or '', request that has it paused or ''}
 */
const CLEAR = `
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= ARGV[3] then return { 0 } end
local function field(key, name)
  if redis.call('TYPE', key).ok ~= 'hash' then return '' end
  return redis.call('HGET', key, name) or ''
end
if kind == 'hash' then
  if redis.call('HLEN', KEYS[1]) ~= (#ARGV - 3) / 2 then return { 0 } end
  for i = 4, #ARGV, 2 do
    if redis.call('HGET', KEYS[1], ARGV[i]) ~= ARGV[i + 1] then return { 0 } end
  end
end
local named, told = field(KEYS[1], 'id'), field(KEYS[5], 'id')
local ended = ''
if redis.call('TYPE', KEYS[2]).ok == 'string' then ended = redis.call('GET', KEYS[2]) end
local was_paused = field(KEYS[1], 'was_paused') == '1'
local pausing = ''
if field(KEYS[4], 'mode') == 'pause' then pausing = field(KEYS[4], 'mode_request') end
redis.call('DEL', KEYS[1], KEYS[3])
local over = told
if over == '' then over = named end
if over ~= '' then redis.call('SET', KEYS[2], over) end
local request = ''
if pausing ~= '' and not was_paused and (pausing == named or pausing == told or pausing == ended) then
  request = ARGV[2]
  redis.call('HSET', KEYS[4], 'v', '1', 'mode', 'run', 'mode_request', request)
end
redis.call('PUBLISH', ARGV[1], over)
return { 1, request, pausing }`;

/**
 * Asks the engine to run, whoever paused it, while nothing stands where a maintenance would.
 * KEYS maintenance, control · ARGV request id · returns 1, or 0 when something stands there
 */
const RUN = `
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
if redis.call('TYPE', KEYS[2]).ok ~= 'hash' then redis.call('DEL', KEYS[2]) end
redis.call('HSET', KEYS[2], 'v', '1', 'mode', 'run', 'mode_request', ARGV[1])
return 1`;

/** What became of a hash that is no maintenance. */
export interface MaintenanceCleared {
  /** Under which the engine was asked to run; absent when it was not paused by a maintenance that is known. */
  readonly request?: string;
  /** The request that has the engine paused, as far as there was one. */
  readonly pausedBy?: string;
}

/**
 * Removes what stands where a maintenance is expected and can't be read, only as it was read.
 * @returns undefined when nothing of that kind stands there
 * @throws LockstepError MAINTENANCE_MOVED when it changes in between; REDIS_REFUSED
 */
export async function clearMaintenance(redis: Redis, lane: string): Promise<MaintenanceCleared | undefined> {
  const all = laneKeys(lane);
  const type = await askRedis(`read ${all.maintenance}`, () => redis.type(all.maintenance));
  const fields = type === 'hash' ? await askRedis(`read ${all.maintenance}`, () => redis.hgetall(all.maintenance)) : {};
  if ((await readStanding(redis, all.maintenance)).ignored === undefined) return undefined;
  const keys = [all.maintenance, all.maintenanceEnded, all.waived, controlKey(lane), all.flush];
  const args = [maintenanceChannel(lane), randomUUID(), type, ...Object.entries(fields).flat()];
  const clear = () => redis.eval(CLEAR, keys.length, ...keys, ...args);
  const [done, request, pausedBy] = (await askRedis(`delete ${all.maintenance}`, clear)) as [number, string?, string?];
  if (done === 0) throw relayerError('MAINTENANCE_MOVED', `${all.maintenance} was changed while it was looked at`);
  return { ...(request ? { request } : {}), ...(pausedBy ? { pausedBy } : {}) };
}

/** What the engine was last asked to do, and what it says it does. */
export interface EngineMode {
  /** Paused, or asked to. */
  readonly isPaused: boolean;
  /** The request it was asked under; '' for none. */
  readonly request: string;
  /** Whether that is the maintenance that ended last. */
  readonly isLastMaintenance: boolean;
}

/** @throws LockstepError REDIS_REFUSED */
export async function readEngineMode(redis: Redis, lane: string): Promise<EngineMode> {
  const read = async (key: string, name: string) => {
    const type = await askRedis(`read ${key}`, () => redis.type(key));
    return type === 'hash' ? ((await askRedis(`read ${key}`, () => redis.hget(key, name))) ?? '') : '';
  };
  const [control, engine] = [controlKey(lane), engineKey(lane)];
  const asked = await read(control, 'mode_request');
  const answered = await read(engine, 'mode_request');
  // What is asked and not answered yet is what it will do; a hash that was emptied leaves what it does.
  const isOpen = asked !== '' && asked !== answered;
  const mode = isOpen ? await read(control, 'mode') : await read(engine, 'mode');
  const request = asked === '' ? answered : asked;
  const ended = await askRedis('read the maintenance that ended', () => redis.get(laneKeys(lane).maintenanceEnded));
  return { isPaused: mode === 'pause', request, isLastMaintenance: request !== '' && request === ended };
}

/**
 * Asks the engine to run, whoever paused it.
 * @returns the request's id
 * @throws LockstepError MAINTENANCE_RUNNING while a maintenance is on, or something that can't be read stands there; REDIS_REFUSED
 */
export async function runEngine(redis: Redis, lane: string): Promise<string> {
  const request = randomUUID();
  const control = controlKey(lane);
  const run = () => redis.eval(RUN, 2, laneKeys(lane).maintenance, control, request);
  if ((await askRedis(`write ${control}`, run)) === 1) return request;
  throw relayerError('MAINTENANCE_RUNNING', 'a maintenance is on, which keeps the engine paused');
}
