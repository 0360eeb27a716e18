import type { Cell, Counts, Reason } from '#gate/can-ship';
import { EMBEDDED } from '#gate/can-ship';
import { Cleanup } from '../../cli/src/start/cleanup.ts';
import type { StartSimChain } from './chain.ts';
import { openDesk } from './desk.ts';
import { startEngine } from './engine.ts';
import { asReason, reason } from './reason.ts';
import { startRelayer } from './relayer.ts';
import { openTap } from './rpc-tap.ts';
import { openStream } from './stream.ts';
import type { Effort, Subject } from './subject.ts';
import type { Trading } from './trade.ts';
import { trade } from './trade.ts';
import { openMarket } from './venue.ts';
import { verify } from './verify.ts';

export interface CellWorld {
  readonly startChain: StartSimChain;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

const NO_COUNTS: Counts = { trades: 0, settled: 0, bySchema: {}, byVersion: {} };

/**
 * One engine's trades on one program through one relayer, on a chain, a Redis and with processes of its own. Never throws for what is
 * wrong with the subject: that is its verdict.
 * @throws what keeps anything from being tried at all; the signal's reason
 */
export async function runCell(subject: Subject, effort: Effort, world: CellWorld): Promise<Cell> {
  const began = performance.now();
  const cleanup = new Cleanup();
  try {
    const { chain, ...found } = await settle(subject, effort, world, cleanup);
    const { program, engine, relayer } = subject;
    return {
      program: { name: program.name, sha256: program.sha256, bytes: program.bytes, idlSha256: program.idlSha256 },
      engine: { name: engine.name, sha256: engine.sha256 },
      relayer: { version: relayer.version, sha256: relayer.sha256 },
      ...found,
      chain,
      at: new Date().toISOString(),
      seconds: Math.round((performance.now() - began) / 100) / 10,
    };
  } finally {
    await cleanup.run();
  }
}

type Found = Pick<Cell, 'verdict' | 'chain' | 'counts' | 'reasons'>;

async function settle(subject: Subject, effort: Effort, world: CellWorld, cleanup: Cleanup): Promise<Found> {
  const { signal } = world;
  const desk = await openDesk(cleanup);
  const chain = await world.startChain(subject.program, desk.keys.operator.publicKey, signal);
  cleanup.add(() => chain.stop());
  const tap = await openTap(chain.rpcUrl);
  cleanup.add(() => tap.close());
  const failed = (...reasons: readonly Reason[]): Found => ({
    verdict: 'fail',
    chain: chain.name,
    counts: NO_COUNTS,
    reasons: [...reasons],
  });

  const market = await openMarket(chain, desk, subject, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    return asReason(error);
  });
  if ('code' in market) return failed(market);
  if (market.missing !== undefined) return failed(market.missing);

  const { venue } = market;
  const stream = openStream(desk.redisUrl, venue.market.toBase58());
  cleanup.add(() => stream.close());
  const place = { rpcUrl: tap.url, wsUrl: chain.wsUrl, slotMs: chain.slotMs, redisUrl: desk.redisUrl };
  const lane = { ...place, program: venue.program, market: venue.market };
  const relayer = await startRelayer(subject.relayer, lane, desk, cleanup);
  const engine = await startEngine(subject, effort, { ...lane, desk }, cleanup);
  const trading: Trading = {
    subject,
    desk,
    chain,
    market,
    stream,
    relayer,
    engine,
    tap,
    effort,
    signal,
    say: world.say,
  };
  const traded = await trade(trading);
  const verified = await verify({
    venue,
    entries: stream.entries(),
    flow: subject.isFlow ? effort : undefined,
    signal,
  }).catch((error: unknown) => {
    signal.throwIfAborted();
    return { counts: NO_COUNTS, reasons: [asReason(error)] };
  });
  const inTheWay = [...new Set([...traded.failures, ...tap.refusals()])];
  // Where trading broke off, the chain has not what it should have, and that says nothing more.
  const reasons = traded.failures.length > 0 ? inTheWay : [...inTheWay, ...verified.reasons];
  const { counts } = verified;
  if (reasons.length > 0) return { verdict: 'fail', chain: chain.name, counts, reasons };
  if (traded.doubts.length > 0) return { verdict: 'unknown', chain: chain.name, counts, reasons: [...traded.doubts] };
  if (counts.settled === 0) {
    const nothing = reason(
      'NOTHING_SETTLED',
      'no trade was written, so none was settled',
      'See that the engine trades.',
    );
    return { verdict: 'fail', chain: chain.name, counts, reasons: [nothing] };
  }
  return { verdict: 'pass', chain: chain.name, counts, reasons: [] };
}

/** What a cell is worth: nothing is proven on the embedded node. */
export const worthOf = ({ verdict, chain }: Cell): Cell['verdict'] => (chain === EMBEDDED ? 'unknown' : verdict);
