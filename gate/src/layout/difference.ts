/** What can differ between two layouts; each theme has a rule for each kind. */
export type DifferenceKind =
  // What was there keeps its place and its meaning, or nearly.
  | 'renamed'
  | 'same-bytes'
  | 'flag-number'
  | 'spare-used'
  | 'gap-used'
  | 'retired'
  | 'last-removed'
  | 'appended'
  // What was there is read as something else.
  | 'reordered'
  | 'inserted'
  | 'removed'
  | 'widened'
  | 'narrowed'
  | 'sign-changed'
  | 'same-width'
  | 'option-changed'
  | 'list-array'
  | 'array-length'
  | 'retyped'
  // Enums.
  | 'variant-inserted'
  | 'variants-reordered'
  | 'variant-removed'
  | 'last-variant-removed'
  | 'variant-appended'
  | 'variant-renamed'
  // Neither can be said.
  | 'ambiguous'
  | 'unknown';

export interface Difference {
  readonly kind: DifferenceKind;
  /** Of the place, from the layout's root. */
  readonly path: string;
  readonly detail: string;
}

/** A comparison that stopped where the layouts part, or went through to the end. */
export interface Comparison {
  readonly differences: readonly Difference[];
  /** Whether what follows in both stands at the same place. */
  readonly aligned: boolean;
}
