/** The fields of a line, or why it cannot be read. */
export type CsvRecord =
  | { readonly fields: readonly string[] }
  /** Operator's words. */
  | { readonly broken: string };

/** `"a ""quoted"" field"` or plain text without quotes and commas, then a comma or the end of the line. */
const FIELD = /\s*(?:"((?:[^"]|"")*)"|([^",]*))\s*(,|$)/y;

/**
 * Splits a line at its commas; a quoted field may hold commas and doubled quotes. It may not hold a line end, as RFC 4180
 * would allow: then one stray quote would swallow the rows after it, and trades have no field that needs one.
 */
export function parseRecord(line: string): CsvRecord {
  if (!line.includes('"')) return { fields: line.split(',').map((field) => field.trim()) };
  const fields: string[] = [];
  FIELD.lastIndex = 0;
  for (;;) {
    const match = FIELD.exec(line);
    if (match === null) return { broken: 'a quote is out of place, or never closed on its line' };
    fields.push((match[1]?.replaceAll('""', '"') ?? match[2] ?? '').trim());
    if (match[3] === '') return { fields };
  }
}
