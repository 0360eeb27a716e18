import { LockstepError } from '#client/errors';

/** What the operator gave cannot be used; nothing was started. `advice` says what to give instead. */
export class InputError extends LockstepError {}

const systemReasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'you may not read it',
  EISDIR: 'it is a directory',
};

/** Why a file the operator named cannot be used, in words. */
export function fileReason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if (cause instanceof SyntaxError) return 'it is no JSON';
  return systemReasons[(cause as NodeJS.ErrnoException).code ?? ''] ?? cause.message;
}
