import { EntryStatus, fromBase58 } from '#client';
import type { Allowance } from './domain/allowance.ts';
import { isSignedBy } from './domain/ed25519.ts';
import { bytesToSign, KEY_BYTES, NONCE_BYTES, SIGNATURE_BYTES } from './domain/signed-request.ts';
import { RequestRefused } from './errors.ts';
import type { Entries, Now } from './ports.ts';

/** What a client says of itself, unread. */
export interface Claim {
  readonly owner: unknown;
  readonly nonce: unknown;
  readonly expiry: unknown;
  readonly signature: unknown;
}

/** Whoever signed a request. Its nonce is not used yet. */
export interface Signer {
  /** base58. */
  readonly owner: string;
  readonly key: Uint8Array;
  /** Hex. */
  readonly nonce: string;
  /** How long the nonce has to be remembered. */
  readonly nonceForMs: number;
}

export interface AuthDeps {
  /** 32 bytes. */
  readonly market: Uint8Array;
  readonly maxExpiryMs: number;
  readonly allowance: Allowance;
  readonly entries: Entries;
  readonly now: Now;
}

export interface Auth {
  /** @throws RequestRefused AUTH_INVALID, REQUEST_EXPIRED, EXPIRY_TOO_FAR, SIGNATURE_INVALID or RATE_LIMITED */
  identify(claim: Claim, action: string, body: Uint8Array): Signer;
  /** @throws RequestRefused NOT_OWNER, ENTRY_NOT_OPEN or CHAIN_UNAVAILABLE */
  requireEntry(signer: Signer, trader: number): Promise<void>;
}

/** Longest form of 64 bytes in base58. */
const MAX_BASE58 = 88;
/** A nonce is remembered for so much longer than its request is good, for gateways whose clocks differ. */
const CLOCKS_MS = 60_000;

export function createAuth({ market, maxExpiryMs, allowance, entries, now }: AuthDeps): Auth {
  return {
    identify(claim, action, body) {
      const owner = base58(claim.owner, KEY_BYTES, 'owner');
      const signature = base58(claim.signature, SIGNATURE_BYTES, 'signature');
      const nonce = matching(claim.nonce, /^[0-9a-f]{32}$/, `nonce is not ${NONCE_BYTES * 2} hex digits in lower case`);
      const expiry = matching(claim.expiry, /^[1-9]\d{0,14}$/, 'expiry is not a time in milliseconds since 1970');
      const aheadMs = Number(expiry) - now();
      if (aheadMs <= 0) throw new RequestRefused('REQUEST_EXPIRED', `the request expired ${-aheadMs} ms ago`);
      if (aheadMs > maxExpiryMs) {
        throw new RequestRefused('EXPIRY_TOO_FAR', `the expiry is ${aheadMs} ms ahead, ${maxExpiryMs} ms are allowed`);
      }
      const parts = {
        market,
        owner: owner.bytes,
        nonce: Buffer.from(nonce, 'hex'),
        expiryMs: BigInt(expiry),
        action,
        body,
      };
      if (!isSignedBy(owner.bytes, bytesToSign(parts), signature.bytes)) {
        throw new RequestRefused(
          'SIGNATURE_INVALID',
          'the signature is not that of this owner over this request for this market',
        );
      }
      // Only now: nobody uses up the allowance of another owner.
      const waitSeconds = allowance.use(owner.text);
      if (waitSeconds > 0) {
        throw new RequestRefused('RATE_LIMITED', 'too many signed requests of this owner', {
          retryAfterSeconds: waitSeconds,
        });
      }
      return { owner: owner.text, key: owner.bytes, nonce, nonceForMs: aheadMs + CLOCKS_MS };
    },
    async requireEntry({ key }, trader) {
      const entry = await entries.find(trader, key);
      if (entry === undefined || !Buffer.from(key).equals(entry.owner.toBytes())) {
        throw new RequestRefused('NOT_OWNER', `entry ${trader} is not this owner's`);
      }
      if (entry.status !== EntryStatus.Open) throw new RequestRefused('ENTRY_NOT_OPEN', `entry ${trader} is not open`);
    },
  };
}

/** @throws RequestRefused AUTH_INVALID */
function base58(value: unknown, length: number, what: string): { readonly text: string; readonly bytes: Uint8Array } {
  const text = matching(
    value,
    /^[1-9A-HJ-NP-Za-km-z]{1,88}$/,
    `${what} is not base58 of at most ${MAX_BASE58} letters`,
  );
  const bytes = fromBase58(text);
  if (bytes.length !== length) throw new RequestRefused('AUTH_INVALID', `${what} is not ${length} bytes`);
  return { text, bytes };
}

/** @throws RequestRefused AUTH_INVALID */
function matching(value: unknown, form: RegExp, message: string): string {
  if (typeof value === 'string' && form.test(value)) return value;
  throw new RequestRefused('AUTH_INVALID', message);
}
