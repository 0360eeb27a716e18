import type { Server } from 'node:http';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { DROPPED } from './faults.ts';
import { MAX_REQUEST_BYTES } from './limits.ts';
import { answer, type RpcOptions } from './rpc.ts';

/**
 * How long an idle connection stays open. Node's five seconds pass while an in-process test computes, and the next
 * request then meets a connection that is just being closed.
 */
const KEEP_ALIVE_MS = 60_000;

/** JSON-RPC over HTTP with Agave's manners: POST of JSON only, any origin, `GET /health`, one answer per body. */
export function createRpcServer(options: RpcOptions): Server {
  const server = createServer((request, response) => {
    handle(request, response, options).catch((cause: unknown) => {
      options.log(`request failed: ${String(cause)}`);
      request.socket.destroy();
    });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return server;
}

async function handle(request: IncomingMessage, response: ServerResponse, options: RpcOptions): Promise<void> {
  response.setHeader('access-control-allow-origin', '*');
  if (request.method === 'OPTIONS') return preflight(response);
  if (request.method === 'GET' && request.url === '/health') return send(response, 200, 'ok', 'text/plain');
  if (request.method !== 'POST') {
    return send(response, 405, 'Used HTTP Method is not allowed. POST or OPTIONS is required\n', 'text/plain');
  }
  if (!isJson(request)) {
    const complaint = 'Supplied content type is not allowed. Content-Type: application/json is required\n';
    return send(response, 415, complaint, 'text/plain');
  }
  const body = await readBody(request);
  if (body === undefined) {
    response.setHeader('connection', 'close');
    return send(response, 413, 'request body size exceeds allowed maximum\n', 'text/plain');
  }
  const text = await answer(body, options);
  // A request whose body has been read no longer destroys its socket with it.
  if (text === DROPPED) request.socket.destroy();
  else send(response, 200, text, 'application/json');
}

function preflight(response: ServerResponse): void {
  response.setHeader('access-control-allow-methods', 'OPTIONS, POST');
  response.setHeader('access-control-allow-headers', '*');
  response.setHeader('access-control-max-age', '86400');
  send(response, 200, '', 'application/json');
}

function isJson(request: IncomingMessage): boolean {
  const [type] = (request.headers['content-type'] ?? '').split(';');
  return type?.trim().toLowerCase() === 'application/json';
}

/** Undefined when the body is too large; what lies beyond the limit is read to its end but not kept. */
function readBody(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_REQUEST_BYTES) chunks.push(chunk);
      else resolve(undefined);
    });
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.on('error', reject);
  });
}

function send(response: ServerResponse, status: number, body: string, type: string): void {
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8` });
  response.end(body);
}
