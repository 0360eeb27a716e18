/**
 * What becomes of what exists when a change goes live:
 * - `breaking`: it is refused or fails to decode, loudly;
 * - `silent`: it is taken and means something else, which is worse;
 * - `unknown`: the checker cannot tell, which is never safe;
 * - `warning`: it works, and somebody has to know or do something first;
 * - `safe`: it works.
 */
export const SEVERITIES = ['silent', 'breaking', 'unknown', 'warning', 'safe'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Whose bytes meet whose code. */
export const DIRECTIONS = {
  'old-bytes': 'old bytes → new program',
  'old-client': 'old client → new program',
  'new-client': 'new client → old program',
  'old-reader': 'new bytes → old reader',
  release: 'within the new side',
} as const;
export type Direction = keyof typeof DIRECTIONS;

export interface Rule {
  /** `LS-THEME-NNN`; never given to another rule. */
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly direction: Direction;
  /** What goes wrong, or why nothing does. */
  readonly why: string;
  /** What to do about it. */
  readonly fix: string;
}

/** A rule that applies at one place. */
export interface Finding {
  readonly rule: Rule;
  /** Slash-separated, from the kind of thing down: `accounts/Vault/balance`. */
  readonly path: string;
  /** What was and what is there, in one sentence. */
  readonly detail: string;
  /** File of the new side that it is about, as the caller named it. */
  readonly file?: string;
  /** The old side, when there is more than one. */
  readonly against?: string;
}

export const finding = (rule: Rule, path: string, detail: string): Finding => ({ rule, path, detail });

type Draft = Omit<Rule, 'id' | 'direction'> & { readonly number: number; readonly direction?: Direction };

/** A theme's rules, by a name for the code. */
export function rules<Name extends string>(
  theme: string,
  direction: Direction,
  drafts: Readonly<Record<Name, Draft>>,
): Readonly<Record<Name, Rule>> {
  const entries = Object.entries<Draft>(drafts).map(([name, { number, ...draft }]) => {
    const id = `LS-${theme}-${String(number).padStart(3, '0')}`;
    return [name, { direction, ...draft, id }] as const;
  });
  return Object.fromEntries(entries) as Record<Name, Rule>;
}
