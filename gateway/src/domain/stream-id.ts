/** Ids of Redis streams: `<ms>-<n>`, ordered. */
export const STREAM_START = '0-0';

const STREAM_ID = /^(0|[1-9]\d{0,18})(?:-(0|[1-9]\d{0,18}))?$/;

/** The id in full, or undefined when it is none. `0` is the start. */
export function streamId(text: string): string | undefined {
  const [, ms, n = '0'] = STREAM_ID.exec(text) ?? [];
  return ms === undefined ? undefined : `${ms}-${n}`;
}

/** Negative when `left` comes first. */
export function compareIds(left: string, right: string): number {
  const [leftMs = 0n, leftN = 0n] = left.split('-').map(BigInt);
  const [rightMs = 0n, rightN = 0n] = right.split('-').map(BigInt);
  const difference = leftMs === rightMs ? leftN - rightN : leftMs - rightMs;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
