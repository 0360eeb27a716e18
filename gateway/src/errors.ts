import { LockstepError } from '#client';

interface Refusal {
  /** HTTP status. */
  readonly status: number;
  /** What whoever gets it does next. */
  readonly advice: string;
}

const AGAIN = 'Sign the request again and send it;';

/** What the gateway refuses. A code is never reused for something else; docs/reference/gateway.md is held against this table. */
export const REFUSALS = {
  MAINTENANCE: {
    status: 503,
    advice: 'Wait as long as Retry-After says, or follow GET /maintenance/events; then sign the request again.',
  },
  UNAVAILABLE: {
    status: 503,
    advice:
      'It is not known whether an order was taken. Send it again with the same UUID, signed anew: it is taken once at most.',
  },
  CHAIN_UNAVAILABLE: {
    status: 503,
    advice: 'The entry could not be read from the chain, so nothing was taken. Try again in a few seconds.',
  },
  TOO_MANY_CLIENTS: { status: 503, advice: 'Connect again later, or close connections that you do not need.' },
  RATE_LIMITED: { status: 429, advice: 'Wait as long as Retry-After says, then go on more slowly.' },
  NOT_FOUND: { status: 404, advice: 'GET /openapi.json lists what there is.' },
  REQUEST_INVALID: { status: 400, advice: 'Correct what the message names; GET /openapi.json describes each request.' },
  BODY_NOT_JSON: { status: 400, advice: 'Send one JSON object in UTF-8.' },
  BODY_INVALID: { status: 400, advice: 'Correct the fields named; GET /openapi.json describes the body.' },
  BODY_TOO_LARGE: { status: 413, advice: 'An order is a few hundred bytes; send one a request.' },
  CONTENT_TYPE_INVALID: { status: 415, advice: 'Send the body as application/json.' },
  ORIGIN_NOT_ALLOWED: {
    status: 403,
    advice: 'The operator lists the pages that may use this gateway in allowedOrigins.',
  },
  AUTH_INVALID: {
    status: 401,
    advice:
      'Send lockstep-owner (base58), lockstep-nonce (32 hex digits), lockstep-expiry (ms since 1970) and lockstep-signature (base58).',
  },
  SIGNATURE_INVALID: {
    status: 401,
    advice:
      "Sign the bytes that docs/reference/gateway.md names with the owner's key: for this market, this method and path, and the body as sent.",
  },
  REQUEST_EXPIRED: { status: 401, advice: `${AGAIN} when that repeats, set your clock.` },
  EXPIRY_TOO_FAR: { status: 401, advice: `${AGAIN} with an expiry that is nearer. When that repeats, set your clock.` },
  NONCE_REUSED: { status: 409, advice: `${AGAIN} with a new nonce. A request that was taken once is not taken twice.` },
  NOT_OWNER: { status: 403, advice: 'Name the index of an entry that is yours, and sign with the key that owns it.' },
  ENTRY_NOT_OPEN: { status: 403, advice: 'The entry is being closed and takes no orders; open another one.' },
  ORDER_ID_TAKEN: {
    status: 409,
    advice: 'Give each order a new UUID. The same UUID is only taken again with the very same body.',
  },
  INTERNAL: { status: 500, advice: 'Nothing more is known here; tell the operator when it stays.' },
} as const satisfies Record<string, Refusal>;

export type RefusalCode = keyof typeof REFUSALS;

/** A request that is refused: `code`, `message` and `advice` are what the client is told. */
export class RequestRefused extends LockstepError {
  declare readonly code: RefusalCode;
  /** HTTP status. */
  readonly statusCode: number;
  /** Further fields of the answer. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: RefusalCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(code, message, REFUSALS[code].advice, options);
    this.statusCode = REFUSALS[code].status;
    this.details = details;
  }
}

/** What keeps a gateway from starting. */
const STARTUP_ADVICE = {
  CONFIG_INVALID:
    'Correct the fields named in the message, in the file given with --config FILE or in LOCKSTEP_* environment variables; docs/reference/gateway.md lists each with unit and default.',
  HTTP_PORT_UNAVAILABLE:
    'Free the port, or set `port` to another one (0 takes any) and `host` to an address of this machine.',
} as const;

export const gatewayError = (
  code: keyof typeof STARTUP_ADVICE,
  message: string,
  options?: ErrorOptions,
): LockstepError => new LockstepError(code, message, STARTUP_ADVICE[code], options);

/** What a client is told; nothing of an error that is not a refusal. */
export function answerOf(refused: RequestRefused): Readonly<Record<string, unknown>> {
  const { code, message, advice, details } = refused;
  return { code, message, advice, ...details };
}
