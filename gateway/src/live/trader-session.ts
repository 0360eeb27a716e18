import type { Logger } from 'pino';
import { z } from 'zod';
import { U32_MAX } from '#client';
import type { Auth, Signer } from '../auth.ts';
import { answerMessage, traderMessage } from '../domain/feed.ts';
import { TRADER_FEED_ACTION, tradersBody } from '../domain/signed-request.ts';
import { streamId } from '../domain/stream-id.ts';
import { RequestRefused } from '../errors.ts';
import type { Feed, OrderDesk } from '../ports.ts';
import { CLOSE_CODES } from './close-codes.ts';
import type { Connection } from './connection.ts';
import { follow } from './follow.ts';
import type { Member } from './hub.ts';

export interface TraderSessionsDeps {
  readonly auth: Auth;
  readonly desk: OrderDesk;
  readonly feed: Feed;
  readonly authTimeoutMs: number;
  readonly logger: Logger;
}

export interface TraderSessions {
  /** A websocket whose first message says who it is. */
  open(member: Member): { message(text: string): void };
}

const MAX_TRADERS = 64;
/** An entry that was closed and opened by somebody else is not shown on for longer. */
const CHECK_MS = 30_000;

const firstMessage = z.strictObject({
  type: z.literal('auth'),
  owner: z.string(),
  nonce: z.string(),
  expiry: z.string(),
  signature: z.string(),
  traders: z.array(z.int().min(0).max(U32_MAX)).min(1).max(MAX_TRADERS),
  from: z.string().optional(),
});

/** Each owner's own trades and answers, to sockets that have shown whose they are. */
export function createTraderSessions({ auth, desk, feed, authTimeoutMs, logger }: TraderSessionsDeps): TraderSessions {
  const byOwner = new Map<string, Set<Connection>>();
  feed.listen((news) => {
    if (news.kind !== 'answer' || byOwner.size === 0) return;
    const { answer } = news;
    desk.ownerOf(answer.order).then(
      (owner) => {
        for (const connection of byOwner.get(owner ?? '') ?? []) connection.send(answerMessage(answer));
      },
      (error: unknown) => logger.warn({ err: error, order: answer.order }, 'an answer could not be handed over'),
    );
  });

  /** @throws RequestRefused */
  const admit = async (text: string) => {
    const said = readMessage(text);
    const from = said.from === undefined ? undefined : streamId(said.from);
    if (said.from !== undefined && from === undefined) throw new RequestRefused('REQUEST_INVALID', 'from is no cursor');
    const signer = auth.identify(said, TRADER_FEED_ACTION, tradersBody(said.traders));
    for (const trader of said.traders) await auth.requireEntry(signer, trader);
    if (!(await desk.useNonce(signer.owner, signer.nonce, signer.nonceForMs))) {
      throw new RequestRefused('NONCE_REUSED', 'this owner has used this nonce');
    }
    return { signer, traders: said.traders, from };
  };

  const begin = (member: Member, signer: Signer, traders: readonly number[], from: string | undefined) => {
    const { connection } = member;
    const mine = new Set(traders);
    connection.send({ type: 'ready', owner: signer.owner, traders: [...mine] });
    const others = byOwner.get(signer.owner) ?? new Set();
    byOwner.set(signer.owner, others.add(connection));
    const following = follow(feed, connection, from, (batch) => traderMessage(batch, mine));
    member.position = following.position;
    const check = setInterval(() => {
      Promise.all(traders.map((trader) => auth.requireEntry(signer, trader))).catch((error: unknown) => {
        // A node that does not answer takes nothing away; a closing entry may still trade.
        if (error instanceof RequestRefused && error.code === 'NOT_OWNER') connection.refuse(error);
      });
    }, CHECK_MS);
    check.unref();
    connection.onEnd(() => {
      clearInterval(check);
      others.delete(connection);
      if (others.size === 0 && byOwner.get(signer.owner) === others) byOwner.delete(signer.owner);
    });
  };

  return {
    open(member) {
      const { connection } = member;
      let hasSpoken = false;
      const timeout = setTimeout(() => connection.close(CLOSE_CODES.AUTH_TIMEOUT.code, 'AUTH_TIMEOUT'), authTimeoutMs);
      connection.onEnd(() => clearTimeout(timeout));
      return {
        message(text) {
          if (hasSpoken)
            return connection.refuse(new RequestRefused('REQUEST_INVALID', 'one message is all that is expected'));
          hasSpoken = true;
          admit(text).then(
            ({ signer, traders, from }) => {
              clearTimeout(timeout);
              if (connection.isOpen) begin(member, signer, traders, from);
            },
            (error: unknown) => {
              if (!(error instanceof RequestRefused)) logger.error({ err: error }, 'a websocket failed');
              connection.refuse(error);
            },
          );
        },
      };
    },
  };
}

/** @throws RequestRefused BODY_NOT_JSON or REQUEST_INVALID */
function readMessage(text: string): z.output<typeof firstMessage> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RequestRefused('BODY_NOT_JSON', 'the message is not JSON');
  }
  const parsed = firstMessage.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = [...new Set(parsed.error.issues.map(({ path }) => path.join('.') || 'message'))].join(', ');
  throw new RequestRefused('REQUEST_INVALID', `the first message is not as it should be: ${fields}`);
}
