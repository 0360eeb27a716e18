import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { engineKey, leaseKey, ordersKey } from '#feeder';
import { laneKeys } from '#relayer';
import { RequestRefused } from '../../errors.ts';
import type { OrderDesk, Taken } from '../../ports.ts';
import { within } from '../within.ts';
import { gatewayKeys } from './keys.ts';

/**
 * Takes an order: uses its nonce and appends it to the engine's stream, only while the market is open. A command that Redis ran and did not
 * answer is sent again by the connection; its token says that it is the same one.
 * KEYS nonce, order, orders, maintenance, engine, lease · ARGV token, ms to keep the nonce, owner and digest, ms to keep the order, JSON ·
 * returns a `Taken`
 */
const TAKE = `
if redis.call('EXISTS', KEYS[4]) == 1 then return 'closed' end
if redis.call('EXISTS', KEYS[6]) == 0 or redis.call('HGET', KEYS[5], 'mode') ~= 'run' then return 'closed' end
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
  if redis.call('GET', KEYS[1]) == ARGV[1] then return 'taken' end
  return 'nonce-reused'
end
local known = redis.call('GET', KEYS[2])
if known and known ~= ARGV[3] then return 'order-id-taken' end
redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[4])
redis.call('XADD', KEYS[3], 'MAXLEN', '~', '100000', '*', 'v', '1', 'o', ARGV[5])
return 'taken'`;

/**
 * Uses a nonce.
 * KEYS nonce · ARGV token, ms to keep it · returns 1, or 0 when it was used before
 */
const USE = `
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return redis.call('GET', KEYS[1]) == ARGV[1] and 1 or 0`;

/** Whose an order is has to be known until the engine has answered; the engine itself remembers every order. */
const ORDER_KEPT_MS = 3_600_000;
const TIMEOUT_MS = 3_000;
const SEPARATOR = ' ';

/** @param redis an impatient connection */
export function createOrderDesk(redis: Redis, lane: string): OrderDesk {
  const keys = gatewayKeys(lane);
  const beside = [ordersKey(lane), laneKeys(lane).maintenance, engineKey(lane), leaseKey(lane)];
  return {
    async take({ owner, nonce, nonceForMs, order, digest, json }) {
      const all = [keys.nonce(owner, nonce), keys.order(order), ...beside];
      const whose = `${owner}${SEPARATOR}${digest}`;
      const args = [randomUUID(), `${Math.ceil(nonceForMs)}`, whose, `${ORDER_KEPT_MS}`, json];
      return (await ask(redis.eval(TAKE, all.length, ...all, ...args))) as Taken;
    },
    async useNonce(owner, nonce, forMs) {
      const used = await ask(redis.eval(USE, 1, keys.nonce(owner, nonce), randomUUID(), `${Math.ceil(forMs)}`));
      return used === 1;
    },
    async ownerOf(order) {
      return (await ask(redis.get(keys.order(order))))?.split(SEPARATOR)[0];
    },
  };
}

/** Whether Redis did it is not known then: a connection sends again what was under way. */
async function ask<T>(call: Promise<T>): Promise<T> {
  try {
    return await within(call, TIMEOUT_MS);
  } catch (cause) {
    throw new RequestRefused('UNAVAILABLE', 'Redis did not answer', {}, { cause });
  }
}
