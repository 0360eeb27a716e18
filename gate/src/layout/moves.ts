import type { Difference } from './difference.ts';
import type { Shape } from './shape.ts';
import { shapeKey } from './shape.ts';

interface Part {
  readonly path: string;
  readonly shape: Shape;
  /** What it is called on the other side, when it kept its place. */
  readonly twin?: string;
}

/** Parts that lost their name, and parts that are new under theirs: together they may be a move that no name shows. */
export class Moves {
  private readonly lost: Part[] = [];
  private readonly came: Part[] = [];

  wentAway(part: Part): void {
    this.lost.push(part);
  }

  cameNew(part: Part): void {
    this.came.push(part);
  }

  wasRenamed(was: Part, now: Part): void {
    this.lost.push({ ...was, twin: now.path });
    this.came.push({ ...now, twin: was.path });
  }

  /** A field that was renamed and moved reads zeros, or another field's bytes; one that went while another came does not. */
  doubts(): readonly Difference[] {
    for (const { path, shape, twin } of this.lost) {
      const other = this.came.find((part) => isPossible(part, twin) && shapeKey(part.shape) === shapeKey(shape));
      if (!other) continue;
      const detail = `${path} may be called ${other.path} now, at another place: the types are the same, and names do not tell`;
      return [{ kind: 'ambiguous', path: other.path, detail }];
    }
    return [];
  }
}

/** Two that were renamed in place were not swapped too: nobody does both at once. */
const isPossible = (came: Part, twin: string | undefined): boolean => came.twin === undefined || twin === undefined;
