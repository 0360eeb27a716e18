import { readFile } from 'node:fs/promises';
import { PublicKey } from '@solana/web3.js';
import { z } from 'zod';
import { LockstepError } from '#client';

/** Documentation of a setting; a page under docs/reference is held against it. */
export interface FieldDoc {
  readonly unit: string;
  /** Environment variable that sets it. */
  readonly env: string;
}

const docs = z.registry<FieldDoc>();

/** A setting with its documentation. `env` goes without its prefix. */
export function field<T extends z.ZodType>(schema: T, unit: string, env: string, description: string): T {
  const described = schema.describe(description);
  docs.add(described, { unit, env: `LOCKSTEP_${env}` });
  return described;
}

export const docOf = (schema: z.ZodType): FieldDoc | undefined => docs.get(schema);

export const addressField = z.string().refine(isAddress, 'is not a base58 address of 32 bytes');
const url = (protocol: RegExp) => z.url({ protocol });
export const redisUrlField = url(/^rediss?$/);
/** Without user name and password: a request is never sent with them, and an error that quotes the URL would show them. */
export const openUrl = (protocol: RegExp) =>
  url(protocol).refine(hasNoCredentials, 'must not hold a user name or password; no request is sent with them');
/** The environment only has text. */
const digits = z.string().regex(/^\d+$/).transform(Number);
export const whole = (min: number, max: number) => z.union([z.int(), digits]).pipe(z.int().min(min).max(max));
export const flag = z.union([z.boolean(), z.stringbool()]);
/** A list; in the environment with commas between. */
export const listOf = <T extends z.ZodType<unknown, string>>(item: T, max: number) =>
  z
    .union([z.string().transform((text) => text.split(',').map((one) => one.trim())), z.array(z.string())])
    .pipe(z.array(item).max(max));

/** A program's settings: their schema, and what is said of wrong ones. */
export interface Settings<Schema extends z.ZodType> {
  readonly schema: Schema;
  readonly fields: Readonly<Record<string, z.ZodType>>;
  readonly invalid: (message: string) => LockstepError;
}

/** @throws LockstepError as `invalid` makes it, naming every wrong field; values are not quoted */
export function parseSettings<Schema extends z.ZodType>(settings: Settings<Schema>, input: unknown): z.output<Schema> {
  const parsed = settings.schema.safeParse(input, {
    error: ({ input: value }) => (value === undefined ? 'is required' : undefined),
  });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => {
    const name = path.join('.') || 'config';
    return message.startsWith('is ') ? `${name} ${message}` : `${name}: ${message}`;
  });
  throw settings.invalid(problems.join('; '));
}

/**
 * Reads the settings: the file's, overruled by the environment's.
 * @throws LockstepError CONFIG_INVALID
 */
export async function loadSettings<Schema extends z.ZodType>(
  settings: Settings<Schema>,
  file: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<z.output<Schema>> {
  const fromEnv = Object.entries(settings.fields).flatMap(([name, schema]) => {
    const value = env[docOf(schema)?.env ?? ''];
    return value === undefined ? [] : [[name, value]];
  });
  const fromFile = file === undefined ? {} : await readObject(file, settings.invalid);
  return parseSettings(settings, { ...fromFile, ...Object.fromEntries(fromEnv) });
}

/** The settings as a table of Markdown, as the reference pages have it. */
export function settingsTableOf(fields: Readonly<Record<string, z.ZodType>>): string {
  const rows = Object.entries(fields).map(([name, schema]) => {
    const { unit = '', env = '' } = docOf(schema) ?? {};
    return `| \`${name}\` | \`${env}\` | ${unit} | ${defaultOf(schema)} | ${schema.description} |`;
  });
  return ['| setting | variable | unit | default | |', '|---|---|---|---|---|', ...rows].join('\n');
}

function defaultOf(schema: z.ZodType): string {
  const { success, data } = schema.safeParse(undefined);
  if (!success) return 'required';
  return data === undefined || `${data}` === '' ? '' : `\`${data}\``;
}

async function readObject(file: string, invalid: (message: string) => LockstepError): Promise<object> {
  const value = await readJson(file, invalid);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw invalid(`${file} is not a JSON object`);
}

async function readJson(file: string, invalid: (message: string) => LockstepError): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      const advice = 'Correct the path after --config; settings may also come from LOCKSTEP_* environment variables.';
      throw new LockstepError('CONFIG_INVALID', `there is no file ${file}`, advice);
    }
    // A syntax error quotes what it found, which may be a password.
    const why = error instanceof Error && 'code' in error ? error.code : 'not valid JSON';
    throw invalid(`${file}: ${why}`);
  }
}

function hasNoCredentials(text: string): boolean {
  if (!URL.canParse(text)) return true;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}

function isAddress(text: string): boolean {
  try {
    return new PublicKey(text).toBase58() === text;
  } catch {
    return false;
  }
}
