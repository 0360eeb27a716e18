import type { Maintenance, MaintenanceReading } from './maintenance.ts';

/** What is to be made of the hash. */
export type Heard =
  | { readonly kind: 'live' }
  | { readonly kind: 'on'; readonly maintenance: Maintenance }
  /** Redis forgot it: write it back. */
  | { readonly kind: 'forgotten'; readonly maintenance: Maintenance }
  | { readonly kind: 'ended'; readonly id: string };

/**
 * What this process knows of the lane's maintenance. A hash that is gone although nobody ended it was forgotten by Redis. Only while
 * nobody else had the lane: after that others know better.
 */
export interface MaintenanceMemory {
  /** The lane was claimed under `token`; before that, `before` had it (undefined when Redis knows of nobody). */
  heldBy(token: string, before: string | undefined): void;
  /** @param ended id of the maintenance that ended last */
  hear(reading: MaintenanceReading, ended: string | undefined): Heard;
}

export function createMaintenanceMemory(): MaintenanceMemory {
  let known: Maintenance | undefined;
  let holder: string | undefined;
  return {
    heldBy(token, before) {
      if (before !== undefined && before !== holder) known = undefined;
      holder = token;
    },
    hear({ maintenance, ignored }, ended) {
      const before = known;
      if (maintenance !== undefined) {
        known = maintenance;
        return { kind: 'on', maintenance };
      }
      if (before === undefined) return { kind: 'live' };
      // What makes no sense changes nothing.
      if (ignored !== undefined) return { kind: 'on', maintenance: before };
      if (ended !== before.id) return { kind: 'forgotten', maintenance: before };
      known = undefined;
      return { kind: 'ended', id: before.id };
    },
  };
}
