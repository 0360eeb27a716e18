import type { Redis } from 'ioredis';
import { tradeId, U64_MAX } from '#client';
import type { EngineWord, MaintenanceView } from '../../domain/maintenance.ts';
import { relayerError } from '../../errors.ts';
import type { Upkeep } from '../../ports.ts';
import { askRedis } from './ask.ts';
import { controlKey, engineKey, generationKey, laneKeys, tradeStreamKey } from './keys.ts';
import { ANSWER } from './lane-scripts.ts';
import { maintenanceFields, maintenanceOf, reportFields } from './maintenance-codec.ts';
import { ASK_PAUSE, HUSH, LOOK, NOTE, WRITE_BACK } from './maintenance-scripts.ts';
import { runScript } from './scripts.ts';

/** A report outlives the next one's time by so much: a busy relayer is not taken for one that is gone. */
const REPORT_KEPT_MS = 10_000;
/** Open letters that are named; a person deals with one after the other. */
const LETTERS_NAMED = 20;
const DECIMAL = /^(0|[1-9]\d{0,19})$/;

export interface UpkeepDeps {
  readonly redis: Redis;
  /** A connection of its own: one that listens can do nothing else. */
  readonly listener: Redis;
  readonly lane: string;
  /** Of the relayer that claimed the lane. */
  readonly token: string;
}

/** The relayer's side of a lane's maintenance (docs/reference/relayer.md). */
export function createUpkeep({ redis, listener, lane, token }: UpkeepDeps): Upkeep {
  const keys = laneKeys(lane);
  const channel = keys.maintenance;
  const seen = [
    ...[keys.maintenance, keys.maintenanceEnded, controlKey(lane), engineKey(lane)],
    ...[generationKey(lane), tradeStreamKey(lane, ''), keys.letters, keys.waived],
  ];
  const write = async (script: string, touched: readonly string[], args: readonly (string | number)[]) => {
    if (await runScript(redis, script, [keys.fence, ...touched], [token, ...args])) return;
    throw relayerError('LEASE_LOST', 'another relayer has taken the lane; nothing was written of its maintenance');
  };
  const note = (id: string, field: 'cut' | 'phase', value: string) =>
    write(NOTE, [keys.maintenance], [channel, id, field, value, Date.now()]);
  return {
    async look() {
      const look = () => redis.eval(LOOK, seen.length, ...seen, LETTERS_NAMED);
      return viewOf((await askRedis(`read ${keys.maintenance}`, look)) as Looked, keys.maintenance);
    },
    askPause: (id) => write(ASK_PAUSE, [keys.maintenance, controlKey(lane), engineKey(lane)], [id]),
    setCut: (id, cut) => note(id, 'cut', `${cut}`),
    setReady: (id) => note(id, 'phase', 'ready'),
    writeBack(maintenance) {
      const fields = Object.entries(maintenanceFields(maintenance)).flat();
      return write(WRITE_BACK, [keys.maintenance, keys.maintenanceEnded], [channel, maintenance.id, ...fields]);
    },
    report: (report) => write(ANSWER, [keys.flush], [REPORT_KEPT_MS, ...Object.entries(reportFields(report)).flat()]),
    hush: () => write(HUSH, [keys.flush], []),
    onWord(look) {
      const onMessage = () => look();
      listener.on('message', onMessage);
      // Who does not hear looks all the same.
      listener.subscribe(channel).catch(() => {});
      return () => listener.off('message', onMessage);
    },
  };
}

type Looked = [string, string[], string, string[], string, number, string[], string];

function viewOf([kind, flat, ended, engine, end, count, ids, now]: Looked, key: string): MaintenanceView {
  const fields = Object.fromEntries(flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] ?? '']] : [])));
  const reading = kind === 'hash' || kind === 'none' ? maintenanceOf(fields) : { ignored: `${key} is no hash` };
  return {
    ...reading,
    nowMs: Number(now),
    ended: ended === '' ? undefined : ended,
    engine: engineWord(engine),
    streamEnd: idIn(end),
    letters: { count, ids: ids.map((id) => tradeId(BigInt(id))) },
  };
}

function engineWord([
  asked = '',
  answered = '',
  refused = '',
  mode = '',
  lastId = '',
  silent = '',
]: string[]): EngineWord {
  return {
    ...{ asked, answered, refused },
    isPaused: mode === 'pause',
    lastId: idIn(lastId),
    silentMs: silent === '' ? undefined : Number(silent),
  };
}

const idIn = (text: string) => (DECIMAL.test(text) && BigInt(text) <= U64_MAX ? tradeId(text) : undefined);
