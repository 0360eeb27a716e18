import type { AccountKeys } from './account-keys.ts';
import { MEMO_PROGRAM, MEMO_V1_PROGRAM } from './well-known.ts';
import type { WireMessage } from './wire.ts';

/** The memos of a message as `getSignaturesForAddress` shows them: "[length] text; …"; null when it has none. */
export function memoOf(message: WireMessage, keys: AccountKeys): string | null {
  const memos: string[] = [];
  for (const { programIndex, data } of message.instructions) {
    const program = keys.at(programIndex);
    if (program !== MEMO_PROGRAM && program !== MEMO_V1_PROGRAM) continue;
    memos.push(`[${data.length}] ${new TextDecoder().decode(data)}`);
  }
  return memos.length === 0 ? null : memos.join('; ');
}
