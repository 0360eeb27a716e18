import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import { answerOf, RequestRefused } from '../errors.ts';
import type { GatewayMetrics } from '../observe/metrics.ts';

/** What fastify and its plugins refuse by themselves, in our words. */
const OF_FASTIFY: Readonly<Record<string, () => RequestRefused>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => new RequestRefused('BODY_TOO_LARGE', 'the body is too long'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => new RequestRefused('CONTENT_TYPE_INVALID', 'the body is not application/json'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    new RequestRefused('REQUEST_INVALID', 'the body is not as long as was said'),
  FST_ERR_BAD_URL: () => new RequestRefused('REQUEST_INVALID', 'the path can not be read'),
};
const BAD_REQUEST = 400;
const SERVER_ERROR = 500;

/** Every error ends as a coded answer; what is not a refusal goes to the log and says nothing to the client. */
export function refusing(logger: Logger, metrics: GatewayMetrics) {
  return (error: FastifyError | RequestRefused | Error, reply: FastifyReply): FastifyReply => {
    const refused = refusalOf(error);
    if (refused.code === 'INTERNAL') logger.error({ err: error }, 'a request failed');
    metrics.refused(refused.code);
    const { retryAfterSeconds } = refused.details;
    if (retryAfterSeconds !== undefined) reply.header('retry-after', `${retryAfterSeconds}`);
    return reply.code(refused.statusCode).type('application/json; charset=utf-8').send(answerOf(refused));
  };
}

export function refusalOf(error: unknown): RequestRefused {
  if (error instanceof RequestRefused) return error;
  const { code = '', statusCode = SERVER_ERROR } = (error ?? {}) as { code?: string; statusCode?: number };
  const known = OF_FASTIFY[code];
  if (known !== undefined) return known();
  if (statusCode >= BAD_REQUEST && statusCode < SERVER_ERROR) {
    return new RequestRefused('REQUEST_INVALID', 'the request can not be read');
  }
  return new RequestRefused('INTERNAL', 'something went wrong');
}

export function refuseUnknownPaths(app: FastifyInstance): void {
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, () => {
    throw new RequestRefused('NOT_FOUND', 'there is nothing at this path for this method');
  });
}
