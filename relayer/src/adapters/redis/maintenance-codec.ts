import { z } from 'zod';
import { tradeId, U64_MAX } from '#client';
import type { FlushReport, Maintenance, MaintenanceReading } from '../../domain/maintenance.ts';
import { MAINTENANCE_PHASES } from '../../domain/maintenance.ts';
import { bigintsAsText, parse } from './row-codec.ts';

const LAYOUT = '1';
/** Enough of a text to recognise it. */
const MAX_QUOTED = 40;

const id = z.string().regex(/^[\w.:-]{1,64}$/, 'is 1 to 64 of A-Z a-z 0-9 . _ : -');
const decimal = z.string().regex(/^(0|[1-9]\d{0,19})$/, 'is no whole number');
const trade = decimal.refine((text) => BigInt(text) <= U64_MAX, 'is no trade id').transform((text) => tradeId(text));
const milliseconds = decimal.transform(Number).pipe(z.int());
const text = z.string().max(1_024);

const fieldsSchema = z.object({
  v: z.literal(LAYOUT),
  id,
  phase: z.enum(MAINTENANCE_PHASES),
  cut: trade.optional(),
  owner: text,
  reason: text,
  started_ms: milliseconds,
  phase_ms: milliseconds,
  deadline_ms: milliseconds.optional(),
  was_paused: z.literal('1').optional(),
});

export type Fields = Readonly<Record<string, string>>;

/** Optional fields are left out, not undefined. */
export function maintenanceFields(maintenance: Maintenance): Record<string, string> {
  const { cut, deadlineMs, wasPaused } = maintenance;
  return {
    v: LAYOUT,
    id: maintenance.id,
    phase: maintenance.phase,
    ...(cut === undefined ? {} : { cut: `${cut}` }),
    owner: maintenance.owner,
    reason: maintenance.reason,
    started_ms: `${maintenance.startedMs}`,
    phase_ms: `${maintenance.phaseMs}`,
    ...(deadlineMs === undefined ? {} : { deadline_ms: `${deadlineMs}` }),
    ...(wasPaused === undefined ? {} : { was_paused: '1' }),
  };
}

/** An empty hash is none: the lane is live. */
export function maintenanceOf(fields: Fields): MaintenanceReading {
  if (Object.keys(fields).length === 0) return {};
  const parsed = fieldsSchema.safeParse(fields);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const name = String(issue?.path[0] ?? 'hash');
    const found = JSON.stringify(fields[name]?.slice(0, MAX_QUOTED) ?? null);
    return { ignored: `${name} ${found}: ${issue?.message}` };
  }
  const { cut, phase, started_ms, phase_ms, deadline_ms, was_paused, owner, reason } = parsed.data;
  const maintenance = {
    ...{ id: parsed.data.id, phase, owner, reason, startedMs: started_ms, phaseMs: phase_ms },
    ...(cut === undefined ? {} : { cut }),
    ...(deadline_ms === undefined ? {} : { deadlineMs: deadline_ms }),
    ...(was_paused === undefined ? {} : { wasPaused: true as const }),
  };
  return phase !== 'draining' && cut === undefined ? { ignored: `phase ${phase} without a cut` } : { maintenance };
}

const count = z.int().min(0);
const pendingSchema = z.object({
  stream: count,
  open: count,
  outbox: count,
  inFlight: count,
  unfinalized: count,
  deadLetters: count,
});
const blockedSchema = z.array(
  z
    .object({ code: z.string(), reason: z.string(), ids: z.array(trade).optional() })
    .transform(({ ids, ...rest }) => (ids === undefined ? rest : { ...rest, ids })),
);
const reportSchema = z.object({
  v: z.literal(LAYOUT),
  id,
  phase: z.enum(MAINTENANCE_PHASES),
  cut: trade.optional(),
  pending: z.string(),
  held: milliseconds,
  blocked: z.string(),
  seen_ms: milliseconds,
});

export const reportFields = (report: FlushReport): Record<string, string> => ({
  v: LAYOUT,
  id: report.id,
  phase: report.phase,
  ...(report.cut === undefined ? {} : { cut: `${report.cut}` }),
  pending: JSON.stringify(report.pending),
  held: `${report.held}`,
  blocked: JSON.stringify(report.blocked, bigintsAsText),
  seen_ms: `${report.seenMs}`,
});

/** Undefined when nobody reports. @throws LockstepError JOURNAL_UNREADABLE */
export function reportOf(fields: Fields, what: string): FlushReport | undefined {
  if (Object.keys(fields).length === 0) return undefined;
  const said = parse(reportSchema, JSON.stringify(fields), what);
  return {
    ...{ id: said.id, phase: said.phase, held: said.held, seenMs: said.seen_ms },
    ...(said.cut === undefined ? {} : { cut: said.cut }),
    pending: parse(pendingSchema, said.pending, what),
    blocked: parse(blockedSchema, said.blocked, what),
  };
}
