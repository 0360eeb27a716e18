import type { Operation } from './journal.ts';
import { isDone } from './run.ts';

/** One row of the upgrade checklist; docs/runbooks/upgrade-checklist.md is the same list for people. */
interface Row {
  readonly action: string;
  readonly responsible: string;
  /** Steps that prove it. */
  readonly steps: readonly string[];
}

const CHECKLIST: readonly Row[] = [
  {
    action: 'Draft IDL changes: the new batch and trade format',
    responsible: 'Protocol Architect',
    steps: ['release'],
  },
  {
    action: 'Implement phase 1: V2 in the settlement program',
    responsible: 'Blockchain Engineer',
    steps: ['release', 'routes'],
  },
  { action: 'Deploy phase 1: upgrade the program', responsible: 'DevOps / MultiSig', steps: ['program'] },
  { action: 'Verify phase 1: V1 trades still settle', responsible: 'QA / Relayer Logs', steps: ['v1-settles'] },
  { action: 'Implement phase 2: engine and relayer use V2', responsible: 'C++ / Rust Engineer', steps: ['packages'] },
  {
    action: 'Deploy phase 2: rolling restart of relayer and engine',
    responsible: 'DevOps',
    steps: ['allow-both', 'relayer', 'engine', 'emit'],
  },
  { action: 'Monitor: settlement errors and latency', responsible: 'SRE', steps: ['watch'] },
];

export interface Ticked {
  readonly row: number;
  readonly action: string;
  readonly responsible: string;
  readonly done: boolean;
}

export const ticked = (operation: Operation | undefined): Ticked[] =>
  CHECKLIST.map(({ action, responsible, steps }, index) => ({
    ...{ row: index + 1, action, responsible },
    done: operation !== undefined && steps.every((name) => isDone(operation, name)),
  }));

export function* linesOf(rows: readonly Ticked[]): Generator<string> {
  for (const { row, action, responsible, done } of rows)
    yield `  [${done ? 'x' : ' '}] ${row} ${action} (${responsible})`;
}
