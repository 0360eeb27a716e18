import type { Comparison, Difference, DifferenceKind } from './difference.ts';
import type { Encoding, Leaf } from './encoding.ts';
import { explain } from './explain.ts';
import { compareShapes } from './match.ts';
import { Moves } from './moves.ts';
import type { Names } from './names.ts';
import { isAround, knows, namesOf } from './names.ts';
import type { Shape } from './shape.ts';
import { describe } from './shape.ts';
import type { Terms } from './terms.ts';
import { isUnrelated } from './words.ts';

/** Compares two whole layouts. */
export function compareLayouts(was: Shape, now: Shape, encoding: Encoding): readonly Difference[] {
  const terms = { encoding, isTail: true, compare: compareLeaves };
  return compareLeaves(encoding.leaves(was, ''), encoding.leaves(now, ''), terms).differences;
}

/**
 * Walks old and new side by side: each part of the new one has to find, at its place, bytes of its own type and meaning. Names only
 * explain; it is the walk that decides.
 */
function compareLeaves(old: readonly Leaf[], next: readonly Leaf[], terms: Terms): Comparison {
  const walk = new Walk(old, next, terms);
  while (walk.isOnBoth) {
    if (!walk.step()) return { differences: walk.differences, aligned: false };
  }
  return walk.end();
}

class Walk {
  readonly differences: Difference[] = [];
  private readonly old: readonly Leaf[];
  private readonly next: readonly Leaf[];
  private readonly terms: Terms;
  private readonly oldNames: Names;
  private readonly newNames: Names;
  private readonly moves = new Moves();
  private at = 0;
  private to = 0;
  /** Bytes of the current spare parts that are passed already. */
  private oldPassed = 0;
  private newPassed = 0;

  constructor(old: readonly Leaf[], next: readonly Leaf[], terms: Terms) {
    this.old = old;
    this.next = next;
    this.terms = terms;
    this.oldNames = namesOf(old);
    this.newNames = namesOf(next);
  }

  get isOnBoth(): boolean {
    return this.at < this.old.length && this.to < this.next.length;
  }

  /** Takes the next part of one side or both; false where they part. */
  step(): boolean {
    const was = this.old[this.at] as Leaf;
    const now = this.next[this.to] as Leaf;
    if (was.spare && now.spare) return this.passSpare(was.spare.bytes, now.spare.bytes);
    if (was.spare) return this.useSpare(was, now, was.spare);
    if (now.spare) return this.retire(was, now, now.spare.bytes);
    return this.match(was, now);
  }

  /** What is behind the shorter one. */
  end(): Comparison {
    const added = this.rest(this.next, this.to);
    const dropped = this.rest(this.old, this.at);
    for (const leaf of added) if (!leaf.spare) this.moves.cameNew(leaf);
    for (const leaf of dropped) if (!leaf.spare) this.moves.wentAway(leaf);
    if (added.length > 0) this.noteRest(this.kindOfAdded(added), added, 'new at the end');
    else if (dropped.length > 0)
      this.noteRest(this.terms.isTail ? 'last-removed' : 'removed', dropped, 'gone at the end');
    const aligned = added.length === 0 && (dropped.length === 0 || this.terms.isTail);
    return { differences: [...this.differences, ...this.moves.doubts()], aligned };
  }

  private rest(leaves: readonly Leaf[], from: number): readonly Leaf[] {
    return leaves.slice(from).filter(({ shape }) => this.terms.encoding.zeroSize(shape) !== 0);
  }

  private kindOfAdded(added: readonly Leaf[]): DifferenceKind {
    if (added.some(({ path, spare }) => !spare && knows(this.oldNames, path))) return 'reordered';
    return this.terms.isTail ? 'appended' : 'inserted';
  }

  private noteRest(kind: DifferenceKind, rest: readonly Leaf[], what: string): void {
    const list = rest.map(({ path, shape }) => `${path} (${describe(shape)})`).join(', ');
    this.note(kind, rest[0]?.path ?? '', `${what}: ${list}`);
  }

  private passSpare(oldBytes: number, newBytes: number): true {
    const bytes = Math.min(oldBytes - this.oldPassed, newBytes - this.newPassed);
    this.passOld(bytes, oldBytes);
    this.passNew(bytes, newBytes);
    return true;
  }

  /** A new part reads bytes that were kept free: zeros. */
  private useSpare(was: Leaf, now: Leaf, spare: NonNullable<Leaf['spare']>): boolean {
    const bytes = this.terms.encoding.zeroSize(now.shape);
    if (bytes === undefined)
      return this.differ('unknown', now, `${now.path} (${describe(now.shape)}) cannot be judged`);
    if (bytes > spare.bytes - this.oldPassed || knows(this.oldNames, now.path)) return this.partAt(was, now);
    this.passOld(bytes, spare.bytes);
    this.to++;
    this.moves.cameNew(now);
    const kind = spare.by === 'name' ? 'spare-used' : 'gap-used';
    if (bytes > 0)
      this.note(kind, now.path, `${now.path} (${describe(now.shape)}) takes ${bytes} bytes of ${was.path}`);
    return true;
  }

  /** An old part's bytes are kept free from now on. */
  private retire(was: Leaf, now: Leaf, spareBytes: number): boolean {
    const bytes = this.terms.encoding.fixedSize(was.shape);
    if (bytes === undefined || bytes > spareBytes - this.newPassed || knows(this.newNames, was.path)) {
      return this.partAt(was, now);
    }
    this.passNew(bytes, spareBytes);
    this.at++;
    this.moves.wentAway(was);
    if (bytes > 0) this.note('retired', was.path, `${was.path} (${describe(was.shape)}) became part of ${now.path}`);
    return true;
  }

  private match(was: Leaf, now: Leaf): boolean {
    const isLast = this.at === this.old.length - 1 && this.to === this.next.length - 1;
    const terms = { ...this.terms, isTail: this.terms.isTail && isLast };
    const found = compareShapes(was.shape, now.shape, now.path, terms);
    if (found === undefined) return this.partAt(was, now);
    if (was.path !== now.path) {
      if (!this.keepsPlace(was, now)) return this.partAt(was, now);
      if (found.differences.length > 0) this.doubtReplaced(was, now);
    }
    this.differences.push(...found.differences);
    this.at++;
    this.to++;
    return found.aligned;
  }

  /** Another name at the same place: a new one for the same thing, unless either name stands elsewhere too. */
  private keepsPlace(was: Leaf, now: Leaf): boolean {
    if (isAround(this.newNames, was.path, now.path) || isAround(this.oldNames, now.path, was.path)) {
      this.note('same-bytes', now.path, `${was.path} is ${now.path} now, with the same bytes`);
      return true;
    }
    if (knows(this.newNames, was.path) || knows(this.oldNames, now.path)) return false;
    if (isUnrelated(was.path, now.path)) this.noteReplaced(was, now);
    else this.noteRename(was.path, now.path);
    this.moves.wasRenamed(was, now);
    return true;
  }

  /** Another name and another inside at once: whether it is the same thing still, nobody can tell. */
  private doubtReplaced({ path }: Leaf, now: Leaf): void {
    this.note('ambiguous', now.path, `${path} may have been replaced by ${now.path}: name and type changed together`);
  }

  /** Another thing may have got the place, and its old values. */
  private noteReplaced({ path }: Leaf, now: Leaf): void {
    this.note('ambiguous', now.path, `${path} may have been replaced by ${now.path}: the names share no word`);
  }

  /** A renamed struct renames all of its parts: said once. */
  private noteRename(was: string, now: string): void {
    const [old, next] = [was.split('/'), now.split('/')];
    const from = old.findIndex((name, at) => name !== next[at]);
    const [before, after] = [old.slice(0, from + 1).join('/'), next.slice(0, from + 1).join('/')];
    const isSaid = this.differences.some(({ kind, path }) => kind === 'renamed' && path === after);
    if (!isSaid) this.note('renamed', after, `${before} is called ${after} now`);
  }

  private partAt(was: Leaf, now: Leaf): false {
    const sides = { old: this.oldNames.parts, next: this.newNames.parts };
    this.differences.push(explain(was, now, sides, this.terms, this.isBehindOld()));
    return false;
  }

  /** Whether the old side has only spare bytes left, so that what does not fit goes beyond its end. */
  private isBehindOld(): boolean {
    return this.terms.isTail && this.old.slice(this.at).every((leaf) => leaf.spare !== undefined);
  }

  private differ(kind: DifferenceKind, leaf: Leaf, detail: string): false {
    this.note(kind, leaf.path, detail);
    return false;
  }

  private note(kind: DifferenceKind, path: string, detail: string): void {
    this.differences.push({ kind, path, detail });
  }

  private passOld(bytes: number, of: number): void {
    this.oldPassed += bytes;
    if (this.oldPassed < of) return;
    this.oldPassed = 0;
    this.at++;
  }

  private passNew(bytes: number, of: number): void {
    this.newPassed += bytes;
    if (this.newPassed < of) return;
    this.newPassed = 0;
    this.to++;
  }
}
