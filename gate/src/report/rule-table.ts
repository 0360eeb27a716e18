import { DIRECTIONS } from '../finding.ts';
import { THEMES } from '../rules/index.ts';

/** Every rule as docs/reference/gate.md lists it, in Markdown. */
export function ruleTable(): string {
  return [...THEMES]
    .map(([theme, rules]) => {
      const rows = rules.map(({ id, severity, direction, title, why, fix }) => {
        const cells = [id, severity, DIRECTIONS[direction], `**${title}.** ${why}`, fix];
        return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
      });
      const head = ['| rule | severity | direction | what and why | what to do |', '|---|---|---|---|---|'];
      return [`### ${theme}`, '', ...head, ...rows, ''].join('\n');
    })
    .join('\n');
}
