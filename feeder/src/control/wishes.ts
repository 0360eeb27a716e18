import type { TradeId } from '#client';
import { LockstepError, tradeId } from '#client';

/** Layout of `control:<market>` and `engine:<market>`; the value of their field `v`. */
export const CONTROL_VERSION = '1';

export type Mode = 'run' | 'pause';

/** A request that can be answered: what it wants, or why nobody can tell. */
export type Asked<T> = { readonly request: string } & ({ readonly wanted: T } | { readonly refused: string });

/** What `control:<market>` asks for. A wish that is absent changes nothing. */
export interface Wishes {
  readonly mode?: Asked<Mode>;
  /** Schema to write, as in field `v` of an entry; whether it is spoken is for the engine to say. */
  readonly emit?: Asked<string>;
  /** Trades above this id are wanted again. */
  readonly replay?: Asked<TradeId>;
  /** This trade is wanted once more, as a new one. */
  readonly retry?: Asked<TradeId>;
  /** What was found that is no request and cannot be answered by id; empty when all is well. */
  readonly ignored: string;
}

/** The fields of `control:<market>` an engine reads; `owner` and `reason` are for people. */
export const WISH_FIELDS = [
  ...['v', 'mode', 'mode_request', 'emit', 'emit_request'],
  ...['replay_from', 'replay_request', 'retry_id', 'retry_request'],
];

export type WishFields = Readonly<Record<string, string | null | undefined>>;

const REQUEST_ID = /^[A-Za-z0-9._:-]{1,64}$/;
/** Enough of a bad value to recognise it by. */
const QUOTED_CHARACTERS = 40;

export function readWishes(fields: WishFields): Wishes {
  if (WISH_FIELDS.every((name) => isAbsent(fields[name]))) return { ignored: '' };
  if (fields.v !== CONTROL_VERSION) {
    return { ignored: `v is ${quoted(fields.v)}; this engine reads version ${CONTROL_VERSION}` };
  }
  const ignored: string[] = [];
  const ask = <T>(field: string, requestField: string, read: (text: string) => T): Asked<T> | undefined => {
    const value = fields[field];
    const request = fields[requestField];
    if (isAbsent(value) && isAbsent(request)) return undefined;
    if (isAbsent(request) || !REQUEST_ID.test(request)) {
      ignored.push(`${requestField} is ${quoted(request)}, no request id (1 to 64 of A-Z a-z 0-9 . _ : -)`);
      return undefined;
    }
    if (isAbsent(value)) return { request, refused: `${field} is missing` };
    try {
      return { request, wanted: read(value) };
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      return { request, refused: error.message };
    }
  };
  const mode = ask('mode', 'mode_request', readMode);
  const emit = ask('emit', 'emit_request', readSchema);
  const replay = ask('replay_from', 'replay_request', (text) => readTradeId('replay_from', text));
  const retry = ask('retry_id', 'retry_request', (text) => readTradeId('retry_id', text));
  const wishes = { ...(mode && { mode }), ...(emit && { emit }), ...(replay && { replay }), ...(retry && { retry }) };
  return { ...wishes, ignored: ignored.join('; ') };
}

function readMode(text: string): Mode {
  if (text === 'run' || text === 'pause') return text;
  throw unusable(`mode is ${quoted(text)}, neither run nor pause`);
}

function readSchema(text: string): string {
  if (/^[1-9]\d{0,2}$/.test(text)) return text;
  throw unusable(`emit is ${quoted(text)}, no schema number`);
}

function readTradeId(field: string, text: string): TradeId {
  if (/^(0|[1-9]\d{0,19})$/.test(text) && BigInt(text) < 2n ** 64n) return tradeId(text);
  throw unusable(`${field} is ${quoted(text)}, no trade id`);
}

const unusable = (what: string): LockstepError =>
  new LockstepError('REQUEST_UNUSABLE', what, 'Ask again under a new request id, as docs/reference/engine.md says.');

const isAbsent = (text: string | null | undefined): text is null | undefined => text === null || text === undefined;

const quoted = (text: string | null | undefined): string =>
  isAbsent(text) ? 'missing' : JSON.stringify(text.slice(0, QUOTED_CHARACTERS));
