/** The keys of the engine contract, as docs/reference/engine.md names them; nothing else in this folder spells one. */

export const tradeStreamPrefix = (market: string): string => `trades:${market}:`;

/** Stream of one generation of a market's trades. */
export const tradeStreamKey = (market: string, generation: bigint): string =>
  `${tradeStreamPrefix(market)}${generation}`;

/** String: number of the generation readers follow. */
export const generationKey = (market: string): string => `trades:${market}:generation`;

/** Hash: what the relayer and operators want of the engine. */
export const controlKey = (market: string): string => `control:${market}`;

/** Hash: what the engine answers, and what is in effect; its field `owner` is the token of the engine that may write. */
export const engineKey = (market: string): string => `engine:${market}`;

/** String with an expiry: the token of the engine that is alive. */
export const leaseKey = (market: string): string => `engine:${market}:lease`;

/** Stream: orders for the engine, written by the gateway. */
export const ordersKey = (market: string): string => `orders:${market}`;

/** Stream: what became of each order, written by the engine. */
export const orderAnswersKey = (market: string): string => `orders:${market}:answers`;
