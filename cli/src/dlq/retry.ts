import { randomUUID } from 'node:crypto';
import type { TradeId } from '#client';
import { LockstepError, tradeId } from '#client';
import { controlKey, engineKey, generationKey, leaseKey, tradeStreamKey } from '#feeder';
import { pause } from '../pause.ts';
import type { DlqDesk } from './desk.ts';

const POLL_MS = 50;
/** The version of the control keys asked in. */
const CONTROL_VERSION = '1';

/**
 * Asks the engine to emit a trade again; answers the new id. Asked again for the same trade, an engine answers the same id, so this may be
 * repeated at any time.
 * @throws LockstepError ENGINE_ABSENT, ENGINE_PAUSED, RETRY_UNKNOWN, RETRY_REFUSED, RETRY_OVERTAKEN, ENGINE_SILENT; the signal's reason
 */
export async function retried(desk: DlqDesk, id: TradeId, timeoutMs: number): Promise<TradeId> {
  const { redis, signal } = desk;
  const market = desk.market.toBase58();
  await requireEngine(desk);
  const request = randomUUID();
  const wish = { v: CONTROL_VERSION, retry_id: `${id}`, retry_request: request };
  await redis.hset(controlKey(market), wish);
  for (const deadline = performance.now() + timeoutMs; performance.now() < deadline; await pause(POLL_MS, signal)) {
    const answer = await redis.hgetall(engineKey(market));
    if (answer.retry_request === request) return answeredId(id, answer);
    const wanted = await redis.hget(controlKey(market), 'retry_request');
    if (wanted === null) await redis.hset(controlKey(market), wish);
    else if (wanted !== request) {
      throw retryError(
        'RETRY_OVERTAKEN',
        `somebody else asked the engine for a retry while trade ${id} waited for its own`,
      );
    }
  }
  const what = `the engine has not answered request ${request} for trade ${id} within ${timeoutMs / 1_000} s`;
  throw retryError('ENGINE_SILENT', what);
}

function answeredId(
  id: TradeId,
  { retry_refused: refused = '', retried_as: as = '' }: Record<string, string>,
): TradeId {
  if (refused !== '') throw retryError('RETRY_REFUSED', `the engine does not emit trade ${id} again: ${refused}`);
  if (/^[1-9]\d{0,18}$/.test(as) && BigInt(as) > id) return tradeId(as);
  throw retryError(
    'RETRY_REFUSED',
    `the engine says that trade ${id} was emitted again as ${JSON.stringify(as.slice(0, 40))}`,
  );
}

async function requireEngine({ redis, market }: DlqDesk): Promise<void> {
  const name = market.toBase58();
  if ((await redis.exists(leaseKey(name))) === 0) {
    throw retryError('ENGINE_ABSENT', `no engine is writing market ${name}`);
  }
  const { mode, retry_request: spoken } = await redis.hgetall(engineKey(name));
  if (spoken === undefined) throw retryError('RETRY_UNKNOWN', 'this engine does not know how to emit a trade again');
  if (mode === 'pause') throw retryError('ENGINE_PAUSED', 'the engine is paused and emits nothing');
}

/**
 * What the stream says an entry replaces: undefined without the entry or its field.
 */
export async function replacedBy({ redis, market }: DlqDesk, id: TradeId): Promise<string | undefined> {
  const name = market.toBase58();
  const generation = await redis.get(generationKey(name));
  if (generation === null || !/^\d{1,15}$/.test(generation)) return undefined;
  const [entry] = await redis.xrange(tradeStreamKey(name, BigInt(generation)), `${id}-0`, `${id}-0`);
  const at = entry?.[1].findIndex((field, index) => index % 2 === 0 && field === 'r') ?? -1;
  return at === -1 ? undefined : entry?.[1][at + 1];
}

const ADVICE = {
  ENGINE_ABSENT: 'Start the engine; or enter the trade by hand and run this again with --by NEW_ID.',
  ENGINE_PAUSED: 'Run this again when the engine runs; or drop the letter.',
  ENGINE_SILENT:
    'Run the same command again when the engine is well: it emits the trade once, however often it is asked.',
  RETRY_UNKNOWN: 'Enter the trade by hand and run this again with --by NEW_ID.',
  RETRY_OVERTAKEN: 'Run the same command again: the engine emits the trade once, however often it is asked.',
  RETRY_REFUSED: 'Follow the reason; or enter the trade by hand and run this again with --by NEW_ID.',
} as const;

const retryError = (code: keyof typeof ADVICE, message: string): LockstepError =>
  new LockstepError(code, message, ADVICE[code]);
