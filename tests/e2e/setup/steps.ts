import type { Chain, Journal, Queue } from '#relayer';
import type { OutboxRow } from '../../../relayer/src/domain/row.ts';
import { stateOf } from '../../../relayer/src/domain/row.ts';
import type { SignatureStatus, Simulation, StatusReport } from '../../../relayer/src/ports.ts';

interface Ports {
  readonly journal: Journal;
  readonly queue: Queue;
  readonly chain: Chain;
}

/** A call of a port at which the process may end. */
export interface Moment {
  readonly port: keyof Ports;
  readonly method: string;
  readonly when: 'before' | 'after';
  /** Whether this call is the one that is meant. */
  readonly matches: (args: readonly unknown[], result: unknown) => boolean;
}

const anyCall = () => true;

const moment = <P extends keyof Ports>(
  when: Moment['when'],
  port: P,
  method: keyof Ports[P] & string,
  matches: Moment['matches'] = anyCall,
): Moment => ({ port, method, when, matches });

const saved = (matches: (row: OutboxRow, rejected: number) => boolean): Moment =>
  moment('after', 'journal', 'save', ([row, rejected = []]) =>
    matches(row as OutboxRow, (rejected as readonly unknown[]).length),
  );

const some = ([rows]: readonly unknown[]): boolean => (rows as readonly OutboxRow[]).length > 0;
const hasLanded = (status: SignatureStatus | null): boolean =>
  status !== null && status.error === undefined && status.commitment !== 'processed';

/** A batch's way, and a start's, moment by moment: after each of them a crash must lose nothing and settle nothing twice. */
export const STEPS = {
  'lane claimed': moment('before', 'journal', 'halt'),
  'rows dropped': moment('after', 'journal', 'drop', some),
  'queue rebuilt': moment('after', 'queue', 'rebuild'),
  'row written': saved((row, rejected) => row.attempts.length === 0 && rejected === 0),
  'pointer added': moment('after', 'queue', 'add'),
  'void noted': saved((_, rejected) => rejected > 0),
  simulated: moment('after', 'chain', 'simulate', (_, result) => (result as Simulation).kind === 'accepted'),
  signed: moment('after', 'chain', 'sign'),
  'signed bytes written': saved((row) => stateOf(row) === 'sent'),
  sent: moment('after', 'chain', 'send'),
  'landing seen': moment('after', 'chain', 'statuses', (_, result) =>
    (result as StatusReport).statuses.some(hasLanded),
  ),
  'landing written': saved((row) => stateOf(row) === 'landed'),
  'finality seen': moment('before', 'journal', 'retire', some),
  'rows retired': moment('after', 'journal', 'retire', some),
} as const satisfies Record<string, Moment>;

export type StepName = keyof typeof STEPS;

export const stepNames = Object.keys(STEPS) as StepName[];
