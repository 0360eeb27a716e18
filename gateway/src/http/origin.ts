import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AUTH_HEADERS } from '../domain/signed-request.ts';
import { RequestRefused } from '../errors.ts';

const PREFLIGHT_SECONDS = 600;
const NO_CONTENT = 204;

/**
 * Browsers say which page asks. One that is not listed sends no orders and opens no websockets; what is public it may ask for, and its
 * browser keeps the answer from it.
 */
export function checkOrigins(app: FastifyInstance, allowed: readonly string[]): void {
  const isAllowed = new Set(allowed);
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers;
    reply.header('vary', 'origin');
    if (origin === undefined) return;
    if (!isAllowed.has(origin)) {
      if (!isPublic(request))
        throw new RequestRefused('ORIGIN_NOT_ALLOWED', 'pages of this origin may not use this gateway');
      return;
    }
    reply.header('access-control-allow-origin', origin);
    reply.header('access-control-expose-headers', 'retry-after');
  });
  app.options('/*', { schema: { hide: true } }, (_request, reply) =>
    reply
      .code(NO_CONTENT)
      .header('access-control-allow-methods', 'GET, POST, DELETE')
      .header('access-control-allow-headers', ['content-type', ...Object.values(AUTH_HEADERS)].join(', '))
      .header('access-control-max-age', `${PREFLIGHT_SECONDS}`)
      .send(),
  );
}

const isPublic = ({ method, ws }: FastifyRequest): boolean => !ws && (method === 'GET' || method === 'HEAD');
