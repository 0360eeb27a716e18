import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Redis } from 'ioredis';
import protobuf from 'protobufjs';

/** By value of field `v`, the message that `p` is. */
const EVENTS: Readonly<Record<string, protobuf.Type>> = {
  '1': eventOf('trade_v1', 'TradeEventV1'),
  '2': eventOf('trade_v2', 'TradeEventV2'),
};

function eventOf(file: string, name: string): protobuf.Type {
  const path = fileURLToPath(new URL(`../../../proto/lockstep/${file}.proto`, import.meta.url));
  return protobuf.loadSync(path).lookupType(`lockstep.${name}`);
}

const KINDS = ['mode', 'emit', 'replay', 'retry'];

export interface Entry {
  readonly id: string;
  readonly v: string;
  readonly p: Buffer;
  /** The trade it replaces. */
  readonly r: string | undefined;
}

/** The other side of the contract: asks an engine, and reads what it wrote, by the names of docs/reference/engine.md. */
export class Probe {
  readonly redis: Redis;
  readonly market: string;
  readonly controlKey: string;
  readonly engineKey: string;
  readonly pointerKey: string;

  constructor(redis: Redis, market: string) {
    this.redis = redis;
    this.market = market;
    this.controlKey = `control:${market}`;
    this.engineKey = `engine:${market}`;
    this.pointerKey = `trades:${market}:generation`;
  }

  streamKey = (generation: bigint | string): string => `trades:${this.market}:${generation}`;

  /** Writes a request; answers its id. */
  async ask(
    wish: { mode: string } | { emit: string } | { replay_from: string } | { retry_id: string },
  ): Promise<string> {
    const request = randomUUID();
    const kind = KINDS.find((each) => Object.keys(wish).some((name) => name.startsWith(each)));
    await this.redis.hset(this.controlKey, { v: '1', ...wish, [`${kind}_request`]: request });
    return request;
  }

  /** Waits for the answer to a request; it must not be a refusal. Answers the status it came with. */
  async obeyed(request: string): Promise<Record<string, string>> {
    const { status, refused } = await this.#answer(request);
    assert.equal(refused, '');
    return status;
  }

  /** Waits for the answer to a request; it must be a refusal. Answers its reason. */
  async refused(request: string): Promise<string> {
    const { refused } = await this.#answer(request);
    assert.notEqual(refused, '');
    return refused;
  }

  /** Waits for the answer to a request, whichever it is. */
  async answered(request: string): Promise<Record<string, string>> {
    return (await this.#answer(request)).status;
  }

  async #answer(request: string): Promise<{ status: Record<string, string>; refused: string }> {
    let status: Record<string, string> = {};
    let kind: string | undefined;
    await this.until(async () => {
      status = await this.redis.hgetall(this.engineKey);
      kind = KINDS.find((each) => status[`${each}_request`] === request);
      return kind !== undefined;
    });
    return { status, refused: status[`${kind}_refused`] ?? '' };
  }

  /** Returns when the engine has looked at its control keys twice since: whatever it was doing, it has got round to it. */
  async settled(): Promise<void> {
    for (let look = 0; look < 2; look += 1) {
      const emit = (await this.redis.hget(this.engineKey, 'emit')) ?? '1';
      await this.obeyed(await this.ask({ emit }));
    }
  }

  async pointer(): Promise<string> {
    return (await this.redis.get(this.pointerKey)) ?? '';
  }

  /** The last id of a stream; 0 while there is none. Default: the stream readers follow. */
  async lastId(generation?: string): Promise<number> {
    const key = this.streamKey(generation ?? (await this.pointer()));
    if ((await this.redis.exists(key)) === 0) return 0;
    const info = (await this.redis.xinfo('STREAM', key)) as unknown[];
    return Number(String(info[info.indexOf('last-generated-id') + 1]).split('-')[0]);
  }

  async entries(generation?: string): Promise<Entry[]> {
    const read = await this.redis.xrangeBuffer(this.streamKey(generation ?? (await this.pointer())), '-', '+');
    return read.map(([id, fields]) => ({
      ...{ id: String(id), v: field(fields, 'v').toString(), p: field(fields, 'p') },
      r: optionalField(fields, 'r')?.toString(),
    }));
  }

  /** What an entry's bytes say. */
  tradeOf = (entry: Entry): Record<string, unknown> => eventIn(entry);

  /** Bytes of a trade of this id that no engine gave it. */
  forged(id: number): Buffer {
    const most = '18446744073709551615';
    const type = eventOf('trade_v1', 'TradeEventV1');
    const event = type.fromObject({ tradeId: `${id}`, seller: 1, price: most, quantity: '1' });
    return Buffer.from(type.encode(event).finish());
  }

  /** Waits; the test's own timeout bounds it. */
  async until(isTrue: () => Promise<boolean>): Promise<void> {
    while (!(await isTrue())) await sleep(5);
  }

  untilLastId = (id: number): Promise<void> => this.until(async () => (await this.lastId()) >= id);
}

function optionalField(fields: readonly Buffer[], name: string): Buffer | undefined {
  const at = fields.findIndex((each, index) => index % 2 === 0 && each.toString() === name);
  return at === -1 ? undefined : fields[at + 1];
}

function field(fields: readonly Buffer[], name: string): Buffer {
  const value = optionalField(fields, name);
  assert.ok(value !== undefined, `an entry has no field ${name}`);
  return value;
}

/** Ids `from + 1` to `to`, each once, none missing, each in its schema, and all of them what that says. */
export function assertTrades(
  entries: readonly Entry[],
  from: number,
  to: number,
  schemaOf: (id: number) => string = () => '1',
): void {
  assert.equal(entries.length, to - from);
  entries.forEach((entry, index) => {
    const { id, v } = entry;
    assert.equal(id, `${from + 1 + index}-0`);
    assert.equal(v, schemaOf(from + 1 + index), id);
    const event = eventIn(entry);
    assert.equal(`${event.tradeId}-0`, id);
    assert.notEqual(event.buyer, event.seller);
    assert.notEqual(event.price, '0');
    assert.notEqual(event.quantity, '0');
  });
}

/** For every id that both have, the same schema and bytes. */
export function assertSameBytes(entries: readonly Entry[], before: readonly Entry[]): void {
  const known = new Map(before.map((entry) => [entry.id, written(entry)]));
  for (const entry of entries) assert.equal(written(entry), known.get(entry.id) ?? written(entry), entry.id);
}

const written = ({ v, p }: Entry): string => `${v} ${p.toString('hex')}`;

function eventIn({ v, p }: Entry): Record<string, unknown> {
  const type = EVENTS[v];
  assert.ok(type !== undefined, `schema ${v} is none of docs/reference/engine.md`);
  return type.toObject(type.decode(p), { longs: String, defaults: true });
}
