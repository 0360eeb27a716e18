import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { tradeId, U64_MAX } from '#client';
import type { ControlReading, LaneControl, RowsByVersion } from '../../domain/control.ts';
import { countVersions } from '../../domain/control.ts';
import { relayerError } from '../../errors.ts';
import { askRedis } from './ask.ts';
import { laneKeys } from './keys.ts';
import { ROW_VERSIONS } from './lane-scripts.ts';
import { parse } from './row-codec.ts';

const LAYOUT = '1';
const REQUEST = /^[\w.:-]{1,64}$/;
const BYTE = /^[1-9]\d{0,2}$/;
const VERSION_MAX = 255;
const DECIMAL = /^(0|[1-9]\d{0,19})$/;
const rowsSchema = z.record(z.coerce.number(), z.number().int());
/** Enough of a text to recognise it. */
const MAX_QUOTED = 40;

/** What an operator asks for; at least one of the two. Default of `request`: a new UUID. */
export type LaneControlInput = Partial<Pick<LaneControl, 'request' | 'maxVersion' | 'asV1To'>> &
  Pick<LaneControl, 'by' | 'reason'>;

/** What a lane says of its control. */
export interface LaneControlState {
  /** What stands in the control hash now. */
  readonly wanted: ControlReading;
  /** What the relayer that has the lane says is in effect; undefined while none says anything. */
  readonly inEffect: ControlReading | undefined;
  /** Batches that are not retired, by version: what Redis has or the relayer says, whichever is more. */
  readonly rows: RowsByVersion;
}

/**
 * Asks this of the lane, in place of what was asked before.
 * @returns the request id, which `readLaneState` shows once it is in effect
 * @throws LockstepError CONTROL_INVALID, REDIS_REFUSED
 */
export async function setLaneControl(redis: Redis, market: string, input: LaneControlInput): Promise<string> {
  const { control } = laneKeys(market);
  const wish = { request: randomUUID(), ...input };
  const fields = { v: LAYOUT, ...fieldsOf(wish), by: wish.by, reason: wish.reason };
  const { ignored } = controlOf(fields);
  if (ignored !== undefined) throw relayerError('CONTROL_INVALID', ignored);
  await askRedis(`write ${control}`, () => redis.multi().del(control).hset(control, fields).exec());
  return wish.request;
}

/** Asks for nothing any more: the config alone decides. Answers whether something was asked for. @throws LockstepError REDIS_REFUSED */
export async function clearLaneControl(redis: Redis, market: string): Promise<boolean> {
  const { control } = laneKeys(market);
  return (await askRedis(`delete ${control}`, () => redis.del(control))) === 1;
}

/** @throws LockstepError REDIS_REFUSED, JOURNAL_UNREADABLE */
export async function readLaneState(redis: Redis, market: string): Promise<LaneControlState> {
  const keys = laneKeys(market);
  const wanted = await readControl(redis, keys.control);
  const said = await readHash(redis, keys.lane);
  const stored = await askRedis(`read ${keys.rows}`, () => redis.eval(ROW_VERSIONS, 1, keys.rows));
  const rows = countVersions((stored as string[]).map(Number));
  if (said === undefined || said.v !== LAYOUT) return { wanted, inEffect: undefined, rows };
  const told = parse(rowsSchema, said.rows ?? '{}', keys.lane);
  return { wanted, inEffect: effectiveIn(said), rows: more(rows, told) };
}

/** A key of another type holds no control. @throws LockstepError REDIS_REFUSED */
export async function readControl(redis: Redis, key: string): Promise<ControlReading> {
  const fields = await readHash(redis, key);
  return fields === undefined ? { ignored: `${key} is no hash` } : controlOf(fields);
}

/** What the relayer writes about it. */
export const answerFields = ({ control, ignored }: ControlReading, rows: RowsByVersion): Record<string, string> => ({
  v: LAYOUT,
  ...(control === undefined ? {} : fieldsOf(control)),
  ...(ignored === undefined ? {} : { ignored }),
  rows: JSON.stringify(rows),
});

function fieldsOf({ request, maxVersion, asV1To }: Pick<LaneControl, 'request' | 'maxVersion' | 'asV1To'>) {
  return {
    request,
    ...(maxVersion === undefined ? {} : { max_version: `${maxVersion}` }),
    ...(asV1To === undefined ? {} : { as_v1_to: `${asV1To}` }),
  };
}

type Fields = Readonly<Record<string, string>>;

function controlOf({ v, request = '', max_version, as_v1_to, by = '', reason = '', ...rest }: Fields): ControlReading {
  if (v === undefined && max_version === undefined && as_v1_to === undefined && Object.keys(rest).length === 0)
    return {};
  if (v !== LAYOUT) return ignore(`v is ${quoted(v)}, ${LAYOUT} is spoken here`);
  if (!REQUEST.test(request)) return ignore(`request ${quoted(request)} is no id`);
  if (max_version !== undefined && !(BYTE.test(max_version) && Number(max_version) <= VERSION_MAX)) {
    return ignore(`max_version ${quoted(max_version)} is no batch version`);
  }
  if (as_v1_to !== undefined && !(DECIMAL.test(as_v1_to) && BigInt(as_v1_to) <= U64_MAX)) {
    return ignore(`as_v1_to ${quoted(as_v1_to)} is no trade id`);
  }
  if (max_version === undefined && as_v1_to === undefined) return ignore('neither max_version nor as_v1_to is there');
  const wished = {
    ...(max_version === undefined ? {} : { maxVersion: Number(max_version) }),
    ...(as_v1_to === undefined ? {} : { asV1To: tradeId(as_v1_to) }),
  };
  return { control: { request, ...wished, by, reason } };
}

const ignore = (why: string): ControlReading => ({ ignored: why });
const quoted = (text: string | undefined): string => JSON.stringify(text?.slice(0, MAX_QUOTED) ?? null);

function effectiveIn({ ignored, rows: _, ...fields }: Fields): ControlReading {
  const { control } = fields.request === undefined ? {} : controlOf(fields);
  return { ...(control === undefined ? {} : { control }), ...(ignored === undefined ? {} : { ignored }) };
}

async function readHash(redis: Redis, key: string): Promise<Fields | undefined> {
  const type = await askRedis(`read ${key}`, () => redis.type(key));
  return type === 'hash' || type === 'none' ? askRedis(`read ${key}`, () => redis.hgetall(key)) : undefined;
}

function more(one: RowsByVersion, other: RowsByVersion): RowsByVersion {
  const versions = new Set([...Object.keys(one), ...Object.keys(other)].map(Number));
  return Object.fromEntries([...versions].map((at) => [at, Math.max(one[at] ?? 0, other[at] ?? 0)]));
}
