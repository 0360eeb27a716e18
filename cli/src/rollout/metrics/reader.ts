import { z } from 'zod';
import { numberOf, readExposition } from './exposition.ts';
import type { Sample, Series } from './sample.ts';
import { SAMPLED, sampleOf } from './sample.ts';

/** Where samples come from; undefined: nothing that a verdict could rest on. */
export type SampleReader = (signal: AbortSignal) => Promise<Sample | undefined>;

export interface Sampled {
  /** The lane's market, the label every metric has. */
  readonly lane: string;
  /** The batch version that is watched. */
  readonly version: number;
}

const ANSWER_MS = 3_000;
/** A Prometheus that has not scraped for so long tells the past. */
const STALE_SECONDS = 60;

/** Reads the relayer's own `GET /metrics`. */
export const fromRelayer =
  (url: string, sampled: Sampled): SampleReader =>
  async (signal) => {
    const text = await fetched(new URL('/metrics', url), signal);
    return text === undefined ? undefined : sampleOf(readExposition(text), sampled, performance.now());
  };

const vector = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('vector'),
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
});

/** Asks a Prometheus server's instant queries. */
export const fromPrometheus =
  (url: string, sampled: Sampled): SampleReader =>
  async (signal) => {
    const lane = JSON.stringify(sampled.lane);
    const names = SAMPLED.join('|');
    const [series, scraped] = await Promise.all([
      query(url, `{__name__=~"${names}",lane=${lane}}`, signal),
      query(url, `time() - timestamp(lockstep_relayer_trades_settled_total{lane=${lane}})`, signal),
    ]);
    const age = scraped?.[0]?.value ?? Number.NaN;
    return series === undefined || !(age <= STALE_SECONDS) ? undefined : sampleOf(series, sampled, performance.now());
  };

async function query(url: string, text: string, signal: AbortSignal): Promise<Series[] | undefined> {
  const base = url.endsWith('/') ? url : `${url}/`;
  const target = new URL('api/v1/query', base);
  target.searchParams.set('query', text);
  const body = await fetched(target, signal);
  const answer = vector.safeParse(jsonOf(body));
  if (!answer.success) return undefined;
  return answer.data.data.result.map(({ metric: { __name__: name = '', ...labels }, value }) => ({
    name,
    labels,
    value: numberOf(value[1]),
  }));
}

function jsonOf(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Undefined when nothing fit to read came in time. */
async function fetched(url: URL, signal: AbortSignal): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]) });
    return response.ok ? await response.text() : undefined;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
