import type { Finding } from './finding.ts';

/** The same at the same place against several builds is said once, against all of them. */
export function unique(findings: readonly Finding[]): readonly Finding[] {
  const said = new Map<string, Finding>();
  for (const found of findings) {
    const key = [found.rule.id, found.path, found.detail].join('\n');
    const before = said.get(key);
    const against = [before?.against, found.against].filter((label) => label !== undefined).join(', ');
    said.set(key, against === '' ? found : { ...found, against });
  }
  return [...said.values()];
}
