/** Where a command's words go: people's and programs' never mix. */
export interface Output {
  /** Whether the caller asked for JSON: then people's text goes to standard error. */
  readonly json: boolean;
  /** Whether people's text goes to a terminal, where a line can be written over. */
  readonly isTerminal: boolean;
  /** Writes people's text as it is. */
  write(text: string): void;
  /** Writes one line for people. */
  say(line: string): void;
  /** Writes the command's result as one line of JSON, if that was asked for. */
  result(value: unknown): void;
}

export interface Streams {
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** Where a question is answered; without it nobody can be asked. */
  readonly stdin?: NodeJS.ReadableStream & { readonly isTTY?: boolean };
}

export function createOutput(json: boolean, { stdout, stderr }: Streams): Output {
  const people = json ? stderr : stdout;
  return {
    json,
    isTerminal: people.isTTY === true,
    write: (text) => void people.write(text),
    say: (line) => void people.write(`${line}\n`),
    result: (value) => {
      if (json) stdout.write(`${toJson(value)}\n`);
    },
  };
}

/** JSON of what the client returns: u64 as decimal text, addresses in base58, bytes in hex. */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(plain(value), undefined, indent);
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if (isAddress(value)) return value.toBase58();
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** Asked for what it can do: every command prints, and not every one needs web3.js for it. */
const isAddress = (value: object): value is { toBase58(): string } =>
  'toBase58' in value && typeof value.toBase58 === 'function';
