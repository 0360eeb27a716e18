import { withoutSecretsIn } from '../../observe/describe-error.ts';
import type { ExposedMetrics } from '../../observe/exposition.ts';
import type { Heartbeats } from '../../observe/heartbeats.ts';
import type { LaneStatus } from '../../observe/progress.ts';
import type { Readiness } from '../../observe/readiness.ts';
import type { Page, Pages } from './page.ts';

/** Which process a status is of. */
export interface ProcessFacts {
  readonly pid: number;
  /** ISO 8601. */
  readonly startedAt: string;
  /** The version of this relayer. */
  readonly release: string;
  /** Batch versions and event schemas it speaks, highest first. */
  readonly speaks: readonly number[];
}

export interface PagesDeps {
  readonly facts: ProcessFacts;
  readonly status: () => LaneStatus;
  readonly stuck: Heartbeats['stuck'];
  readonly readiness: () => Promise<Readiness>;
  /** None when the caller keeps metrics of its own. */
  readonly metrics: ExposedMetrics | undefined;
  /** Blanked wherever a reason quotes them. */
  readonly secrets: readonly string[];
}

const OK = 200;
const UNAVAILABLE = 503;
const JSON_TYPE = 'application/json; charset=utf-8';

/** What the relayer shows of itself; docs/reference/relayer.md has every field. */
export function observationPages({ facts, status, stuck, readiness, metrics, secrets }: PagesDeps): Pages {
  const json = (httpStatus: number, value: object): Page => {
    const body = JSON.stringify(value, (key, inner: unknown) => plain(key, inner, secrets));
    return { status: httpStatus, type: JSON_TYPE, body: `${body}\n` };
  };
  return {
    '/status': () => json(OK, { ...facts, ...status() }),
    '/live': () => {
      const found = stuck();
      return found === undefined ? json(OK, { live: true }) : json(UNAVAILABLE, { live: false, ...found });
    },
    '/ready': async () => {
      const found = await readiness();
      return json(found.ready ? OK : UNAVAILABLE, found);
    },
    ...(metrics === undefined ? {} : { '/metrics': () => exposition(metrics) }),
  };
}

async function exposition(metrics: ExposedMetrics): Promise<Page> {
  return { status: OK, type: metrics.contentType, body: await metrics.exposition() };
}

/** u64 as decimal text. */
function plain(key: string, value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'bigint') return value.toString();
  return key === 'reason' && typeof value === 'string' ? withoutSecretsIn(value, secrets) : value;
}
