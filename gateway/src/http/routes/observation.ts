import type { FastifyInstance } from 'fastify';
import type { GatewayMetrics } from '../../observe/metrics.ts';
import type { MarketWatch } from '../../ports.ts';
import { PAGE_HEADERS, statusPage } from '../page.ts';

export interface ObservationDeps {
  readonly watch: MarketWatch;
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

/** The page for people, health, metrics, and the description of the API. */
export function observationRoutes(app: FastifyInstance, deps: ObservationDeps): void {
  const { watch, market, stuck, readiness, metrics } = deps;
  app.get('/', { schema: { hide: true } }, (_request, reply) =>
    reply.headers(PAGE_HEADERS).send(statusPage(watch.state(), market)),
  );
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  app.get('/live', { schema: { summary: 'Whether its loops turn', tags: ['operation'] } }, (_request, reply) => {
    const found = stuck();
    return reply.code(found === undefined ? OK : UNAVAILABLE).send({ live: found === undefined, ...found });
  });
  app.get(
    '/ready',
    { schema: { summary: 'Whether Redis takes writes and the cluster answers', tags: ['operation'] } },
    async (_request, reply) => {
      const found = await readiness();
      const text = JSON.stringify(found, (_name, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));
      return reply
        .code(found.ready ? OK : UNAVAILABLE)
        .type('application/json; charset=utf-8')
        .send(text);
    },
  );
  app.get('/metrics', { schema: { summary: 'Prometheus text', tags: ['operation'] } }, async (_request, reply) => {
    deps.refreshMetrics();
    return reply.type(metrics.contentType).send(await metrics.exposition());
  });
}
