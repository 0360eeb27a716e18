import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { GatewayMetrics } from '../../observe/metrics.ts';
import type { MarketWatch, SettlementWatch } from '../../ports.ts';
import { PAGE_HEADERS, statusPage } from '../page.ts';
import { documented } from '../schemas.ts';

export interface ObservationDeps {
  readonly watch: MarketWatch;
  readonly settlement: SettlementWatch;
  readonly market: string;
  /** The loop that has not turned for too long. */
  readonly stuck: () => { readonly loop: string; readonly silentMs: number } | undefined;
  readonly readiness: () => Promise<{ readonly ready: boolean }>;
  readonly metrics: GatewayMetrics;
  /** Just before metrics are read. */
  readonly refreshMetrics: () => void;
}

const OK = 200;
const UNAVAILABLE = 503;

/** One body for both: what stands still is named in it. */
const health = (summary: string, fields: z.ZodRawShape, means: readonly [ok: string, unavailable: string]) => {
  const body = documented(z.object(fields));
  const [ok, unavailable] = means.map((description) => ({ description, additionalProperties: true, ...body }));
  return { summary, tags: ['operation'], response: { [OK]: ok, [UNAVAILABLE]: unavailable } };
};
const LIVE = health(
  'Whether its loops turn',
  {
    live: z.boolean(),
    loop: z.string().optional().describe('The loop that stands still.'),
    silentMs: z.int().optional(),
  },
  ['They do.', 'One has not turned for `liveMs`: start the gateway again.'],
);
const CHECK = z.object({ ok: z.boolean(), reason: z.string().optional() }).catchall(z.unknown());
const READY = health(
  'Whether Redis takes writes and the cluster answers',
  { ready: z.boolean(), reason: z.string().optional(), redis: CHECK, rpc: CHECK },
  ['Both do.', 'One does not, and `reason` says which.'],
);

/** The page for people, health, metrics, and the description of the API. */
export function observationRoutes(app: FastifyInstance, deps: ObservationDeps): void {
  const { watch, settlement, market, stuck, readiness, metrics } = deps;
  app.get('/', { schema: { hide: true } }, (_request, reply) =>
    reply.headers(PAGE_HEADERS).send(statusPage(watch.state(), { market, settlement: settlement.state() })),
  );
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  app.get('/live', { schema: LIVE }, (_request, reply) => {
    const found = stuck();
    return reply.code(found === undefined ? OK : UNAVAILABLE).send({ live: found === undefined, ...found });
  });
  app.get('/ready', { schema: READY }, async (_request, reply) => {
    const found = await readiness();
    const text = JSON.stringify(found, (_name, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));
    return reply
      .code(found.ready ? OK : UNAVAILABLE)
      .type('application/json; charset=utf-8')
      .send(text);
  });
  app.get('/metrics', { schema: { summary: 'Prometheus text', tags: ['operation'] } }, async (_request, reply) => {
    deps.refreshMetrics();
    return reply.type(metrics.contentType).send(await metrics.exposition());
  });
}
