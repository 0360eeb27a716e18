/** The keys an engine writes, as docs/reference/engine.md names them; nothing else in this folder spells one. */

/** Stream of one generation of a market's trades. */
export const tradeStreamKey = (market: string, generation: bigint): string => `trades:${market}:${generation}`;

/** Number of the generation readers follow. */
export const generationKey = (market: string): string => `trades:${market}:generation`;
