import { settingsTableOf } from '#relayer';
import { gatewayConfigSchema } from './config.ts';
import { REFUSALS } from './errors.ts';
import { exposedName, METRICS } from './observe/metrics.ts';

/** The tables of docs/reference/gateway.md that the code knows better. */
export const settingsTable = (): string => settingsTableOf(gatewayConfigSchema.shape);

export function refusalsTable(): string {
  const rows = Object.entries(REFUSALS).map(([code, { status, advice }]) => `| \`${code}\` | ${status} | ${advice} |`);
  return ['| code | status | what to do |', '|---|---|---|', ...rows].join('\n');
}

export function metricsTable(): string {
  const names = Object.keys(METRICS) as (keyof typeof METRICS)[];
  const rows = names.map((name) => `| \`${exposedName(name)}\` | ${METRICS[name][0]} | ${METRICS[name][1]} |`);
  return ['| metric | kind | |', '|---|---|---|', ...rows].join('\n');
}
