import type { ProgramRefusal, Sequence, Slot, TradeId } from '#client';
import { decodeBatch, digestPrefix, payloadDigest, ResultCode, sequence, slot, tradeId } from '#client';
import type { Commitment } from '../domain/commitment.ts';
import { NO_DIGEST } from '../domain/cursor.ts';
import { TransientError } from '../errors.ts';
import type { Chain, MarketView, SettlementRules, SignatureStatus } from '../ports.ts';
import type { FakeClock } from './clock.ts';

export const SLOT_MS = 400;
const CONFIRMED_AFTER_SLOTS = 1;
export const FINALIZED_AFTER_SLOTS = 32;
const BLOCKHASH_BLOCKS = 150;

interface State {
  readonly slot: bigint;
  /** What led here from the state before. */
  readonly payload?: Uint8Array;
  /** What became of its trades. */
  readonly codes?: Uint8Array;
  readonly nextSequence: bigint;
  readonly lastTradeId: bigint;
  readonly digests: ReadonlyMap<bigint, string>;
}

interface Landed {
  readonly slot: bigint;
  readonly error?: string;
}

type Method = 'market' | 'rules' | 'simulate' | 'sign' | 'send' | 'statuses' | 'heights' | 'settlement';

/**
 * A cluster with one market, driven by a fake clock: 400 ms slots without gaps, confirmed after one, final after 32. What a test
 * wants to go wrong it sets; everything else works.
 */
export interface FakeChain extends Chain {
  /** What becomes of a transaction that is sent; called for each send of bytes not landed yet. */
  onSend: (signature: string) => 'land' | 'drop';
  /** Trades the program refuses by this name, or passes over in a V2 batch, by id. */
  readonly refusedTrades: Map<bigint, string>;
  /** Refuses every batch with this name while set. */
  refusing: string | undefined;
  /** Fails every simulation outside the program while set. */
  failing: string | undefined;
  rulesNow: SettlementRules;
  readonly configListeners: Set<() => void>;
  /** Calls that go unanswered from now on. */
  readonly silent: Set<Method>;
  /** The node has no old transactions. */
  forgetful: boolean;
  /** Signatures `statuses` does not know although they landed. */
  readonly hidden: Set<string>;
  readonly calls: Method[];
  readonly sent: string[];
  /** Every payload that took effect, in order, the ones a fork took back included. */
  readonly settled: Uint8Array[];
  /** Signatures asked for although another payload for the same sequence could still land. */
  readonly violations: string[];
  /** The payloads of the chain as it is. */
  canonical(): Uint8Array[];
  /** What became of their trades, in order. */
  canonicalCodes(): number[];
  /** Lands a signed transaction now, or fails it when the program refuses it. */
  land(signature: string): void;
  /** Somebody else settles this payload. */
  settleForeign(payload: Uint8Array): void;
  /** Forgets everything that landed after `slot`. */
  forkBackTo(slot: bigint): void;
  slotNow(): bigint;
}

export function fakeChain(clock: FakeClock, start: { nextSequence?: number; lastTradeId?: number } = {}): FakeChain {
  const startMs = clock.now();
  const first: State = {
    slot: 0n,
    nextSequence: BigInt(start.nextSequence ?? 1),
    lastTradeId: BigInt(start.lastTradeId ?? 0),
    digests: new Map(),
  };
  let history: State[] = [first];
  const signed = new Map<string, { readonly payload: Uint8Array; readonly lastValid: bigint }>();
  const landed = new Map<string, Landed>();
  const slotNow = () => 1_000n + BigInt(Math.floor((clock.now() - startMs) / SLOT_MS));
  const upTo = (limit: bigint): State => history.findLast((state) => state.slot <= limit) ?? first;
  const head = () => upTo(slotNow());
  const depth: Record<Commitment, bigint> = {
    processed: 0n,
    confirmed: BigInt(CONFIRMED_AFTER_SLOTS),
    finalized: BigInt(FINALIZED_AFTER_SLOTS),
  };
  const at = (commitment: Commitment) => slotNow() - depth[commitment];

  const refusal = (payload: Uint8Array, state: State): ProgramRefusal | undefined => {
    const batch = decodeBatch(payload);
    const named = (name: string, trade?: ProgramRefusal['trade']): ProgramRefusal => {
      const refused = { code: 6000, name, message: `refused: ${name}.`, advice: 'Do something.' };
      return trade === undefined ? refused : { ...refused, trade };
    };
    if (chain.refusing !== undefined) return named(chain.refusing);
    if (chain.rulesNow.isPaused) return named('Paused');
    if (!chain.rulesNow.isActive) return named('NotActiveRelayer');
    if (!chain.rulesNow.allowedVersions.includes(batch.version)) return named('VersionNotAllowed');
    if (batch.sequence < state.nextSequence) return named('SequenceSettled');
    if (batch.sequence > state.nextSequence) return named('SequenceAhead');
    if (batch.version === 2 && batch.prevDigestPrefix !== digestPrefix(Buffer.from(lastDigest(state), 'hex')))
      return named('PrevDigestMismatch');
    for (const [index, trade] of batch.trades.entries()) {
      const expected = state.lastTradeId + 1n + BigInt(index);
      if (trade.tradeId !== expected) return named(trade.tradeId < expected ? 'TradeReplay' : 'TradeGap');
      const bad = chain.refusedTrades.get(trade.tradeId);
      if (bad !== undefined && trade.quantity > 0n && batch.version === 1)
        return named(bad, { index, tradeId: trade.tradeId, result: 7 });
    }
    return undefined;
  };
  const codesOf = (payload: Uint8Array): Uint8Array =>
    Uint8Array.from(decodeBatch(payload).trades, ({ tradeId, quantity }) => {
      if (quantity === 0n) return ResultCode.Voided;
      return ResultCode[chain.refusedTrades.get(tradeId) as keyof typeof ResultCode] ?? ResultCode.Settled;
    });
  const apply = (payload: Uint8Array) => {
    const state = head();
    const digests = new Map(state.digests).set(state.nextSequence, digestOf(payload));
    const count = BigInt(decodeBatch(payload).trades.length);
    const next = {
      slot: slotNow(),
      payload,
      codes: codesOf(payload),
      nextSequence: state.nextSequence + 1n,
      lastTradeId: state.lastTradeId + count,
      digests,
    };
    history.push(next);
    chain.settled.push(payload);
  };
  const answer = async (method: Method): Promise<void> => {
    chain.calls.push(method);
    if (chain.silent.has(method)) throw new TransientError('RPC_UNAVAILABLE', `${method}: no answer`);
  };

  const chain: FakeChain = {
    payloadCapacity: 1_000,
    onSend: () => 'land',
    refusedTrades: new Map(),
    refusing: undefined,
    failing: undefined,
    rulesNow: {
      minBatchSize: 1,
      maxBatchAgeSlots: slot(100),
      isPaused: false,
      allowedVersions: [1],
      activeRelayer: 'this one',
      isActive: true,
      slotsUntilChange: undefined,
    },
    configListeners: new Set(),
    silent: new Set(),
    forgetful: false,
    hidden: new Set(),
    calls: [],
    sent: [],
    settled: [],
    violations: [],
    canonical: () => history.flatMap((state) => state.payload ?? []),
    canonicalCodes: () => history.flatMap((state) => [...(state.codes ?? [])]),
    slotNow,
    async market(commitment) {
      await answer('market');
      return viewOf(upTo(at(commitment)), slot(at(commitment)));
    },
    async rules() {
      await answer('rules');
      return chain.rulesNow;
    },
    async simulate(payload) {
      await answer('simulate');
      if (chain.failing !== undefined) return { kind: 'failed', reason: chain.failing };
      const refused = refusal(payload, upTo(at('confirmed')));
      return refused === undefined ? { kind: 'accepted', computeUnits: 5_000 } : { kind: 'refused', refusal: refused };
    },
    simulateOnAll: async (payload) => [{ node: 'http://the-only-one', simulation: await chain.simulate(payload) }],
    async sign(payload, _units, avoid) {
      await answer('sign');
      const signature = `signature-${signed.size + 1}`;
      if (avoid.includes(signature)) throw new Error('a fake signature is never given twice');
      for (const [earlier, other] of signed) {
        if (contradicts(other.payload, payload) && mayLand(earlier, other.lastValid)) {
          chain.violations.push(`${signature} contradicts ${earlier}`);
        }
      }
      const lastValid = slotNow() + BigInt(BLOCKHASH_BLOCKS);
      signed.set(signature, { payload, lastValid });
      return { signature, bytes: Buffer.from(signature), lastValidBlockHeight: Number(lastValid) };
    },
    async send(bytes) {
      await answer('send');
      const signature = Buffer.from(bytes).toString();
      chain.sent.push(signature);
      const expired = slotNow() > (signed.get(signature)?.lastValid ?? 0n);
      if (!landed.has(signature) && !expired && chain.onSend(signature) === 'land') chain.land(signature);
    },
    async statuses(signatures) {
      await answer('statuses');
      return { slot: slot(slotNow()), statuses: signatures.map(statusOf) };
    },
    async heights() {
      await answer('heights');
      const finalized = at('finalized');
      return { progress: Number(at('confirmed')), finalized: Number(finalized), finalizedSlot: slot(finalized) };
    },
    async settlement(_sequence, digest) {
      await answer('settlement');
      const found = chain.forgetful
        ? undefined
        : history.find(({ payload }) => payload && digestOf(payload) === digest);
      if (found?.payload === undefined) return undefined;
      return { payload: found.payload, signature: `of-${digest}`, slot: slot(found.slot), codes: found.codes };
    },
    hint: () => () => {},
    onConfigChange(look) {
      chain.configListeners.add(look);
      return () => chain.configListeners.delete(look);
    },
    close: () => {},
    land(signature) {
      const transaction = signed.get(signature);
      if (transaction === undefined) throw new Error(`${signature} was never signed`);
      const refused = refusal(transaction.payload, head());
      if (refused === undefined) apply(transaction.payload);
      landed.set(signature, { slot: slotNow(), ...(refused === undefined ? {} : { error: refused.name }) });
    },
    settleForeign: apply,
    forkBackTo(limit) {
      history = history.filter((state) => state.slot <= limit);
      for (const [signature, entry] of landed) {
        if (entry.slot > limit) landed.delete(signature);
      }
    },
  };

  function mayLand(signature: string, lastValid: bigint): boolean {
    const entry = landed.get(signature);
    if (entry !== undefined && entry.slot <= at('finalized')) return false;
    return lastValid >= at('finalized');
  }

  function statusOf(signature: string): SignatureStatus | null {
    const entry = landed.get(signature);
    if (entry === undefined || chain.hidden.has(signature)) return null;
    const levels: readonly Commitment[] = ['finalized', 'confirmed', 'processed'];
    const commitment = levels.find((level) => entry.slot <= at(level)) ?? 'processed';
    return { slot: slot(entry.slot), commitment, ...(entry.error === undefined ? {} : { error: entry.error }) };
  }
  return chain;
}

function contradicts(one: Uint8Array, other: Uint8Array): boolean {
  return decodeBatch(one).sequence === decodeBatch(other).sequence && digestOf(one) !== digestOf(other);
}

export const digestOf = (payload: Uint8Array): string => Buffer.from(payloadDigest(payload)).toString('hex');

const lastDigest = (state: State): string => state.digests.get(state.nextSequence - 1n) ?? NO_DIGEST;

function viewOf(state: State, at: Slot): MarketView {
  return {
    nextSequence: sequence(state.nextSequence) satisfies Sequence,
    lastTradeId: tradeId(state.lastTradeId) satisfies TradeId,
    lastDigest: lastDigest(state),
    lastSettledSlot: slot(state.slot),
    slot: at,
    digestOf: (wanted) => state.digests.get(wanted),
  };
}
