import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Metrics, Counter as OurCounter, Gauge as OurGauge, Histogram as OurHistogram } from '../ports.ts';
import { COUNTER_HELP, exposedName, GAUGE_HELP, HISTOGRAM_HELP, LABELS } from './metrics.ts';

/** Metrics as Prometheus reads them. */
export interface ExposedMetrics extends Metrics {
  readonly contentType: string;
  exposition(): Promise<string>;
}

/** From one slot on an idle cluster to a minute of blockhashes running out. */
const SECONDS_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120];

/**
 * The metrics of one lane and of its process, in a registry of their own; every one carries the label `lane`. The process's have
 * the names every Node dashboard knows.
 */
export function createExposedMetrics(lane: string): ExposedMetrics {
  const registry = new Registry();
  registry.setDefaultLabels({ lane });
  collectDefaultMetrics({ register: registry });
  const described = <Name extends OurCounter | OurGauge | OurHistogram>(name: Name, help: string) => ({
    name: exposedName(name),
    help,
    registers: [registry],
  });
  const labelNames = (name: OurCounter | OurGauge) => [...(LABELS[name] ?? [])];
  const counters = each(
    COUNTER_HELP,
    (name, help) => new Counter({ ...described(name, help), labelNames: labelNames(name) }),
  );
  const gauges = each(
    GAUGE_HELP,
    (name, help) => new Gauge({ ...described(name, help), labelNames: labelNames(name) }),
  );
  const histograms = each(
    HISTOGRAM_HELP,
    (name, help) => new Histogram({ ...described(name, help), buckets: SECONDS_BUCKETS }),
  );
  return {
    contentType: registry.contentType,
    exposition: () => registry.metrics(),
    increment: (counter, by = 1, labels = {}) => counters.get(counter)?.inc(labels, by),
    set: (gauge, value, labels = {}) => gauges.get(gauge)?.set(labels, value),
    observe: (histogram, value) => histograms.get(histogram)?.observe(value),
  };
}

function each<Name extends string, Metric>(
  help: Readonly<Record<Name, string>>,
  make: (name: Name, help: string) => Metric,
): ReadonlyMap<Name, Metric> {
  const names = Object.keys(help) as Name[];
  return new Map(names.map((name) => [name, make(name, help[name])]));
}
