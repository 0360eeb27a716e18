import type { Reason } from '#gate/can-ship';
import { reason } from './reason.ts';
import type { Trading } from './trade.ts';

/** A lane that waits passes by itself when it has only to look again. */
const BLOCKED_MS = 5_000;
/** What a busy node or machine brings about, and time takes away: a stall when it lasts. */
const PASSING: ReadonlySet<string> = new Set([
  'RPC_UNAVAILABLE',
  'RPC_BEHIND',
  'NOT_LANDING',
  'LANDING_UNPROVEN',
  'QUEUE_STALLED',
  'UNDERSIZED_BATCH',
]);
const STALLED_MS = 60_000;
/** Of the end of what a process said. */
const TAIL_LINES = 6;
/** `CODE: message`, as our commands end that fail. */
const CODED = /^(engine: )?[A-Z][A-Z_]+: /;

/** Looks at everything that may keep trades from settling. */
export class Watch {
  readonly #trading: Pick<Trading, 'stream' | 'relayer' | 'engine' | 'tap'>;
  #settled = 0;
  #written = 0;
  #movedAt = performance.now();
  #writtenAt = performance.now();

  constructor(trading: Pick<Trading, 'stream' | 'relayer' | 'engine' | 'tap'>) {
    this.#trading = trading;
  }

  /** Since the engine last wrote. */
  quietMs = (): number => performance.now() - this.#writtenAt;

  /** The engine was told to rest until now. */
  wakeUp(): void {
    this.#writtenAt = performance.now();
  }

  /** @param settled by the chain @param written by the engine */
  async trouble(settled: number, written: number): Promise<Reason | undefined> {
    const now = performance.now();
    if (settled > this.#settled) this.#movedAt = now;
    if (written > this.#written) this.#writtenAt = now;
    // What has settled all there is waits for nothing.
    if (settled === written) this.#movedAt = now;
    this.#settled = settled;
    this.#written = written;
    return this.#ended() ?? (await this.#standing(now));
  }

  #ended(): Reason | undefined {
    const { stream, relayer, engine, tap } = this.#trading;
    const [fault] = [...stream.faults(), ...tap.refusals()];
    if (fault !== undefined) return fault;
    if (!engine.isAlive()) return gone('ENGINE_ENDED', 'the engine ended', engine.tail());
    return relayer.isAlive() ? undefined : gone('RELAYER_ENDED', 'the relayer ended', relayer.tail());
  }

  async #standing(now: number): Promise<Reason | undefined> {
    const idleMs = now - this.#movedAt;
    if (idleMs < BLOCKED_MS) return undefined;
    const { state, blocked } = (await this.#trading.relayer.said()) ?? {};
    if (blocked?.code !== undefined && (!PASSING.has(blocked.code) || idleMs >= STALLED_MS)) {
      return reason(blocked.code, `the lane ${state ?? 'waits'}: ${blocked.reason ?? ''}`, LANE_ADVICE);
    }
    if (idleMs < STALLED_MS) return undefined;
    const since = Math.round(idleMs / 1_000);
    return reason(
      'STALLED',
      `trade ${this.#settled + 1} has not settled for ${since} s (relayer ${state ?? 'silent'})`,
      LANE_ADVICE,
    );
  }
}

const LANE_ADVICE = 'docs/reference/relayer.md says what a lane waits for.';

/** The line in which it says why, by a code; else the last ones. */
function gone(code: string, what: string, tail: string): Reason {
  const lines = tail.trim().split('\n');
  const why = lines.findLast((line) => CODED.test(line)) ?? lines.slice(-TAIL_LINES).join(' | ');
  return reason(
    code,
    `${what}: ${why === '' ? 'it said nothing' : why}`,
    'Start it by hand with the same environment.',
  );
}
