import { gateError } from './errors.ts';
import type { Finding } from './finding.ts';
import { isObject } from './idl/json.ts';
import { RULES } from './rules/index.ts';

/** A finding that people decided to live with, for a while. */
export interface Waiver {
  /** Id of a rule. */
  readonly rule: string;
  /** Of the finding, to the letter. */
  readonly path: string;
  readonly reason: string;
  /** The last day on which it holds, `YYYY-MM-DD`, UTC. */
  readonly expires: string;
  /** What rewrites the old bytes; without it nothing silent is waived. */
  readonly migration: string | undefined;
}

export interface Judged {
  /** What nobody waived. */
  readonly findings: readonly Finding[];
  readonly waived: readonly { readonly finding: Finding; readonly waiver: Waiver }[];
  /** Waivers that were not accepted, and why. */
  readonly refused: readonly { readonly waiver: Waiver; readonly why: string }[];
  /** Waivers that nothing needs. */
  readonly unused: readonly Waiver[];
}

/** Reads `ci/waivers.json`: `{"waivers": [{rule, path, reason, expires, migration?}]}`. @throws LockstepError GATE_WAIVERS_INVALID */
export function parseWaivers(text: string): readonly Waiver[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw gateError('GATE_WAIVERS_INVALID', 'the waivers are no JSON', cause);
  }
  if (!isObject(json) || !Array.isArray(json.waivers))
    throw gateError('GATE_WAIVERS_INVALID', 'there is no list of waivers');
  return json.waivers.map(waiver);
}

const KEYS = new Set(['rule', 'path', 'reason', 'expires', 'migration']);

function waiver(value: unknown, at: number): Waiver {
  const refuse = (why: string) => gateError('GATE_WAIVERS_INVALID', `waiver ${at + 1}: ${why}`);
  if (!isObject(value)) throw refuse('it is no object');
  const unknownKey = Object.keys(value).find((key) => !KEYS.has(key));
  if (unknownKey !== undefined) throw refuse(`${unknownKey} is no part of a waiver`);
  const said = (key: string): string => {
    const part = value[key];
    if (typeof part === 'string' && part.trim() !== '') return part;
    throw refuse(`it says no ${key}`);
  };
  const read: Waiver = {
    rule: said('rule'),
    path: said('path'),
    reason: said('reason'),
    expires: said('expires'),
    migration: value.migration === undefined ? undefined : said('migration'),
  };
  if (!RULES.some(({ id }) => id === read.rule)) throw refuse(`there is no rule ${read.rule}`);
  const day = new Date(`${read.expires}T00:00:00Z`);
  if (
    !/^\d{4}-\d{2}-\d{2}$/.test(read.expires) ||
    Number.isNaN(day.getTime()) ||
    !day.toISOString().startsWith(read.expires)
  ) {
    throw refuse(`${read.expires} is no day`);
  }
  return read;
}

/** @param today `YYYY-MM-DD`, UTC */
export function applyWaivers(findings: readonly Finding[], waivers: readonly Waiver[], today: string): Judged {
  const refused = waivers.flatMap((one) => {
    const why = refusal(one, today);
    return why === undefined ? [] : [{ waiver: one, why }];
  });
  const accepted = waivers.filter((one) => !refused.some(({ waiver: other }) => other === one));
  const match = ({ rule, path }: Finding) => accepted.find((one) => one.rule === rule.id && one.path === path);
  const waived = findings.flatMap((found) => {
    const by = match(found);
    return by ? [{ finding: found, waiver: by }] : [];
  });
  return {
    findings: findings.filter((found) => match(found) === undefined),
    waived,
    refused,
    unused: accepted.filter((one) => !waived.some(({ waiver: by }) => by === one)),
  };
}

function refusal({ rule: id, expires, migration }: Waiver, today: string): string | undefined {
  if (expires < today) return `it expired on ${expires}`;
  const isSilent = RULES.some((rule) => rule.id === id && rule.severity === 'silent');
  return isSilent && migration === undefined ? 'silent corruption is waived only with a migration named' : undefined;
}
