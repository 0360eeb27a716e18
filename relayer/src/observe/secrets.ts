/** Shorter path segments and parameters are names and versions; blanking them everywhere would make a log unreadable. */
const MIN_KEY_LENGTH = 12;

/**
 * What a message could quote of these URLs and nobody may read: passwords in every form, and API keys, which providers put into
 * path and query.
 */
export function secretsOf(urls: readonly string[]): readonly string[] {
  return urls.flatMap((text) => {
    const { password, searchParams, pathname } = new URL(text);
    const keys = [...pathname.split('/'), ...searchParams.values()].filter((part) => part.length >= MIN_KEY_LENGTH);
    const named = [password, searchParams.get('password') ?? ''];
    return [...named, ...keys].flatMap((secret) => [secret, decoded(secret)]).filter((secret) => secret !== '');
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
