import { LockstepError } from '#client/errors';

const advice = {
  PROGRAM_MISSING: 'Correct --program and --rpc.',
  PROGRAM_FINAL: 'It stays as it is for ever: deploy the release at a new address, and move the market there.',
  NOT_UPGRADE_AUTHORITY:
    'Give the key of the upgrade authority with --keypair, or add --export where a multisig holds it.',
  BUFFER_FOREIGN: 'Close that buffer with its authority (`solana program close`), or fill one with another key.',
  BUFFER_INCOMPLETE: 'Run the command again: what was written stays, and only the rest is sent.',
  EXTEND_REFUSED:
    'The program account is too small for this object and cannot be extended here: ask whoever runs the cluster.',
  PROGRAM_DIFFERS: 'Do not unpause. Look with `lockstep program show`, and run the command again.',
  OBJECT_UNREADABLE: 'Give the shared object (.so) of a settlement program with --object.',
} as const;

export type UpgradeErrorCode = keyof typeof advice;

export const upgradeError = (code: UpgradeErrorCode, message: string, options?: ErrorOptions): LockstepError =>
  new LockstepError(code, message, advice[code], options);
