import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { LockstepError } from '#client';

const stepSchema = z.object({
  name: z.string(),
  state: z.enum(['begun', 'done']),
  at: z.string(),
  evidence: z.record(z.string(), z.unknown()),
});

const operationSchema = z.object({
  v: z.literal(1),
  kind: z.enum(['rollout', 'rollback', 'hardfork']),
  state: z.enum(['running', 'held', 'failed', 'breached', 'done', 'aborted']),
  startedAt: z.string(),
  by: z.string(),
  reason: z.string(),
  /** What it was asked to do: the same when it is resumed. */
  target: z.record(z.string(), z.union([z.string(), z.boolean()])),
  /** Releases that ran when it began. */
  previous: z.object({ relayer: z.string(), engine: z.string() }),
  steps: z.array(stepSchema),
  /** What stopped it last. */
  message: z.string().optional(),
});

export type StepRecord = Readonly<z.infer<typeof stepSchema>>;
/** One rollout, rollback or hard fork, as it is written down. */
export type Operation = Readonly<z.infer<typeof operationSchema>>;
export type Kind = Operation['kind'];
export type Evidence = Readonly<Record<string, unknown>>;

/** Where a site's operations are written down. */
export const changesFolder = (siteFolder: string): string => join(siteFolder, 'changes');

const DIGITS = 6;
const NAME = /^(\d{6})\.json$/;

/**
 * The operations of a site, one file each, numbered. The newest one is in charge: an older one that still runs finds that out before its
 * next step, and stops.
 */
export class Journal {
  readonly #folder: string;

  constructor(siteFolder: string) {
    this.#folder = changesFolder(siteFolder);
  }

  /** The newest operation, with its number. @throws LockstepError JOURNAL_UNREADABLE */
  async newest(): Promise<Entry | undefined> {
    const number = (await this.numbers()).at(-1);
    return number === undefined ? undefined : this.read(number);
  }

  /** The newest one of a kind that satisfies `fits`. @throws LockstepError JOURNAL_UNREADABLE */
  async findLast(fits: (operation: Operation) => boolean): Promise<Entry | undefined> {
    for (const number of (await this.numbers()).reverse()) {
      const entry = await this.read(number);
      if (fits(entry.operation)) return entry;
    }
    return undefined;
  }

  /** Numbers of all operations, oldest first. */
  async numbers(): Promise<number[]> {
    const names = await readdir(this.#folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    return names
      .flatMap((name) => NAME.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((one, other) => one - other);
  }

  /** @throws LockstepError JOURNAL_BUSY when somebody else began one at the same moment */
  async begin(operation: Operation): Promise<Entry> {
    await mkdir(this.#folder, { recursive: true });
    const number = ((await this.numbers()).at(-1) ?? 0) + 1;
    const temporary = await written(this.#fileOf(number), operation);
    try {
      // Unlike a rename, a link never takes the place of what is there.
      await link(temporary, this.#fileOf(number));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      throw new LockstepError(
        'JOURNAL_BUSY',
        'another operation of this site began at the same moment',
        'Look with `lockstep rollout --show`, and decide again.',
      );
    } finally {
      await rm(temporary, { force: true });
    }
    return { number, operation };
  }

  async save({ number, operation }: Entry): Promise<void> {
    const file = this.#fileOf(number);
    await rename(await written(file, operation), file);
  }

  /** @throws LockstepError JOURNAL_UNREADABLE */
  async read(number: number): Promise<Entry> {
    const file = this.#fileOf(number);
    try {
      return { number, operation: operationSchema.parse(JSON.parse(await readFile(file, 'utf8'))) };
    } catch (cause) {
      throw new LockstepError(
        'JOURNAL_UNREADABLE',
        `${file} is not the journal of a rollout, rollback or hard fork`,
        'It was changed by hand or by another release. Move it away once you know from `lockstep config show` and the services where the site stands.',
        { cause },
      );
    }
  }

  #fileOf(number: number): string {
    return join(this.#folder, `${`${number}`.padStart(DIGITS, '0')}.json`);
  }
}

export interface Entry {
  readonly number: number;
  readonly operation: Operation;
}

/** Written beside its place and synced: what then takes the place is whole, whenever the machine stops. */
async function written(file: string, operation: Operation): Promise<string> {
  const temporary = `${file}.${process.pid}.${randomUUID()}.tmp`;
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(operation, bigintAsText, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return temporary;
}

const bigintAsText = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);
