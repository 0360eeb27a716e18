import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What the gateway counts, and what each means; docs/reference/gateway.md is held against it. */
export const METRICS = {
  requests: ['counter', 'Requests answered, by route and status.'],
  refused: ['counter', 'Requests and websockets refused, by code.'],
  orders_taken: ['counter', 'Orders and cancellations handed to the engine.'],
  orders_answered: ['counter', 'Answers of the engine that arrived, by state.'],
  answer_seconds: ['histogram', 'From taking an order to the answer a client waited for.'],
  clients: ['gauge', 'Websockets and event streams open.'],
  clients_cut: ['counter', 'Clients cut off, by reason: slow or silent.'],
  feed_batches: ['counter', 'Entries of the settlement feed that arrived, by stage.'],
  market_open: ['gauge', '1 while orders are taken.'],
  maintenance_seconds: ['gauge', 'How long the market has been closed; 0 while it is open.'],
} as const satisfies Record<string, readonly [kind: 'counter' | 'gauge' | 'histogram', help: string]>;

export const exposedName = (name: keyof typeof METRICS): string =>
  `lockstep_gateway_${name}${METRICS[name][0] === 'counter' ? '_total' : ''}`;

export interface GatewayMetrics {
  readonly contentType: string;
  exposition(): Promise<string>;
  request(route: string, status: number): void;
  refused(code: string): void;
  orderTaken(): void;
  answered(state: string): void;
  answerTook(seconds: number): void;
  clients(open: number): void;
  cut(why: 'slow' | 'silent'): void;
  batch(stage: string): void;
  market(isOpen: boolean, closedSeconds: number): void;
}

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export function createMetrics(lane: string): GatewayMetrics {
  const registry = new Registry();
  registry.setDefaultLabels({ lane });
  collectDefaultMetrics({ register: registry });
  const described = (name: keyof typeof METRICS) => ({
    name: exposedName(name),
    help: METRICS[name][1],
    registers: [registry],
  });
  const requests = new Counter({ ...described('requests'), labelNames: ['route', 'status'] });
  const refused = new Counter({ ...described('refused'), labelNames: ['code'] });
  const taken = new Counter(described('orders_taken'));
  const answered = new Counter({ ...described('orders_answered'), labelNames: ['state'] });
  const took = new Histogram({ ...described('answer_seconds'), buckets: BUCKETS });
  const clients = new Gauge(described('clients'));
  const cut = new Counter({ ...described('clients_cut'), labelNames: ['why'] });
  const batches = new Counter({ ...described('feed_batches'), labelNames: ['stage'] });
  const open = new Gauge(described('market_open'));
  const closedFor = new Gauge(described('maintenance_seconds'));
  return {
    contentType: registry.contentType,
    exposition: () => registry.metrics(),
    request: (route, status) => requests.inc({ route, status: `${status}` }),
    refused: (code) => refused.inc({ code }),
    orderTaken: () => taken.inc(),
    answered: (state) => answered.inc({ state }),
    answerTook: (seconds) => took.observe(seconds),
    clients: (value) => clients.set(value),
    cut: (why) => cut.inc({ why }),
    batch: (stage) => batches.inc({ stage }),
    market: (isOpen, closedSeconds) => {
      open.set(isOpen ? 1 : 0);
      closedFor.set(closedSeconds);
    },
  };
}
