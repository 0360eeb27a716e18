import type { Server } from 'node:net';

/** Attempts to find two free neighbours before giving up: each fails only when the port above the free one is taken. */
const MAX_ATTEMPTS = 50;
export const HIGHEST_PORT = 65_535;

/**
 * Listens with both servers on neighbouring ports and answers the lower one: clients derive the websocket's port by
 * adding one to the RPC's. Port 0 takes any free pair. Rejects with the system's error when a given port is taken.
 */
export async function listenOnNeighbours(rpc: Server, pubsub: Server, port: number, host: string): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const rpcPort = await listen(rpc, port, host);
    try {
      if (rpcPort === HIGHEST_PORT) throw new RangeError(`There is no port above ${HIGHEST_PORT} for the websocket`);
      await listen(pubsub, rpcPort + 1, host);
      return rpcPort;
    } catch (cause) {
      await new Promise((resolve) => rpc.close(resolve));
      if (port !== 0 || attempt === MAX_ATTEMPTS) throw cause;
    }
  }
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('The server has no port'));
      else resolve(address.port);
    });
  });
}
