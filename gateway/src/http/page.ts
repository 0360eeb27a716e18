import { createHash } from 'node:crypto';
import type { MarketState } from '../domain/market-state.ts';
import { sayClosed } from '../domain/market-state.ts';
import type { Settlement } from '../domain/settlement.ts';
import { SETTLEMENT_PAUSED } from '../domain/settlement.ts';

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 44rem; margin: 3rem auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; }
.state { padding: 1rem; border-left: .5rem solid; border-radius: .25rem; background: color-mix(in srgb, currentColor 8%, transparent); }
.open { border-color: #2a8f4a; } .maintenance { border-color: #c97a00; } .unknown { border-color: #a33; }
table { border-collapse: collapse; margin: 1rem 0; }
td, th { text-align: left; padding: .2rem 1rem .2rem 0; vertical-align: top; }
code { font-size: .9em; overflow-wrap: anywhere; }
`;
const REFRESH_SECONDS = 5;
const styleHash = createHash('sha256').update(STYLE).digest('base64');

/** The page runs no script, loads nothing, sends nothing, and is framed by nobody. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'x-frame-options': 'DENY',
} as const;

export interface PagePlace {
  readonly market: string;
  readonly settlement: Settlement;
}

/** The state of the market for people; it loads itself again every few seconds. */
export function statusPage(state: MarketState, { market, settlement }: PagePlace): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="${REFRESH_SECONDS}">
<title>${state.kind === 'open' ? 'Open' : state.kind === 'closed' ? 'System Maintenance' : 'Unknown'} · Lockstep</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Market <code>${safe(market)}</code></h1>
${bodyOf(state)}${settlement === 'paused' ? `\n<p class="state maintenance">${SETTLEMENT_PAUSED}</p>` : ''}
<p><a href="/maintenance">as JSON</a> · <a href="/openapi.json">the API</a></p>
</body>
</html>
`;
}

function bodyOf(state: MarketState): string {
  if (state.kind === 'unknown')
    return '<p class="state unknown">The state of the market can not be seen right now.</p>';
  if (state.kind === 'open') {
    const { resumed } = state;
    const since = resumed === undefined ? '' : ` The last interruption ended at ${time(resumed.endedMs)}.`;
    return `<p class="state open"><strong>Open.</strong> Orders are taken.${since}</p>`;
  }
  const { phase, reason, startedMs, deadlineMs, report } = state;
  const rows: (readonly [string, string])[] = [
    ['Phase', phase],
    ['Reason', reason],
    ['Since', time(startedMs)],
    ...(deadlineMs === undefined ? [] : [['Expected end', time(deadlineMs)] as const]),
    ...(report === undefined
      ? []
      : [
          [
            'Trades being settled',
            `${Object.values(report.pending).reduce((sum, trades) => sum + trades, 0)}`,
          ] as const,
          ['Trades held until the end', `${report.held}`] as const,
        ]),
  ];
  const table = rows.map(([name, value]) => `<tr><th scope="row">${name}</th><td>${safe(value)}</td></tr>`).join('\n');
  const blocked = (report?.blocked ?? []).map(
    ({ code, reason: why }) => `<li><code>${safe(code)}</code> ${safe(why)}</li>`,
  );
  return `<p class="state maintenance"><strong>${safe(sayClosed(state))}.</strong> No orders are taken; balances can be withdrawn all the same.</p>
<table>
${table}
</table>${blocked.length === 0 ? '' : `\n<p>It waits for:</p>\n<ul>\n${blocked.join('\n')}\n</ul>`}`;
}

const time = (ms: number): string =>
  new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const safe = (text: string): string => text.replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? '');
