import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Auth } from '../../auth.ts';
import type { OrderAnswer } from '../../domain/feed.ts';
import { cancelBody, orderBody, orderId } from '../../domain/order.ts';
import { requireOpen } from '../../domain/refuse.ts';
import { AUTH_HEADERS, cancelAction, ORDER_ACTION } from '../../domain/signed-request.ts';
import { RequestRefused } from '../../errors.ts';
import type { GatewayMetrics } from '../../observe/metrics.ts';
import type { MarketWatch, OrderDesk, Taken } from '../../ports.ts';
import { readBody } from '../json-body.ts';
import { authHeadersSchema, documented, maintenanceRefusalSchema, refusals } from '../schemas.ts';

export interface OrderRoutesDeps {
  readonly auth: Auth;
  readonly desk: OrderDesk;
  readonly watch: MarketWatch;
  /** The engine's answer to an order, when it comes within so long. */
  readonly awaitAnswer: (
    order: string,
    ms: number,
  ) => { readonly answer: Promise<OrderAnswer | undefined>; cancel(): void };
  readonly maxWaitMs: number;
  readonly retryAfterSeconds: number;
  readonly metrics: GatewayMetrics;
}

const OK = 200;
const ACCEPTED = 202;

/** `POST /orders` and `DELETE /orders/{order}`. */
export function orderRoutes(app: FastifyInstance, deps: OrderRoutesDeps): void {
  const { watch, retryAfterSeconds } = deps;
  /** Before a body is read: a closed market costs nothing. */
  const onRequest = async () => requireOpen(watch.state(), retryAfterSeconds);
  const querystring = {
    type: 'object',
    properties: {
      wait: { type: 'string', description: `Milliseconds to wait for the engine's answer, at most ${deps.maxWaitMs}.` },
    },
  };
  const response = {
    [OK]: {
      description: "The engine's answer: order, state, code, reason, trades.",
      type: 'object',
      additionalProperties: true,
    },
    [ACCEPTED]: {
      description: 'Handed to the engine; the answer comes on /feed/trader.',
      type: 'object',
      additionalProperties: true,
    },
    ...refusals(400, 401, 403, 409, 413, 415, 429),
    503: { description: 'No orders are taken; Retry-After says when to try again.', ...maintenanceRefusalSchema },
  };
  const described = { headers: authHeadersSchema, querystring, response, tags: ['orders'] };

  app.post(
    '/orders',
    { onRequest, schema: { summary: 'Enter an order', body: documented(orderBody), ...described } },
    (request, reply) => handle(request, reply, { action: ORDER_ACTION, schema: orderBody, added: {} }),
  );
  app.delete<{ Params: { order: string } }>(
    '/orders/:order',
    {
      onRequest,
      schema: {
        summary: 'Cancel an order',
        params: { type: 'object', properties: { order: documented(orderId) }, required: ['order'] },
        body: documented(cancelBody),
        ...described,
      },
    },
    (request, reply) => {
      const { order } = request.params;
      if (!orderId.safeParse(order).success)
        throw new RequestRefused('REQUEST_INVALID', 'the path does not name an order by its UUID');
      return handle(request, reply, { action: cancelAction(order), schema: cancelBody, added: { cancel: order } });
    },
  );

  async function handle(
    request: FastifyRequest,
    reply: FastifyReply,
    {
      action,
      schema,
      added,
    }: { readonly action: string; readonly schema: typeof orderBody | typeof cancelBody; readonly added: object },
  ): Promise<FastifyReply> {
    const waitMs = waitOf(request.query, deps.maxWaitMs);
    const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const signer = deps.auth.identify(claimOf(request), action, bytes);
    const { sent, value } = readBody<z.ZodType<{ order: string; trader: number }>>(bytes, schema);
    await deps.auth.requireEntry(signer, value.trader);
    const json = JSON.stringify({ ...sent, ...added });
    const digest = createHash('sha256').update(json).digest('base64url');
    const { owner, nonce, nonceForMs } = signer;
    const begun = performance.now();
    const waiting = deps.awaitAnswer(value.order, waitMs);
    try {
      const taken = await deps.desk.take({ owner, nonce, nonceForMs, order: value.order, digest, json });
      if (taken !== 'taken') await refuse(taken);
      deps.metrics.orderTaken();
      const answer = await waiting.answer;
      if (answer === undefined) return reply.code(ACCEPTED).send({ order: value.order, state: 'queued' });
      deps.metrics.answerTook((performance.now() - begun) / 1_000);
      return answered(reply, answer);
    } finally {
      waiting.cancel();
    }
  }

  /** @throws RequestRefused */
  async function refuse(why: Exclude<Taken, 'taken'>): Promise<never> {
    if (why === 'nonce-reused') throw new RequestRefused('NONCE_REUSED', 'this owner has used this nonce');
    if (why === 'order-id-taken') throw new RequestRefused('ORDER_ID_TAKEN', 'this UUID is another order');
    requireOpen(await watch.lookNow(), retryAfterSeconds);
    throw new RequestRefused('UNAVAILABLE', 'the market was closed for a moment; the order was not taken', {
      retryAfterSeconds,
    });
  }

  function answered(reply: FastifyReply, { order, state, code, reason, trades }: OrderAnswer): FastifyReply {
    const said = {
      order,
      state,
      ...(code === undefined ? {} : { code }),
      ...(reason === undefined ? {} : { reason }),
      trades,
    };
    if (code !== 'MAINTENANCE') return reply.code(OK).send(said);
    // Taken just before the engine paused: rejected by it, for good. Another try takes a new UUID.
    throw new RequestRefused('MAINTENANCE', 'System Maintenance: the engine rejected the order', {
      answer: said,
      retryAfterSeconds,
    });
  }
}

const claimOf = ({ headers }: FastifyRequest) => ({
  owner: headers[AUTH_HEADERS.owner],
  nonce: headers[AUTH_HEADERS.nonce],
  expiry: headers[AUTH_HEADERS.expiry],
  signature: headers[AUTH_HEADERS.signature],
});

/** @throws RequestRefused REQUEST_INVALID */
function waitOf(query: unknown, maxMs: number): number {
  const { wait, ...others } = query as Record<string, unknown>;
  if (Object.keys(others).length > 0)
    throw new RequestRefused('REQUEST_INVALID', 'wait is the only parameter there is');
  if (wait === undefined) return 0;
  if (typeof wait !== 'string' || !/^\d{1,6}$/.test(wait) || Number(wait) > maxMs) {
    throw new RequestRefused('REQUEST_INVALID', `wait is milliseconds, at most ${maxMs}`);
  }
  return Number(wait);
}
