// Proves: two requests have the same bytes only when they are the same; what is signed is verified, and with any bit changed it is not; keys
// and signatures that the chain's verifier refuses are refused; the bytes are those of the documented layout.
// Does not prove: how requests travel (tests/gateway/orders.test.ts).
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { Keypair } from '@solana/web3.js';
import fc from 'fast-check';
import { isSignedBy, signWith } from './ed25519.ts';
import type { SignedRequest } from './signed-request.ts';
import { bytesToSign } from './signed-request.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const request: fc.Arbitrary<SignedRequest> = fc.record({
  market: bytes(32),
  owner: bytes(32),
  nonce: bytes(16),
  expiryMs: fc.bigInt(0n, 2n ** 64n - 1n),
  action: fc.string({ maxLength: 40, unit: 'grapheme' }),
  body: fc.uint8Array({ maxLength: 64 }),
});
/** Another request that differs in some fields alone: by far the likeliest to collide. */
const neighbours = fc
  .tuple(request, request, fc.subarray(['market', 'owner', 'nonce', 'expiryMs', 'action', 'body'] as const))
  .map(
    ([one, other, changed]) =>
      [one, { ...one, ...Object.fromEntries(changed.map((name) => [name, other[name]])) }] as const,
  );
const plain = (one: SignedRequest) =>
  JSON.stringify(one, (_name, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));

test('two requests have the same bytes only when they are the same', () => {
  fc.assert(
    fc.property(neighbours, ([one, other]) => {
      const same = Buffer.from(bytesToSign(one)).equals(bytesToSign(other));
      assert.equal(same, plain(one) === plain(other));
    }),
    { numRuns: 2_000 },
  );
});

test('the layout is the documented one', () => {
  const body = Buffer.from('{}');
  const found = bytesToSign({
    ...{ market: new Uint8Array(32).fill(1), owner: new Uint8Array(32).fill(2), nonce: new Uint8Array(16).fill(3) },
    ...{ expiryMs: 0x0102n, action: 'POST /orders', body },
  });
  const expected = [
    'ff',
    Buffer.from('lockstep gateway request').toString('hex'),
    '01',
    '01'.repeat(32),
    '02'.repeat(32),
    '03'.repeat(16),
    '0201000000000000',
    '0c00',
    Buffer.from('POST /orders').toString('hex'),
    createHash('sha256').update(body).digest('hex'),
  ];
  assert.equal(Buffer.from(found).toString('hex'), expected.join(''));
});

test('parts of a wrong length are no request', () => {
  const good = {
    market: new Uint8Array(32),
    owner: new Uint8Array(32),
    nonce: new Uint8Array(16),
    expiryMs: 1n,
    action: 'x',
    body: new Uint8Array(),
  };
  for (const over of [
    { market: new Uint8Array(31) },
    { owner: new Uint8Array(33) },
    { nonce: new Uint8Array(0) },
    { action: 'x'.repeat(65_536) },
  ]) {
    assert.throws(() => bytesToSign({ ...good, ...over }), RangeError);
  }
});

const { secretKey, publicKey } = Keypair.generate();
const key = publicKey.toBytes();

test('a signature is good for its bytes and its key, and with any bit changed for none', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 64 * 8 - 1 }), fc.nat(), (message, bit, at) => {
      const signature = signWith(secretKey.subarray(0, 32), message);
      assert.ok(isSignedBy(key, message, signature));
      assert.ok(!isSignedBy(key, message, flipped(signature, bit)));
      assert.ok(!isSignedBy(Keypair.generate().publicKey.toBytes(), message, signature));
      if (message.length > 0) assert.ok(!isSignedBy(key, flipped(message, at % (message.length * 8)), signature));
    }),
  );
});

test('a signature of another length is none', () => {
  const signature = signWith(secretKey.subarray(0, 32), new Uint8Array());
  assert.ok(!isSignedBy(key, new Uint8Array(), signature.subarray(0, 63)));
  assert.ok(!isSignedBy(key.subarray(0, 31), new Uint8Array(), signature));
});

/** The eight points of small order, and forms of them that are not reduced, with either sign. */
const SMALL_ORDER = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
].flatMap((hex) => [Buffer.from(hex, 'hex'), flipped(Buffer.from(hex, 'hex'), 255)]);

test('a key of small order signs nothing, whatever the signature', () => {
  // R and S of a signature that plain verification takes for any message under the first of these keys: [0]B is the neutral point.
  const forged = Buffer.concat([SMALL_ORDER[0] ?? Buffer.alloc(32), Buffer.alloc(32)]);
  for (const point of SMALL_ORDER) {
    assert.ok(!isSignedBy(point, Buffer.from('anything'), forged), point.toString('hex'));
  }
});

test('nor is an R of small order taken, nor an S that is not reduced', () => {
  const message = Buffer.from('m');
  const signature = signWith(secretKey.subarray(0, 32), message);
  for (const point of SMALL_ORDER) {
    assert.ok(!isSignedBy(key, message, Buffer.concat([point, signature.subarray(32)])));
  }
  const order = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n;
  const s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`) + order;
  const unreduced = Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse();
  assert.ok(!isSignedBy(key, message, Buffer.concat([signature.subarray(0, 32), unreduced])));
});

function flipped(source: Uint8Array, bit: number): Buffer {
  const copy = Buffer.from(source);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}
