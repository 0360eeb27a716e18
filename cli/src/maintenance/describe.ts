import type { FlushReport, MaintenanceState } from '#relayer';
import { isOverdue, pendingTrades } from '#relayer';
import type { MaintenanceDesk } from './desk.ts';
import { silenceOf } from './too-old.ts';

/** A relayer says something at least twice a second; its word goes after ten. */
const STALE_MS = 3_000;

/** Has the engine run, whoever paused it; `words` lead to the lane. */
export const runEngineWith = (words: string): string => `\`lockstep maintenance resume --engine ${words}\``;

/** What is there, for people. */
export async function describedLines(desk: MaintenanceDesk, state: MaintenanceState): Promise<readonly string[]> {
  const nowMs = Date.now();
  const { maintenance, report } = state;
  const isSilent = maintenance !== undefined && report?.id !== maintenance.id;
  const silence = isSilent ? await silenceOf(desk, maintenance.startedMs, nowMs) : undefined;
  return [...maintenanceLines(state, nowMs, desk.words, silence)];
}

function* maintenanceLines(
  { maintenance, ignored, report }: MaintenanceState,
  nowMs: number,
  words: string,
  silence = 'says nothing of it: none has the lane, or it is halted (see its log)',
): Generator<string> {
  if (ignored !== undefined) return yield `unreadable   what stands in Redis is no maintenance: ${ignored}`;
  if (maintenance === undefined) return yield 'live         no maintenance is on';
  const { id, phase, owner, reason, startedMs, deadlineMs, cut, wasPaused } = maintenance;
  yield `maintenance  ${id} by ${owner}: ${reason}`;
  yield `phase        ${phase}; began ${new Date(startedMs).toISOString()}, ${seconds(nowMs - startedMs)} ago`;
  if (deadlineMs !== undefined) {
    const late = isOverdue(maintenance, nowMs) ? `; OVERDUE by ${seconds(nowMs - deadlineMs)}` : '';
    yield `deadline     ${new Date(deadlineMs).toISOString()}${late}`;
  }
  yield `cut          ${cut === undefined ? 'none yet: the engine has not acknowledged the pause' : `trade ${cut}`}`;
  if (wasPaused)
    yield `engine       was paused before by somebody else, and is left so at the end (then: ${runEngineWith(words)})`;
  if (report === undefined || report.id !== id) return yield `relayer      ${silence}`;
  yield* reportLines(report, nowMs);
}

function* reportLines(report: FlushReport, nowMs: number): Generator<string> {
  const silentMs = nowMs - report.seenMs;
  if (silentMs > STALE_MS) yield `relayer      last spoke ${seconds(silentMs)} ago`;
  yield progressLine(report);
  for (const { code, reason } of report.blocked) yield `waits for    ${code}: ${reason}`;
}

/** Pending by place, as far as there are any, and what is held. */
export function progressLine({ pending, held }: Pick<FlushReport, 'pending' | 'held'>): string {
  const places = Object.entries(pending).filter(([, trades]) => trades > 0);
  const by = places.map(([place, trades]) => `${NAMES[place as keyof typeof pending]} ${trades}`).join(', ');
  return `pending      ${pendingTrades(pending)}${by === '' ? '' : ` (${by})`} · held ${held}`;
}

const NAMES: Readonly<Record<keyof FlushReport['pending'], string>> = {
  stream: 'stream',
  open: 'open batch',
  outbox: 'outbox',
  inFlight: 'in flight',
  unfinalized: 'not final',
  deadLetters: 'dead letters',
};

const seconds = (ms: number): string => `${Math.max(0, Math.round(ms / 1_000))} s`;

/** The same for programs: `phase` is `live` while none is on, `unreadable` while what stands there is no maintenance. */
export function maintenanceJson({ maintenance, ignored, report }: MaintenanceState, nowMs: number): object {
  const isAbout = maintenance !== undefined && report?.id === maintenance.id;
  return {
    phase: ignored === undefined ? 'live' : 'unreadable',
    ...maintenance,
    ...(maintenance === undefined ? {} : { overdue: isOverdue(maintenance, nowMs) }),
    ...(ignored === undefined ? {} : { ignored }),
    ...(isAbout ? { report } : {}),
  };
}
