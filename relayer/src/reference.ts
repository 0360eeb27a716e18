import type { RelayerConfig } from './config.ts';
import { fieldDoc, relayerConfigSchema } from './config.ts';
import { COUNTER_HELP, exposedName, GAUGE_HELP, HISTOGRAM_HELP } from './observe/metrics.ts';
import type { Counter, Gauge, Histogram } from './ports.ts';

/** The tables of docs/reference/relayer.md that the code knows better. */
export function settingsTable(): string {
  const names = Object.keys(relayerConfigSchema.shape) as (keyof RelayerConfig)[];
  const rows = names.map((name) => {
    const field = relayerConfigSchema.shape[name];
    const { unit, env } = fieldDoc(name);
    return `| \`${name}\` | \`${env}\` | ${unit} | ${defaultOf(field)} | ${field.description} |`;
  });
  return ['| setting | variable | unit | default | |', '|---|---|---|---|---|', ...rows].join('\n');
}

function defaultOf(field: { safeParse(value: undefined): { success: boolean; data?: unknown } }): string {
  const { success, data } = field.safeParse(undefined);
  if (!success) return 'required';
  return data === undefined || `${data}` === '' ? '' : `\`${data}\``;
}

export function metricsTable(): string {
  const tables = { counter: COUNTER_HELP, gauge: GAUGE_HELP, histogram: HISTOGRAM_HELP };
  const rows = Object.entries(tables).flatMap(([kind, table]) =>
    Object.entries(table).map(([name, help]) => {
      return `| \`${exposedName(name as Counter | Gauge | Histogram)}\` | ${kind} | ${help} |`;
    }),
  );
  return ['| metric | kind | |', '|---|---|---|', ...rows].join('\n');
}
