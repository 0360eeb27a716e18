import type { WebSocket } from 'ws';
import { answerOf, RequestRefused } from '../errors.ts';
import { CLOSE_CODES, closeCodeOf } from './close-codes.ts';

/** One client's websocket. */
export interface Connection {
  readonly isOpen: boolean;
  /** Cuts the client off when too much waits for it already. */
  send(message: object): void;
  /** Resolves when little enough waits to be sent; at once after the end. */
  drained(): Promise<void>;
  /** Tells why, then closes. */
  refuse(error: unknown): void;
  close(code: number, name: string): void;
  /** Called once, when it is over. */
  onEnd(listener: () => void): void;
  /** Pings; one that has not answered the last ping is cut off. */
  ping(): void;
}

export interface ConnectionLimits {
  readonly maxBufferedBytes: number;
  onCut(why: 'slow' | 'silent'): void;
}

/** A client that does not answer the closing gets no longer than this. */
const CLOSE_MS = 2_000;
const DRAIN_LOOK_MS = 20;

export function createConnection(socket: WebSocket, { maxBufferedBytes, onCut }: ConnectionLimits): Connection {
  let hasAnswered = true;
  let isClosing = false;
  const isOpen = () => !isClosing && socket.readyState === socket.OPEN;
  socket.on('pong', () => {
    hasAnswered = true;
  });
  const close = (code: number, name: string) => {
    if (isClosing) return;
    isClosing = true;
    socket.close(code, name);
    const cut = setTimeout(() => socket.terminate(), CLOSE_MS);
    socket.once('close', () => clearTimeout(cut));
  };
  const connection: Connection = {
    get isOpen() {
      return isOpen();
    },
    send(message) {
      if (!isOpen()) return;
      if (socket.bufferedAmount > maxBufferedBytes) {
        onCut('slow');
        close(CLOSE_CODES.SLOW_CONSUMER.code, 'SLOW_CONSUMER');
        return;
      }
      socket.send(JSON.stringify(message));
    },
    async drained() {
      // A socket has no event for it; half is enough to go on.
      while (isOpen() && socket.bufferedAmount > maxBufferedBytes / 2) {
        await new Promise((resolve) => setTimeout(resolve, DRAIN_LOOK_MS));
      }
    },
    refuse(error) {
      const refused = error instanceof RequestRefused ? error : new RequestRefused('INTERNAL', 'something went wrong');
      connection.send({ type: 'error', ...answerOf(refused) });
      close(closeCodeOf(refused), refused.code);
    },
    close,
    onEnd: (listener) => void socket.once('close', listener),
    ping() {
      if (!isOpen()) return;
      if (!hasAnswered) {
        onCut('silent');
        socket.terminate();
        return;
      }
      hasAnswered = false;
      socket.ping();
    },
  };
  return connection;
}
