/** What can be wrong with how the node is set up or driven. Codes are never renamed. */
export type LocalnetErrorCode =
  | 'ADDRESS_INVALID'
  | 'ACCOUNT_FILE_INVALID'
  | 'OPTION_INVALID'
  | 'PORT_TAKEN'
  | 'PROGRAM_REFUSED'
  | 'PROGRAM_UNREADABLE'
  | 'PROGRAM_REPLACED'
  | 'SLOT_NOT_AHEAD'
  | 'FAUCET_EMPTY';

export class LocalnetError extends Error {
  readonly code: LocalnetErrorCode;
  /** What to do about it. */
  readonly advice: string;

  constructor(code: LocalnetErrorCode, message: string, advice: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'LocalnetError';
    this.code = code;
    this.advice = advice;
  }
}
