import type { Redis } from 'ioredis';
import { tradesToForget } from '../../domain/adoption.ts';
import { firstTradeId, lastTradeId } from '../../domain/row.ts';
import { relayerError } from '../../errors.ts';
import type { Journal } from '../../ports.ts';
import { askRedis } from './ask.ts';
import type { LaneKeys } from './keys.ts';
import { decodeLetter, encodeLetter, encodeVoidLanding } from './letter-codec.ts';
import { decodeRow, encodeRow } from './row-codec.ts';
import { ADOPT, DROP, RETIRE, runScript, SAVE } from './scripts.ts';

/** Finalised batches kept for a feed and for support; the chain keeps them all. */
export const SETTLED_KEPT = 10_000;

/**
 * The row store in Redis, for the relayer that claimed the lane with `token`.
 * @param now milliseconds since 1970: a dead letter says when it was written
 */
export function createRedisJournal(redis: Redis, keys: LaneKeys, token: string, now: () => number = Date.now): Journal {
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
      const letters = rejected.flatMap((trade) => [trade.tradeId.toString(), encodeLetter(trade, now())]);
      return write(SAVE, [keys.rows, keys.rejected, keys.letters], [row.key, encodeRow(row), ...letters]);
    },
    async drop(rows, settled) {
      for (const row of rows) {
        const ids = row.trades.map((trade) => trade.tradeId).filter((id) => id > settled);
        await write(DROP, [keys.rows, keys.rejected, keys.letters], [row.key, ...ids.map(String)]);
      }
    },
    adopt(adopted, replaced) {
      const forgotten = tradesToForget(adopted, replaced).map(String);
      const counts = [replaced.length, forgotten.length].map(String);
      const rows = adopted.flatMap((row) => [row.key, encodeRow(row)]);
      return write(
        ADOPT,
        [keys.rows, keys.rejected, keys.letters],
        [...counts, ...replaced.map((row) => row.key), ...forgotten, ...rows],
      );
    },
    async retire(rows, skipped = []) {
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
        const inRow = skipped.filter(({ tradeId }) => tradeId >= firstTradeId(row) && tradeId <= lastTradeId(row));
        const letters = inRow.flatMap((one) => [`${one.tradeId}`, encodeLetter(one, now())]);
        const voids = [...row.trades.filter((trade) => trade.quantity === 0n), ...inRow].map((one) => `${one.tradeId}`);
        const { signature, slot } = row.landing ?? {};
        const landing = encodeVoidLanding({ sequence: row.sequence, signature, slot });
        const lane = [keys.rows, keys.settled, keys.rejected, keys.voids, keys.letters];
        const counts = [inRow.length, voids.length].map(String);
        await write(RETIRE, lane, [row.key, `${SETTLED_KEPT}`, landing, ...counts, ...letters, ...voids, ...entry]);
      }
    },
    async rejected(tradeIds) {
      if (tradeIds.length === 0) return [];
      const read = () => redis.hmget(keys.rejected, ...tradeIds.map(String));
      const texts = await askRedis(`read ${keys.rejected}`, read);
      return texts.flatMap((text) => (text === null ? [] : [decodeLetter(text)]));
    },
    openLetters: () => askRedis(`read ${keys.letters}`, () => redis.zcard(keys.letters)),
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
