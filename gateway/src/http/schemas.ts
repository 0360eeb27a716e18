import { z } from 'zod';
import { AUTH_HEADERS } from '../domain/signed-request.ts';

/** A JSON schema of what is sent, for the description of the API; what is sent is checked by the schema itself. */
export const documented = (schema: z.ZodType): object => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
};

export const refusalSchema = documented(
  z.object({
    code: z.string().describe('Names the refusal; docs/reference/gateway.md lists all.'),
    message: z.string(),
    advice: z.string().describe('What to do about it.'),
  }),
);

export const maintenanceRefusalSchema = documented(
  z.object({
    code: z.literal('MAINTENANCE'),
    message: z.string(),
    advice: z.string(),
    phase: z.enum(['draining', 'ready', 'upgrading', 'verifying', 'paused', 'silent']),
    id: z.string().optional(),
    reason: z.string(),
    startedAt: z.iso.datetime(),
    deadline: z.iso.datetime().optional(),
    progress: z
      .object({
        pending: z.record(z.string(), z.int()),
        held: z.int(),
        blocked: z.array(z.object({ code: z.string(), reason: z.string() })),
      })
      .optional(),
    retryAfterSeconds: z.int(),
  }),
);

export const authHeadersSchema = documented(
  z.object({
    [AUTH_HEADERS.owner]: z.string().describe('Key that owns the entry: base58 of 32 bytes.'),
    [AUTH_HEADERS.nonce]: z.string().describe('16 bytes in hex, lower case, never used before by this owner.'),
    [AUTH_HEADERS.expiry]: z.string().describe('Milliseconds since 1970, decimal; not far ahead.'),
    [AUTH_HEADERS.signature]: z
      .string()
      .describe('base58 of the ed25519 signature over the bytes named in docs/reference/gateway.md.'),
  }),
);

/** Answers every route may give. */
export const refusals = (...statuses: readonly number[]): Readonly<Record<number, object>> =>
  Object.fromEntries(statuses.map((status) => [status, { description: 'Refused.', ...refusalSchema }]));
