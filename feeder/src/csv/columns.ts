import { InputError } from '../input-error.ts';

const COLUMNS = ['trade_id', 'timestamp_ms', 'price', 'quantity', 'taker_side'] as const;
export type ColumnName = (typeof COLUMNS)[number];
/** A file may have these, too, and any of their fields may be empty. */
const OPTIONAL_COLUMNS = ['order_type', 'fee_tier'] as const;
export type OptionalColumnName = (typeof OPTIONAL_COLUMNS)[number];

/** Where each column stands, by the header: other columns may be there, in any order. */
export interface Columns {
  readonly width: number;
  readonly at: Readonly<Record<ColumnName, number>>;
  readonly optional: Readonly<Partial<Record<OptionalColumnName, number>>>;
}

/** @throws InputError TRADES_FILE_HEADER */
export function columnsOf(header: readonly string[], path: string): Columns {
  const names = header.map((name) => name.toLowerCase());
  const missing = COLUMNS.filter((name) => !names.includes(name));
  const doubled = [...COLUMNS, ...OPTIONAL_COLUMNS].filter((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (missing.length > 0) {
    const names = missing.join(', ');
    throw refused(path, strangeness(header.join(',')) ?? `its first line names no column ${names}`);
  }
  if (doubled.length > 0) throw refused(path, `its first line names ${doubled.join(', ')} more than once`);
  const place = (name: ColumnName) => names.indexOf(name);
  return {
    width: names.length,
    at: {
      trade_id: place('trade_id'),
      timestamp_ms: place('timestamp_ms'),
      price: place('price'),
      quantity: place('quantity'),
      taker_side: place('taker_side'),
    },
    optional: Object.fromEntries(
      OPTIONAL_COLUMNS.filter((name) => names.includes(name)).map((name) => [name, names.indexOf(name)]),
    ),
  };
}

/** What is unusual about a first line in which columns are missing. */
function strangeness(text: string): string | undefined {
  if (/^\uFFFD\uFFFD|\0/.test(text)) return 'it is not UTF-8 but looks like UTF-16; save it as UTF-8';
  const separator = [...separators].find(([character]) => text.split(character).length >= COLUMNS.length);
  return separator && `its columns are separated by ${separator[1]}, not by commas`;
}

const separators = new Map([
  [';', 'semicolons'],
  ['\t', 'tabs'],
  ['|', 'bars'],
]);

const refused = (path: string, why: string): InputError =>
  new InputError('TRADES_FILE_HEADER', `${path}: ${why}`, `The first line must be: ${COLUMNS.join(',')}`);
