import { randomBytes } from 'node:crypto';
import { fromBase58, toBase58 } from '#client';
import { signWith } from './ed25519.ts';
import {
  AUTH_HEADERS,
  bytesToSign,
  cancelAction,
  NONCE_BYTES,
  ORDER_ACTION,
  TRADER_FEED_ACTION,
  tradersBody,
} from './signed-request.ts';

/** Who signs: a wallet, or `keypairSigner`. */
export interface RequestSigner {
  /** base58. */
  readonly owner: string;
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

export interface SigningTerms {
  readonly signer: RequestSigner;
  /** base58; the market as GET /maintenance names it. */
  readonly market: string;
  /** How long the request is good for. */
  readonly forMs?: number;
  /** Milliseconds since 1970. */
  readonly nowMs?: number;
  /** 16 bytes; random unless given. */
  readonly nonce?: Uint8Array;
}

const DEFAULT_FOR_MS = 15_000;
const SEED_BYTES = 32;

/** @param secretKey 64 bytes as in a Solana keypair file: seed, then public key */
export function keypairSigner(secretKey: Uint8Array): RequestSigner {
  const seed = secretKey.subarray(0, SEED_BYTES);
  return { owner: toBase58(secretKey.subarray(SEED_BYTES)), sign: (message) => signWith(seed, message) };
}

export interface SignedFields {
  readonly owner: string;
  /** Hex. */
  readonly nonce: string;
  /** Milliseconds since 1970, decimal. */
  readonly expiry: string;
  /** base58. */
  readonly signature: string;
}

/** Signs an action and its body. */
export async function signAction(terms: SigningTerms, action: string, body: Uint8Array): Promise<SignedFields> {
  const { signer, market, forMs = DEFAULT_FOR_MS, nowMs = Date.now(), nonce = randomBytes(NONCE_BYTES) } = terms;
  const expiryMs = BigInt(nowMs + forMs);
  const owner = fromBase58(signer.owner);
  const message = bytesToSign({ market: fromBase58(market), owner, nonce, expiryMs, action, body });
  const signature = toBase58(await signer.sign(message));
  return { owner: signer.owner, nonce: Buffer.from(nonce).toString('hex'), expiry: `${expiryMs}`, signature };
}

export interface SignedHttpRequest {
  readonly method: 'POST' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Exactly these bytes were signed. */
  readonly body: string;
}

/** A request that enters an order; hand method, headers and body to `fetch`. */
export const signOrder = (terms: SigningTerms, order: object): Promise<SignedHttpRequest> =>
  signHttp(terms, 'POST', '/orders', ORDER_ACTION, order);

/** A request that cancels the order `cancelled`; `cancel` is its body, with an `order` UUID of its own. */
export const signCancel = (terms: SigningTerms, cancelled: string, cancel: object): Promise<SignedHttpRequest> =>
  signHttp(terms, 'DELETE', `/orders/${cancelled}`, cancelAction(cancelled), cancel);

/** The first message on a websocket of `/feed/trader`. */
export async function signTraderFeed(terms: SigningTerms, traders: readonly number[]): Promise<string> {
  const fields = await signAction(terms, TRADER_FEED_ACTION, tradersBody(traders));
  return JSON.stringify({ type: 'auth', ...fields, traders });
}

async function signHttp(
  terms: SigningTerms,
  method: SignedHttpRequest['method'],
  path: string,
  action: string,
  value: object,
): Promise<SignedHttpRequest> {
  const body = JSON.stringify(value);
  const fields = await signAction(terms, action, Buffer.from(body, 'utf8'));
  const headers = {
    'content-type': 'application/json',
    [AUTH_HEADERS.owner]: fields.owner,
    [AUTH_HEADERS.nonce]: fields.nonce,
    [AUTH_HEADERS.expiry]: fields.expiry,
    [AUTH_HEADERS.signature]: fields.signature,
  };
  return { method, path, headers, body };
}
