import type { LockstepError } from '../errors.ts';
import { clientError } from '../errors.ts';

/** What the program answers to V2 bytes that are none, by its own names. */
export type V2Malformation =
  | 'MalformedBatch'
  | 'TooManyTrades'
  | 'UnknownEncoding'
  | 'ColumnTruncated'
  | 'OverlongInteger'
  | 'ColumnCountMismatch'
  | 'SpareBitsSet'
  | 'ColumnValueOutOfRange'
  | 'TrailingBytes';

/** The client's refusal of bytes the program would refuse as `name`. */
export const malformed = (name: V2Malformation, why: string): LockstepError =>
  clientError('MALFORMED_BATCH', `${name}: ${why}`);
