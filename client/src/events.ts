import type { PublicKey } from '@solana/web3.js';
import { coder, fromAnchor } from './anchor.ts';

/** What the program said about itself; `data` holds the event's fields in camelCase, u64 as bigint. */
export interface SettlementEvent {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const INVOKE = /^Program (\w+) invoke \[\d+\]$/;
const DONE = /^Program \w+ (success|failed)/;
const DATA = /^Program data: (\S+)$/;

/**
 * The program's events in a transaction's logs, in order. Lines of other programs are not ours even when their bytes
 * look like it; truncated logs give the events before the cut.
 */
export function parseEvents(logs: readonly string[], programId: PublicKey): SettlementEvent[] {
  const running: string[] = [];
  const events: SettlementEvent[] = [];
  for (const line of logs) {
    const invoked = INVOKE.exec(line)?.[1];
    if (invoked !== undefined) running.push(invoked);
    else if (DONE.test(line)) running.pop();
    else if (running.at(-1) === programId.toBase58()) {
      const event = decodeEvent(DATA.exec(line)?.[1]);
      if (event !== undefined) events.push(event);
    }
  }
  return events;
}

function decodeEvent(base64: string | undefined): SettlementEvent | undefined {
  if (base64 === undefined) return undefined;
  try {
    const event = coder.events.decode(base64);
    return event === null ? undefined : { name: event.name, data: fromAnchor(event.data) };
  } catch {
    return undefined; // bytes that are no event of this IDL: a later release may log more than we know
  }
}
