import { LockstepError } from '#client';

/** What the operator gave cannot be used; nothing was started. `advice` says what to give instead. */
export class InputError extends LockstepError {}
