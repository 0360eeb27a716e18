import { LockstepError } from '#client/errors';

const advice = {
  RELEASE_UNKNOWN: 'Install it first, from the folder that releases/ has of it.',
  RELEASE_DIFFERS:
    'Give the new package a version of its own, or remove the installed folder while nothing runs from it.',
  PACKAGE_UNPACKABLE: 'See that tar is installed, and that the disk has room; nothing was installed.',
  WANTED_INVALID: 'Write a version such as 0.2.0, or none; until then nothing changes.',
  SERVICE_RUNNING: 'Leave it to that one, or end it first: a lane has one supervisor.',
  SERVICE_UNSUPPORTED: 'Run it on Linux: a process is told from a later one with its number by /proc.',
} as const;

export type ServiceErrorCode = keyof typeof advice;

export const serviceError = (code: ServiceErrorCode, message: string, options?: ErrorOptions): LockstepError =>
  new LockstepError(code, message, advice[code], options);
