import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { relayerError } from '../../errors.ts';
import type { Page, Pages } from './page.ts';

export interface HttpOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly pages: Pages;
  readonly logger: Logger;
}

export interface HttpServer {
  readonly url: string;
  /** Ends every connection, one in use included. */
  close(): Promise<void>;
}

/** A request is a line and a few headers; who takes longer than this to write it, or to read the answer, is cut off. */
const REQUEST_TIMEOUT_MS = 5_000;
const CHECK_EVERY_MS = 1_000;
const MAX_HEADER_BYTES = 8_192;
/** Probes, a scraper and a few people; more would only take memory from the lane. */
const MAX_CONNECTIONS = 64;

const TEXT = 'text/plain; charset=utf-8';

/**
 * Serves pages for reading, to whoever reaches the address: GET and HEAD, no bodies. The server alone keeps no process alive.
 * @throws LockstepError HTTP_PORT_UNAVAILABLE
 */
export async function openHttp({ host, port, pages, logger }: HttpOptions): Promise<HttpServer> {
  const limits = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: REQUEST_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: CHECK_EVERY_MS,
  };
  const server = createServer(limits, (request, response) => {
    response.on('error', () => {});
    pageFor(request, response, pages).then(
      (page) => write(request, response, page),
      (error: unknown) => {
        logger.warn({ err: error, path: request.url }, 'a page could not be made');
        write(request, response, { status: 500, type: TEXT, body: 'this page could not be made; the log says why\n' });
      },
    );
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.setTimeout(REQUEST_TIMEOUT_MS);
  await listen(server, host, port);
  // What goes wrong here is not the lane's trouble.
  server.on('error', (error) => logger.warn({ err: error }, 'http server'));
  server.unref();
  const { address, family, port: bound } = server.address() as AddressInfo;
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`;
  logger.info({ url }, 'status, metrics and health are served');
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException) => {
      const why = cause.code ?? cause.message;
      reject(relayerError('HTTP_PORT_UNAVAILABLE', `port ${port} of ${host} can't be listened on: ${why}`, { cause }));
    };
    server.once('error', onError);
    server.listen(port, host, () => {
      server.off('error', onError);
      resolve();
    });
  });
}

async function pageFor(request: IncomingMessage, response: ServerResponse, pages: Pages): Promise<Page> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return { status: 405, type: TEXT, body: 'only GET and HEAD\n' };
  }
  if (hasBody(request)) return { status: 413, type: TEXT, body: 'a request has no body here\n' };
  const path = request.url?.split('?', 1)[0] ?? '';
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (page === undefined) return { status: 404, type: TEXT, body: `${Object.keys(pages).join('\n')}\n` };
  return page();
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

function write(request: IncomingMessage, response: ServerResponse, { status, type, body }: Page): void {
  // What else such a request holds is not read.
  if (request.method !== 'HEAD' && (request.method !== 'GET' || hasBody(request))) response.shouldKeepAlive = false;
  const headers = { 'content-type': type, 'content-length': Buffer.byteLength(body), 'cache-control': 'no-store' };
  response.writeHead(status, headers);
  response.end(request.method === 'HEAD' ? undefined : body);
}
