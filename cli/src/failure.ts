import { CommanderError } from 'commander';
import { LockstepError } from '#client/errors';
import { InputError } from '#feeder/input-error';

/** What a command found is not as it should be: it has said what, and the exit code says so to scripts. */
export class CheckFailed extends LockstepError {}

/** Nobody can tell yet whether it is well: nothing was undone, and the same command goes on from here. */
export class Held extends LockstepError {}

/** The operator, or the system, ended the command. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly signal: InterruptSignal;

  constructor(signal: InterruptSignal) {
    super(`stopped by ${signal}`);
    this.signal = signal;
  }
}

export type InterruptSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** A shell reports 128 + the number of the signal that ended a command. */
const signalExitCodes: Readonly<Record<InterruptSignal, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** The reader of the output went away; a shell would say 128 + SIGPIPE. */
const EXIT_NO_READER = 141;
export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
/** Neither done nor failed. */
export const EXIT_HELD = 3;

/**
 * Refusals of other folders that mean: what the operator gave cannot be used. A place that is away, or that did not do what it was
 * asked, is none of these: the same command may work later.
 */
const usageCodes: ReadonlySet<string> = new Set([
  'CONFIG_INVALID',
  'KEYPAIR_UNREADABLE',
  'KEYPAIR_EXPOSED',
  'OPTION_INVALID',
  'ADDRESS_INVALID',
  'ACCOUNT_FILE_INVALID',
  'PROGRAM_UNREADABLE',
  'PROGRAM_REFUSED',
  'PROGRAM_REPLACED',
  'PORT_TAKEN',
  'HTTP_PORT_UNAVAILABLE',
  'SIGNER_MISSING',
  'CONFIRMATION_NEEDED',
  'REDIS_EVICTS',
  'MAINTENANCE_INVALID',
  'GATE_INPUT_UNREADABLE',
  'GATE_IDL_INVALID',
  'GATE_PROTO_INVALID',
  'GATE_MANIFEST_INVALID',
  'GATE_SIDES_DIFFER',
  'GATE_WAIVERS_INVALID',
  'GATE_SIZES_INVALID',
  'GATE_ENGINE_UNKNOWN',
  'GATE_RELEASE_MISSING',
  'GATE_MATRIX_MISSING',
  'GATE_MATRIX_INVALID',
  'GATE_CHAIN_UNREADABLE',
  'GATE_LOCK_INVALID',
  'GATE_RECORDING_INVALID',
  'GATE_OBJECT_INVALID',
  'GATE_FAILED',
]);

export function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return signalExitCodes[error.signal];
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
  if (isReaderGone(error)) return EXIT_NO_READER;
  if (error instanceof Held) return EXIT_HELD;
  const isUsage = error instanceof InputError || (isCoded(error) && usageCodes.has(error.code));
  return isUsage ? EXIT_USAGE : EXIT_FAILED;
}

/** Nobody is left to be told. */
export const isReaderGone = (error: unknown): boolean =>
  error instanceof Error && (error as NodeJS.ErrnoException).code === 'EPIPE';

/** The house's errors, of whatever class: the embedded node knows nothing of ours. */
function isCoded(error: unknown): error is Error & { code: string; advice: string } {
  const { code, advice } = error instanceof Error ? (error as Error & { code?: unknown; advice?: unknown }) : {};
  return typeof code === 'string' && typeof advice === 'string';
}

/** A failure as programs read it. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly advice: string;
}

export function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) {
    return {
      code: 'USAGE',
      message: oneLine(error.message.replace(/^error: /, '')),
      advice: 'See --help for the commands and their options.',
    };
  }
  if (error instanceof Interrupted) {
    return { code: 'INTERRUPTED', message: error.message, advice: 'Nothing was left running.' };
  }
  if (isCoded(error)) return { code: error.code, message: oneLine(error.message), advice: error.advice };
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'UNEXPECTED',
    message: oneLine(message),
    advice: 'Run again with DEBUG=lockstep to see where it happened, and report it.',
  };
}

/** `code: message`, then what to do; the stack only when asked for. */
export function describeFailure(error: unknown, debug: boolean): string {
  const { code, message, advice } = failureOf(error);
  const stack = debug && error instanceof Error ? `\n${error.stack}` : '';
  return `${code}: ${message}\n  ${advice}${stack}`;
}

const oneLine = (text: string): string => text.trim().replaceAll(/\s*\n\s*/g, ' ');
