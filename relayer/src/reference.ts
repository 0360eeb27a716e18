import type { RelayerConfig } from './config.ts';
import { fieldDoc, relayerConfigSchema } from './config.ts';
import { METRIC_HELP } from './observe/metrics.ts';

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
  return data === undefined ? '' : `\`${data}\``;
}

export function metricsTable(): string {
  const rows = Object.entries(METRIC_HELP).map(([name, help]) => `| \`${name}\` | ${help} |`);
  return ['| metric | |', '|---|---|', ...rows].join('\n');
}
