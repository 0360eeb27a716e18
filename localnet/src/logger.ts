/** Where the node reports to; pino fits. */
export interface LocalnetLogger {
  /** Transactions that were dropped without an answer, sockets that broke. */
  debug(message: string): void;
  /** Failures of the node itself. */
  error(message: string): void;
}

export const silentLogger: LocalnetLogger = { debug: () => {}, error: () => {} };
