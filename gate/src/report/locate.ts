/**
 * Line, from 1, of what a path names in an IDL or a .proto: the last of its parts that is found, each looked for behind the one before.
 */
export function lineOf(text: string, path: string): number {
  const parts = path.split('/').slice(1);
  let at = 0;
  for (const part of parts) {
    const name = part.split('.').at(-1) ?? part;
    const found = position(text, name, at);
    if (found !== undefined) at = found;
  }
  return text.slice(0, at).split('\n').length;
}

function position(text: string, name: string, from: number): number | undefined {
  const escaped = name.replaceAll(/[^\w]/g, '\\$&');
  for (const pattern of [`"name"\\s*:\\s*"${escaped}"`, `"${escaped}"`, `\\b${escaped}\\b`]) {
    const search = new RegExp(pattern, 'g');
    search.lastIndex = from;
    const found = search.exec(text);
    if (found) return found.index;
  }
  return undefined;
}
