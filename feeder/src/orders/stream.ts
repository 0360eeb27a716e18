import type { Redis } from 'ioredis';
import { z } from 'zod';
import { luaScript } from '../script.ts';
import { engineKey, orderAnswersKey, ordersKey } from '../stream/keys.ts';
import { refusalOf } from '../stream/pen.ts';
import { MAX_ORDER_CHARACTERS } from './schema.ts';

const takeScript = luaScript(new URL('take.lua', import.meta.url));
const answerScript = luaScript(new URL('answer.lua', import.meta.url));

/** Orders read at once: one line of the journal, one sync of the disk. */
const MAX_ORDERS_PER_READ = 500;
/** Of answers the stream keeps about so many. */
const MAX_ANSWERS = 100_000;

const entriesSchema = z.array(z.tuple([z.string(), z.string(), z.string()]));

/** An entry of the orders stream, as it is there. */
export interface OrderEntry {
  readonly id: string;
  /** Empty where the entry has no such field. */
  readonly version: string;
  readonly text: string;
}

/** The orders of a market in Redis, and the answers to them. */
export interface OrderStream {
  /** The entries behind this one. @throws LockstepError PUBLISH_CONFLICT, PUBLISH_LOST */
  read(after: string): Promise<OrderEntry[]>;
  /** @param answers fields and values of each @throws LockstepError PUBLISH_CONFLICT, PUBLISH_LOST */
  answer(answers: readonly (readonly string[])[]): Promise<void>;
}

/**
 * @param token of `openControl`
 * @param log is told once when a key is not the stream it should be; until it is, there are no orders, and no answers
 */
export function openOrderStream(
  redis: Redis,
  { market, token }: { readonly market: string; readonly token: string },
  log: (message: string) => void,
): OrderStream {
  const named = new Set<string>();
  const passOver = (key: string, kind: string) => {
    if (!named.has(key)) log(`${key} is a ${kind}, no stream; it is passed over`);
    named.add(key);
  };
  return {
    async read(after) {
      const keys = [ordersKey(market), engineKey(market)];
      const answer = await takeScript(redis, keys, [token, after, MAX_ORDERS_PER_READ, MAX_ORDER_CHARACTERS]);
      const [what, found] = answer;
      if (what === 'spoiled') passOver(ordersKey(market), found);
      else if (what !== 'taken') throw refusalOf(answer, { market, token }, '');
      if (what !== 'taken' || found === '') return [];
      return entriesSchema.parse(JSON.parse(found)).map(([id, version, text]) => ({ id, version, text }));
    },
    async answer(answers) {
      const keys = [orderAnswersKey(market), engineKey(market)];
      const counted = answers.flatMap((fields) => [fields.length, ...fields]);
      const answer = await answerScript(redis, keys, [token, MAX_ANSWERS, ...counted]);
      if (answer[0] === 'spoiled') passOver(orderAnswersKey(market), answer[1]);
      else if (answer[0] !== 'answered') throw refusalOf(answer, { market, token }, '');
    },
  };
}
