/** Set by tools/release-node when a release is built that speaks less than the source can. */
declare const LOCKSTEP_SPEAKS: readonly number[] | undefined;

/** Batch versions, and schemas of trade events, that this build speaks, highest first. Both are numbered alike: V2 settles schema 2. */
export const SPOKEN_VERSIONS: readonly number[] = typeof LOCKSTEP_SPEAKS === 'undefined' ? [2, 1] : LOCKSTEP_SPEAKS;
