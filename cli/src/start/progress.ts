import type { Output } from '../output.ts';

/** Where a run stands; numbers are trades unless said otherwise. */
export interface ProgressNow {
  readonly published: number;
  readonly settled: number;
  readonly batches: number;
  /** What the lane waits for, when it cannot go on. */
  readonly blocked: string | undefined;
}

const TERMINAL_REFRESH_MS = 100;
const LOG_EVERY_MS = 5_000;
const CLEAR_LINE = '\r\x1b[2K';

export const count = (value: number | bigint): string => value.toLocaleString('en-US');

/** `1 batch`, `2 batches`. */
export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

/** Says a line in the middle of whatever is shown. */
export const announce = (output: Output, line: string): void =>
  output.say(`${output.isTerminal ? CLEAR_LINE : ''}${line}`);

/** Shows a run while it runs: one line that is written over in a terminal, a line now and then elsewhere. */
export function showProgress(output: Output, total: number, look: () => ProgressNow): { end(): void } {
  const start = performance.now();
  const line = () => describe(look(), total, performance.now() - start);
  const timer = output.isTerminal
    ? setInterval(() => output.write(`${CLEAR_LINE}${line()}`), TERMINAL_REFRESH_MS)
    : setInterval(() => output.say(line()), LOG_EVERY_MS);
  return {
    end: () => {
      clearInterval(timer);
      announce(output, line());
    },
  };
}

function describe({ published, settled, batches, blocked }: ProgressNow, total: number, elapsedMs: number): string {
  const rate = elapsedMs > 0 ? Math.round((settled / elapsedMs) * 1_000) : 0;
  const parts = [
    `${count(settled)} of ${plural(total, 'trade')} settled`,
    `${count(published - settled)} in flight`,
    plural(batches, 'batch', 'batches'),
    `${plural(rate, 'trade')}/s`,
  ];
  return `  ${parts.join(' · ')}${blocked === undefined ? '' : ` · waiting: ${blocked}`}`;
}
