import type { Redis } from 'ioredis';
import type { TradeId } from '#client';
import { LockstepError, tradeId } from '#client';
import type { EngineTrade } from '../engine/source.ts';
import type { Script } from '../script.ts';
import { luaScript } from '../script.ts';
import { engineKey, generationKey, tradeStreamKey, tradeStreamPrefix } from './keys.ts';
import type { Writer } from './pen.ts';
import { entryId, refusalOf, StreamPen } from './pen.ts';

const openGeneration = luaScript(new URL('open-generation.lua', import.meta.url));
const moveOn = luaScript(new URL('move-on.lua', import.meta.url));
const switchGeneration = luaScript(new URL('switch.lua', import.meta.url));

/** What an entry holds: its fields `v` and `p`, empty where it has none. */
export interface StreamedTrade {
  readonly schema: string;
  readonly payload: Buffer;
}

/** The engine's pen: writes trades to the current generation, ids without gaps from 1, each once. */
export interface Publisher {
  readonly generation: bigint;
  /** The last id in the stream; 0 before the first. */
  readonly lastId: TradeId;
  /**
   * Returns when all trades are in the stream, in order.
   * @throws LockstepError PUBLISH_DUPLICATE, PUBLISH_GAP, PUBLISH_CONFLICT (another writer), PUBLISH_DISTURBED (a stranger's
   * doing, told to the owner), PUBLISH_LOST (Redis has less than was written), REDIS_REFUSED; that write added nothing
   */
  publish(trades: readonly EngineTrade[]): Promise<void>;
  /** Looks at Redis again: which generation, how far. @throws LockstepError GENERATION_INVALID, PUBLISH_CONFLICT */
  resume(): Promise<void>;
  /** The last entry; undefined when it was trimmed. */
  lastEntry(): Promise<StreamedTrade | undefined>;
  /** A new generation, complete after `from`, that no reader sees yet. Only for the owner. @throws as publish */
  openDraft(from: TradeId): Promise<Draft>;
  /**
   * Points readers at a draft and writes `engine:<market>`, both or neither. Only when the draft has come as far as this generation.
   * @throws LockstepError PUBLISH_CONFLICT, PUBLISH_LOST, REDIS_REFUSED
   */
  switchTo(draft: Draft, head: TradeId, status: readonly string[]): Promise<void>;
  /**
   * Leaves whatever somebody else wrote behind: a new generation after `head`, readers pointed at it, and `engine:<market>` written, all
   * or nothing. Only for the owner. @throws LockstepError PUBLISH_CONFLICT, PUBLISH_LOST, REDIS_REFUSED
   */
  moveOn(head: TradeId, status: readonly string[]): Promise<void>;
}

export type Draft = Pick<StreamPen, 'generation' | 'lastId' | 'publish'>;

/**
 * Continues the market's current generation, or opens the first one.
 * @param token of `openControl`: with it a stream whose market was taken over is not written any more
 * @throws LockstepError GENERATION_INVALID
 */
export async function openPublisher(redis: Redis, market: string, token = ''): Promise<Publisher> {
  const writer: Writer = { redis, market, token };
  let pen = await penAtPointer({ ...writer, token: '' });

  const script = async (run: Script, done: string, last: string, args: readonly string[]): Promise<string> => {
    const keys = [tradeStreamPrefix(market), generationKey(market), engineKey(market)];
    const answer = await run(redis, keys, [token, `${pen.generation}`, ...args]);
    if (answer[0] !== done) throw refusalOf(answer, writer, last);
    return answer[1];
  };
  return {
    get generation() {
      return pen.generation;
    },
    get lastId() {
      return pen.lastId;
    },
    publish: (trades) => pen.publish(trades),
    async resume() {
      pen = await penAtPointer(writer, pen.generation);
    },
    async lastEntry() {
      const [entry] = await redis.xrevrangeBuffer(tradeStreamKey(market, pen.generation), '+', '-', 'COUNT', 1);
      if (entry === undefined || String(entry[0]) !== entryId(pen.lastId)) return undefined;
      return { schema: String(fieldOf(entry[1], 'v')), payload: fieldOf(entry[1], 'p') };
    },
    async openDraft(from) {
      const opened = await script(openGeneration, 'opened', '', [`${pen.generation + 1n}`, entryId(from)]);
      return new StreamPen(writer, BigInt(opened), pen.generation, from);
    },
    async switchTo(draft, head, status) {
      await script(switchGeneration, 'switched', entryId(head), [`${draft.generation}`, entryId(head), ...status]);
      pen = new StreamPen(writer, draft.generation, draft.generation, head);
    },
    async moveOn(head, status) {
      const generation = BigInt(await script(moveOn, 'moved', '', [entryId(head), ...status]));
      pen = new StreamPen(writer, generation, generation, head);
    },
  };
}

function fieldOf(fields: readonly Buffer[], name: string): Buffer {
  const at = fields.findIndex((field, index) => index % 2 === 0 && String(field) === name);
  return (at === -1 ? undefined : fields[at + 1]) ?? Buffer.alloc(0);
}

/** @param first generation to open when Redis knows of none */
async function penAtPointer(writer: Writer, first = 1n): Promise<StreamPen> {
  const key = generationKey(writer.market);
  await writer.redis.set(key, `${first}`, 'NX');
  const text = (await writer.redis.get(key)) ?? `${first}`;
  if (!/^[1-9]\d{0,14}$/.test(text)) throw invalidPointer(key, text);
  const generation = BigInt(text);
  const unread = new StreamPen(writer, generation, generation, tradeId(0));
  await unread.findLastId();
  return unread;
}

const invalidPointer = (key: string, text: string): LockstepError =>
  new LockstepError(
    'GENERATION_INVALID',
    `${key} is ${JSON.stringify(text.slice(0, 40))}, no generation number`,
    `Find the newest complete stream (redis-cli --scan --pattern '${key.replace(/generation$/, '*')}') and set the key to its number.`,
  );
