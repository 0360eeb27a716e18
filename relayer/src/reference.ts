import { relayerConfigSchema } from './config.ts';
import { COUNTER_HELP, exposedName, GAUGE_HELP, HISTOGRAM_HELP } from './observe/metrics.ts';
import type { Counter, Gauge, Histogram } from './ports.ts';
import { settingsTableOf } from './settings.ts';

/** The tables of docs/reference/relayer.md that the code knows better. */
export const settingsTable = (): string => settingsTableOf(relayerConfigSchema.shape);

export function metricsTable(): string {
  const tables = { counter: COUNTER_HELP, gauge: GAUGE_HELP, histogram: HISTOGRAM_HELP };
  const rows = Object.entries(tables).flatMap(([kind, table]) =>
    Object.entries(table).map(([name, help]) => {
      return `| \`${exposedName(name as Counter | Gauge | Histogram)}\` | ${kind} | ${help} |`;
    }),
  );
  return ['| metric | kind | |', '|---|---|---|', ...rows].join('\n');
}
