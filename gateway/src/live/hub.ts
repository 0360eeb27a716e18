import type { WebSocket } from 'ws';
import { alertMessage, resumedNotice } from '../domain/market-state.ts';
import { RequestRefused } from '../errors.ts';
import type { GatewayMetrics } from '../observe/metrics.ts';
import type { MarketWatch } from '../ports.ts';
import { CLOSE_CODES } from './close-codes.ts';
import type { Connection } from './connection.ts';
import { createConnection } from './connection.ts';

export interface HubDeps {
  readonly watch: MarketWatch;
  readonly maxClients: number;
  readonly maxBufferedBytes: number;
  readonly pingMs: number;
  readonly retryAfterSeconds: number;
  readonly metrics: GatewayMetrics;
}

/** A client on the hub. */
export interface Member {
  readonly connection: Connection;
  /** From where it goes on after a maintenance; set as soon as it is known. */
  position: () => string | undefined;
}

export interface Hub {
  /** @throws RequestRefused TOO_MANY_CLIENTS */
  requireRoom(): void;
  /** Takes a place that is not a websocket's. Undo it by calling what is returned. */
  occupy(): () => void;
  /** Undefined when the market is closed: the client was told and sent away. */
  join(socket: WebSocket): Member | undefined;
  close(): void;
}

/** Every client that stays: counted, pinged, and sent away when maintenance begins. */
export function createHub({ watch, maxClients, maxBufferedBytes, pingMs, retryAfterSeconds, metrics }: HubDeps): Hub {
  const members = new Set<Member>();
  let others = 0;
  const count = () => metrics.clients(members.size + others);
  const sendAway = ({ connection, position }: Member) => {
    const state = watch.state();
    if (state.kind !== 'closed') return false;
    connection.send(alertMessage(state, retryAfterSeconds, position()));
    connection.close(CLOSE_CODES.MAINTENANCE.code, 'MAINTENANCE');
    return true;
  };
  watch.onChange((state) => {
    if (state.kind !== 'closed') return;
    for (const member of members) sendAway(member);
  });
  const pings = setInterval(() => {
    for (const { connection } of members) connection.ping();
  }, pingMs);
  pings.unref();
  return {
    requireRoom() {
      if (members.size + others >= maxClients)
        throw new RequestRefused('TOO_MANY_CLIENTS', `${maxClients} clients are connected`);
    },
    occupy() {
      others += 1;
      count();
      let isOver = false;
      return () => {
        if (!isOver) others -= 1;
        isOver = true;
        count();
      };
    },
    join(socket) {
      const connection = createConnection(socket, { maxBufferedBytes, onCut: metrics.cut });
      const member: Member = { connection, position: () => undefined };
      if (sendAway(member)) return undefined;
      members.add(member);
      count();
      connection.onEnd(() => {
        members.delete(member);
        count();
      });
      const state = watch.state();
      if (state.kind === 'open' && state.resumed !== undefined) connection.send(resumedNotice(state.resumed));
      return member;
    },
    close() {
      clearInterval(pings);
      for (const { connection } of members) connection.close(CLOSE_CODES.GOING_AWAY.code, 'GOING_AWAY');
    },
  };
}
