import { WebSocket } from 'ws';
import { until } from '../tests/support/until.ts';

/** What a client of the gateway's feed has seen. */
export interface FeedSeen {
  /** Connections that were opened. */
  readonly connections: number;
  /** Alerts of a maintenance. */
  readonly alerts: number;
  /** Connections closed with 1012, after the alert. */
  readonly announced: number;
  /** Connections closed with 1012 without one: there must be none. */
  readonly unannounced: number;
  /** Connections that ended otherwise: the gateway was killed, or something it needs was away. */
  readonly otherwise: number;
}

const MAINTENANCE_CLOSE = 1012;
const AGAIN_MS = 200;

/** Connected to `/feed` for as long as it can be: whatever ends a connection, it connects again. */
export class FeedClient {
  readonly #url: string;
  readonly #seen = { connections: 0, alerts: 0, announced: 0, unannounced: 0, otherwise: 0 };
  #socket: WebSocket | undefined;
  #batches = 0;
  #again: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(port: number) {
    this.#url = `ws://127.0.0.1:${port}/feed`;
    this.#connect();
  }

  get seen(): FeedSeen {
    return { ...this.#seen };
  }

  /** Resolves at the next batch that it is told of. */
  async hearsBatch(): Promise<void> {
    const before = this.#batches;
    await until(() => this.#batches > before);
  }

  end(): void {
    this.#isOver = true;
    clearTimeout(this.#again);
    this.#socket?.terminate();
  }

  #connect(): void {
    const seen = this.#seen;
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    let [isOpen, isAlerted] = [false, false];
    socket.on('open', () => {
      isOpen = true;
      seen.connections += 1;
    });
    socket.on('message', (data) => {
      const { type, code } = JSON.parse(data.toString()) as { readonly type?: string; readonly code?: string };
      if (type === 'batch') this.#batches += 1;
      if (type !== 'alert' || code !== 'MAINTENANCE') return;
      isAlerted = true;
      seen.alerts += 1;
    });
    // What is refused is closed, too.
    socket.on('error', () => undefined);
    socket.on('close', (code) => {
      if (this.#isOver) return;
      if (code === MAINTENANCE_CLOSE) seen[isAlerted ? 'announced' : 'unannounced'] += 1;
      else if (isOpen) seen.otherwise += 1;
      this.#again = setTimeout(() => this.#connect(), AGAIN_MS);
    });
  }
}
