import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LockstepError } from '#client';

/** A file to append to, which will be there after a crash. @throws LockstepError JOURNAL_UNWRITABLE */
export async function openAppending(file: string): Promise<FileHandle> {
  try {
    const handle = await open(file, 'a+', 0o600);
    const folder = await open(dirname(file), 'r');
    // The name of a new file is not durable before its folder is.
    await folder.sync().finally(() => folder.close());
    return handle;
  } catch (cause) {
    throw unwritable(file, String(cause), cause);
  }
}

/** Returns when the line will be there after any crash. @throws LockstepError JOURNAL_UNWRITABLE */
export async function appendLine(handle: FileHandle, file: string, line: string): Promise<void> {
  try {
    await handle.appendFile(`${line}\n`);
    await handle.sync();
  } catch (cause) {
    throw unwritable(file, String(cause), cause);
  }
}

/** What `read` makes of the JSON of a line. @throws LockstepError JOURNAL_UNREADABLE */
export function readLine<T>(file: string, line: string, read: (value: unknown) => T): T {
  try {
    return read(JSON.parse(line));
  } catch (cause) {
    throw new LockstepError(
      'JOURNAL_UNREADABLE',
      `${file}: a line is not as an engine writes it: ${line.slice(0, 80)}`,
      'Give the journal this engine wrote, whole; a new one must not exist yet, or be empty.',
      { cause },
    );
  }
}

export const unwritable = (file: string, why: string, cause?: unknown): LockstepError =>
  new LockstepError(
    'JOURNAL_UNWRITABLE',
    `${file}: ${why}`,
    'Correct what is named, then start the engine again; nothing was emitted without being written there first.',
    { cause },
  );

export const foreignJournal = (file: string, whose: string): LockstepError =>
  new LockstepError(
    'JOURNAL_FOREIGN',
    `${file} is the journal of ${whose}`,
    'Give the journal this engine wrote for this market, with the very input it had; or a new file when it never wrote one.',
  );
