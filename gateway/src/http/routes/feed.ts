import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { publicMessage } from '../../domain/feed.ts';
import { streamId } from '../../domain/stream-id.ts';
import { RequestRefused } from '../../errors.ts';
import { follow } from '../../live/follow.ts';
import type { Hub } from '../../live/hub.ts';
import type { TraderSessions } from '../../live/trader-session.ts';
import type { Feed } from '../../ports.ts';
import { refusals } from '../schemas.ts';

export interface FeedRoutesDeps {
  readonly hub: Hub;
  readonly feed: Feed;
  readonly sessions: TraderSessions;
}

/** `/feed` and `/feed/trader`: websockets. */
export function feedRoutes(app: FastifyInstance, { hub, feed, sessions }: FeedRoutesDeps): void {
  /** Before the upgrade: refused as HTTP, with a body. */
  const preValidation = async (request: FastifyRequest) => {
    if (!request.ws) return;
    fromOf(request);
    hub.requireRoom();
  };
  const handler = (_request: FastifyRequest, reply: FastifyReply) => {
    reply.header('upgrade', 'websocket');
    throw new RequestRefused('REQUEST_INVALID', 'this is a websocket: send Upgrade: websocket');
  };
  const querystring = {
    type: 'object',
    properties: {
      from: {
        type: 'string',
        description: 'Cursor (`id` of the last message); what came after it is sent first. `0`: all there is.',
      },
    },
  };
  const response = { 101: { description: 'A websocket of JSON messages.' }, ...refusals(400, 403, 429, 503) };

  app.route({
    method: 'GET',
    url: '/feed',
    schema: { summary: 'Settlement feed: each batch at each stage (websocket)', tags: ['feed'], querystring, response },
    preValidation,
    handler,
    wsHandler: (socket, request) => {
      const member = hub.join(socket);
      if (member === undefined) return;
      const { connection } = member;
      socket.on('message', () =>
        connection.refuse(new RequestRefused('REQUEST_INVALID', 'no message is expected here')),
      );
      member.position = follow(feed, connection, fromOf(request), publicMessage).position;
    },
  });
  app.route({
    method: 'GET',
    url: '/feed/trader',
    schema: {
      summary: "An owner's trades and the engine's answers (websocket; the first message is signed)",
      tags: ['feed'],
      response,
    },
    preValidation,
    handler,
    wsHandler: (socket) => {
      const member = hub.join(socket);
      if (member === undefined) return;
      const session = sessions.open(member);
      socket.on('message', (data, isBinary) => {
        if (isBinary) member.connection.refuse(new RequestRefused('BODY_NOT_JSON', 'the message is not text'));
        else session.message(data.toString());
      });
    },
  });
}

/** @throws RequestRefused REQUEST_INVALID */
function fromOf({ query }: FastifyRequest): string | undefined {
  const { from } = query as Record<string, unknown>;
  if (from === undefined) return undefined;
  const id = typeof from === 'string' ? streamId(from) : undefined;
  if (id === undefined) throw new RequestRefused('REQUEST_INVALID', 'from is no cursor');
  return id;
}
