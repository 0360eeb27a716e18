import type { Redis } from 'ioredis';
import { firstTradeId, lastTradeId } from '../../domain/row.ts';
import { relayerError } from '../../errors.ts';
import type { Journal } from '../../ports.ts';
import { askRedis } from './ask.ts';
import type { LaneKeys } from './keys.ts';
import { decodeRejected, decodeRow, encodeRejected, encodeRow } from './row-codec.ts';
import { DROP, RETIRE, runScript, SAVE } from './scripts.ts';

/** Finalised batches kept for a feed and for support; the chain keeps them all. */
export const SETTLED_KEPT = 10_000;

/** The row store in Redis, for the relayer that claimed the lane with `token`. */
export function createRedisJournal(redis: Redis, keys: LaneKeys, token: string): Journal {
  const write = async (script: string, lane: readonly string[], args: readonly string[]): Promise<void> => {
    const written = await runScript(redis, script, [keys.fence, ...lane], [token, ...args]);
    if (!written) throw relayerError('LEASE_LOST', 'another relayer has taken the lane; nothing was written');
  };

  const readHash = (key: string) => askRedis(`read ${key}`, () => redis.hgetall(key));

  return {
    async load() {
      const rows = Object.entries(await readHash(keys.rows)).map(([key, text]) => decodeRow(key, text));
      return rows.sort((a, b) => (a.key < b.key ? -1 : 1));
    },
    save(row, rejected = []) {
      const records = rejected.flatMap((trade) => [trade.tradeId.toString(), encodeRejected(trade)]);
      return write(SAVE, [keys.rows, keys.rejected], [row.key, encodeRow(row), ...records]);
    },
    async drop(rows) {
      for (const row of rows) {
        const ids = row.trades.map((trade) => trade.tradeId.toString());
        await write(DROP, [keys.rows, keys.rejected], [row.key, ...ids]);
      }
    },
    async retire(rows) {
      for (const row of rows) {
        const fields = {
          first: firstTradeId(row),
          last: lastTradeId(row),
          sequence: row.sequence,
          version: row.version,
          digest: row.landing?.digest,
          signature: row.landing?.signature,
          slot: row.landing?.slot,
        };
        const entry = Object.entries(fields).flatMap(([name, value]) =>
          value === undefined ? [] : [name, `${value}`],
        );
        await write(RETIRE, [keys.rows, keys.settled], [row.key, `${SETTLED_KEPT}`, ...entry]);
      }
    },
    async rejected() {
      const records = Object.values(await readHash(keys.rejected)).map(decodeRejected);
      return records.sort((a, b) => (a.tradeId < b.tradeId ? -1 : 1));
    },
    async markHalted(reason) {
      await askRedis(`write ${keys.halt}`, () => redis.hset(keys.halt, 'reason', reason));
    },
    async halt() {
      const { reason, acknowledged } = await readHash(keys.halt);
      if (reason === undefined) return undefined;
      const acknowledge = `redis-cli HSET '${keys.halt}' acknowledged yes`;
      return { reason, acknowledged: acknowledged === 'yes', acknowledge };
    },
    async clearHalt() {
      await askRedis(`delete ${keys.halt}`, () => redis.del(keys.halt));
    },
  };
}
