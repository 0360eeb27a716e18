import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { describeState } from '../../domain/market-state.ts';
import type { Hub } from '../../live/hub.ts';
import type { MarketWatch, SettlementWatch } from '../../ports.ts';
import { documented, refusals } from '../schemas.ts';

export interface MaintenanceRoutesDeps {
  readonly watch: MarketWatch;
  readonly settlement: SettlementWatch;
  readonly hub: Hub;
  /** base58. */
  readonly market: string;
  readonly retryAfterSeconds: number;
  readonly maxBufferedBytes: number;
  readonly pingMs: number;
}

const stateSchema = documented(
  z.object({
    market: z.string().describe('What requests are signed for.'),
    status: z.enum(['open', 'maintenance', 'unknown']).describe('Of orders.'),
    settlement: z.enum(['running', 'paused', 'unknown']).describe('Of the program, as its config says on-chain.'),
    message: z.string(),
  }),
);

/** `GET /maintenance` and its event stream, which stays open in a maintenance and tells its progress. */
export function maintenanceRoutes(app: FastifyInstance, deps: MaintenanceRoutesDeps): void {
  const { watch, settlement, hub, market, retryAfterSeconds, maxBufferedBytes, pingMs } = deps;
  const now = () => describeState(watch.state(), { market, settlement: settlement.state(), retryAfterSeconds });
  const streams = new Set<() => void>();
  app.addHook('preClose', async () => {
    for (const end of [...streams]) end();
  });

  app.get(
    '/maintenance',
    {
      schema: {
        summary: 'Whether orders are taken, and how far a maintenance is',
        tags: ['market'],
        response: {
          200: {
            description: 'The state; further fields as in the refusal MAINTENANCE.',
            additionalProperties: true,
            ...stateSchema,
          },
        },
      },
    },
    () => now(),
  );
  app.get(
    '/maintenance/events',
    {
      schema: {
        summary: 'The same as server-sent events: `state`, one at once and one for each change',
        tags: ['market'],
        response: {
          200: {
            description: 'Server-sent events: `event: state`, whose `data` is what GET /maintenance answers.',
            content: { 'text/event-stream': { schema: { type: 'string' } } },
          },
          ...refusals(503),
        },
      },
    },
    (request, reply) => {
      hub.requireRoom();
      const leave = hub.occupy();
      const { raw } = reply;
      const headers = reply.getHeaders();
      reply.hijack();
      raw.writeHead(200, {
        ...definedOf(headers),
        'content-type': 'text/event-stream; charset=utf-8',
        'x-accel-buffering': 'no',
      });
      const write = (text: string) => {
        if (raw.writableLength > maxBufferedBytes) raw.destroy();
        else raw.write(text);
      };
      const tell = () => write(`event: state\ndata: ${JSON.stringify(now())}\n\n`);
      const listening = [watch.onChange(tell), settlement.onChange(tell)];
      // A comment: proxies end what is silent for long.
      const beat = setInterval(() => write(': \n\n'), pingMs);
      const end = () => {
        clearInterval(beat);
        for (const stop of listening) stop();
        streams.delete(end);
        leave();
        raw.end();
      };
      streams.add(end);
      request.raw.once('close', end);
      raw.once('close', end);
      raw.on('error', end);
      tell();
    },
  );
}

const definedOf = (headers: Readonly<Record<string, number | string | string[] | undefined>>) =>
  Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined));
