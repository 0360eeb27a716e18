import type { Socket } from 'node:net';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import websocket from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import fastify from 'fastify';
import type { Logger } from 'pino';
import { releaseVersion } from '#client';
import type { GatewayConfig } from '../config.ts';
import { answerOf, RequestRefused } from '../errors.ts';
import type { GatewayMetrics } from '../observe/metrics.ts';
import { clientAddress } from './client-address.ts';
import { checkOrigins } from './origin.ts';
import { refuseUnknownPaths, refusing } from './refusals.ts';

export interface AppDeps {
  readonly config: GatewayConfig;
  readonly logger: Logger;
  readonly metrics: GatewayMetrics;
  /** Ends every websocket. */
  readonly closeSockets: () => void;
}

/** Who takes longer to write a request is cut off. */
const REQUEST_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 30_000;
const MAX_HEADER_BYTES = 8_192;
const MINUTE_MS = 60_000;
/** Beside the clients that stay: requests under way and connections kept alive. */
const MORE_CONNECTIONS = 1_000;
const TOO_LARGE = 431;
const TIMED_OUT = 408;

/** A server with its limits and refusals; routes are added to it before it is ready. */
export async function createApp({ config, logger, metrics, closeSockets }: AppDeps): Promise<FastifyInstance> {
  const refuse = refusing(logger, metrics);
  const app = fastify({
    logger: false,
    bodyLimit: config.maxBodyBytes,
    trustProxy: config.trustedProxies.length === 0 ? false : [...config.trustedProxies],
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: REQUEST_TIMEOUT_MS },
    forceCloseConnections: true,
    frameworkErrors: (error, _request, reply) => void refuse(error, reply),
    clientErrorHandler: refuseRaw,
  });
  app.server.maxConnections = config.maxClients + MORE_CONNECTIONS;
  app.setErrorHandler((error: Error, _request, reply) => refuse(error, reply));
  // Bodies are checked by their zod schemas, on the very bytes that were signed; the route's schema describes them.
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
  });
  app.addHook('onResponse', async (request, reply) => {
    metrics.request(request.routeOptions.url ?? 'none', reply.statusCode);
  });
  await app.register(websocket, {
    options: { maxPayload: config.maxMessageBytes, perMessageDeflate: false },
    errorHandler: (error, socket) => {
      logger.debug({ err: error }, 'websocket');
      socket.terminate();
    },
    preClose: (done) => {
      closeSockets();
      done();
    },
  });
  await app.register(rateLimit, {
    max: config.requestsPerMinute,
    timeWindow: MINUTE_MS,
    keyGenerator: clientAddress,
    errorResponseBuilder: (_request, { ttl }) =>
      new RequestRefused('RATE_LIMITED', 'too many requests from this address', {
        retryAfterSeconds: Math.ceil(ttl / 1_000),
      }),
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Lockstep gateway',
        description:
          'Orders, the state of the market and the settlement feed. Refusals are coded: docs/reference/gateway.md.',
        version: releaseVersion(),
      },
    },
  });
  checkOrigins(app, config.allowedOrigins);
  refuseUnknownPaths(app);
  return app;
}

/** What is no HTTP has no request: answered on the socket. */
function refuseRaw(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy();
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? TOO_LARGE : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? TIMED_OUT : 400;
  const body = JSON.stringify(answerOf(new RequestRefused('REQUEST_INVALID', 'the request can not be read')));
  socket.end(
    `HTTP/1.1 ${status} Refused\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
