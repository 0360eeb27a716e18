/** The gateway's own keys of a lane. The braces keep them beside the relayer's and on one node. */
export interface GatewayKeys {
  /** Hash: since when no orders are taken, and the phase seen last; gone while the market is open. */
  readonly closed: string;
  /** Hash with an expiry: how the last maintenance ended. */
  readonly resumed: string;
  /** String with an expiry: when a readiness probe last wrote. */
  readonly probe: string;
  /** String with an expiry: this owner has used this nonce. */
  nonce(owner: string, nonce: string): string;
  /** String with an expiry: whose order this is, and a digest of it. */
  order(order: string): string;
}

export function gatewayKeys(lane: string): GatewayKeys {
  const prefix = `lockstep:1:{${lane}}:gateway`;
  return {
    closed: `${prefix}:closed`,
    resumed: `${prefix}:resumed`,
    probe: `${prefix}:probe`,
    nonce: (owner, nonce) => `${prefix}:nonce:${owner}:${nonce}`,
    order: (order) => `${prefix}:order:${order}`,
  };
}
