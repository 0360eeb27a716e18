import type { RequestRefused } from '../errors.ts';

/** With which code a websocket is closed, and what the client does next. */
export const CLOSE_CODES = {
  /** The gateway ends; connect again. */
  GOING_AWAY: {
    code: 1001,
    advice: 'Connect again; another gateway, or this one in a moment, goes on from your cursor.',
  },
  /** After the alert MAINTENANCE; connect again when GET /maintenance says open. */
  MAINTENANCE: { code: 1012, advice: 'Follow GET /maintenance, then connect again with the cursor of the alert.' },
  /** Something that is needed does not answer, or there are too many clients. */
  TRY_AGAIN_LATER: { code: 1013, advice: 'Connect again in a few seconds.' },
  AUTH_TIMEOUT: { code: 4408, advice: 'Send the signed first message at once.' },
  SLOW_CONSUMER: { code: 4008, advice: 'Read faster, or connect again with the cursor of the last message.' },
} as const;

/** Its own code for what passes, 4000 and the HTTP status for what does not. */
export function closeCodeOf({ code, statusCode }: RequestRefused): number {
  if (code === 'MAINTENANCE') return CLOSE_CODES.MAINTENANCE.code;
  if (statusCode === 503) return CLOSE_CODES.TRY_AGAIN_LATER.code;
  return 4_000 + statusCode;
}
