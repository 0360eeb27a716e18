import { INSTRUCTION_ERRORS } from './instruction-errors.ts';

/** What an error says of itself, before anyone gives it meaning. */
export interface RawRefusal {
  readonly instructionIndex?: number;
  /** A custom code, or the runtime's own refusal by name. */
  readonly error: number | string;
}

interface Reported {
  readonly refusal: RawRefusal | undefined;
  readonly logs: readonly string[];
}

const CUSTOM_TEXT = /custom program error: 0x([0-9a-f]+)/;
const INSTRUCTION_TEXT = /Error processing Instruction (\d+): ([^.\n]+)/;
const INSTRUCTION_JSON = /"InstructionError":\[(\d+),(?:\{"Custom":(\d+)\}|"(\w+)")/;

/**
 * Finds the refusal and the logs in whatever a chain's client hands back: a code, RPC's `err`, `meta.err`, web3.js's
 * SendTransactionError and other errors that quote one, LiteSVM's FailedTransactionMetadata.
 */
export function readRefusal(err: unknown): Reported {
  if (typeof err === 'number') return { refusal: { error: err }, logs: [] };
  if (!isObject(err)) return { refusal: undefined, logs: [] };
  if (typeof err.err === 'function') return fromLiteSvm(err);
  const logs = stringsOf(err.logs);
  const refusal = fromRpc(err) ?? fromText(err.message) ?? fromLogs(logs);
  if (refusal === undefined && err.cause !== undefined) return readRefusal(err.cause);
  return { refusal, logs };
}

/** The first program line that failed is the innermost program, the one that refused. */
export function refusingProgram(logs: readonly string[]): string | undefined {
  for (const line of logs) {
    const program = /^Program (\w+) failed/.exec(line)?.[1];
    if (program !== undefined) return program;
  }
  return undefined;
}

function fromLogs(logs: readonly string[]): RawRefusal | undefined {
  const line = logs.find((candidate) => /^Program \w+ failed: /.test(candidate));
  return line === undefined ? undefined : withText(line.slice(line.indexOf(': ') + 2));
}

function fromRpc(err: Readonly<Record<string, unknown>>): RawRefusal | undefined {
  const found = err.InstructionError ?? (isObject(err.err) ? err.err.InstructionError : undefined);
  if (!Array.isArray(found)) return undefined;
  const [instructionIndex, inner]: unknown[] = found;
  if (typeof instructionIndex !== 'number') return undefined;
  if (typeof inner === 'string') return { instructionIndex, error: inner };
  return isObject(inner) && typeof inner.Custom === 'number' ? { instructionIndex, error: inner.Custom } : undefined;
}

function fromText(message: unknown): RawRefusal | undefined {
  if (typeof message !== 'string') return undefined;
  const json = INSTRUCTION_JSON.exec(message);
  if (json !== null) {
    const [, index, custom, name] = json;
    return { instructionIndex: Number(index), error: name ?? Number(custom) };
  }
  const processed = INSTRUCTION_TEXT.exec(message);
  if (processed === null) return undefined;
  const refusal = withText(processed[2] ?? '');
  return refusal && { instructionIndex: Number(processed[1]), ...refusal };
}

function withText(text: string): RawRefusal | undefined {
  const custom = CUSTOM_TEXT.exec(text)?.[1];
  if (custom !== undefined) return { error: Number.parseInt(custom, 16) };
  const name = INSTRUCTION_ERRORS.find(([, known]) => text.startsWith(known))?.[0];
  return name === undefined ? undefined : { error: name };
}

function fromLiteSvm(failed: Readonly<Record<string, unknown>>): Reported {
  const meta = called(failed, 'meta');
  const logs = stringsOf(isObject(meta) ? called(meta, 'logs') : undefined);
  const outer = called(failed, 'err');
  if (!isObject(outer) || typeof outer.index !== 'number') return { refusal: undefined, logs };
  const inner = called(outer, 'err');
  const error = isObject(inner) ? inner.code : typeof inner === 'number' ? INSTRUCTION_ERRORS[inner]?.[0] : undefined;
  const known = typeof error === 'number' || typeof error === 'string';
  return { refusal: known ? { instructionIndex: outer.index, error } : undefined, logs };
}

function called(object: Readonly<Record<string, unknown>>, method: string): unknown {
  const member = object[method];
  return typeof member === 'function' ? member.call(object) : undefined;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const stringsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((line) => typeof line === 'string') : [];
