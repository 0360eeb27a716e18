import { idl } from '../idl.ts';
import { structSize } from '../layout.ts';

/** Bytes of an event of the IDL whose fields differ: each byte tells its place. */
export function patternedEvent(name: string): Uint8Array {
  const discriminator = idl.events.find((event) => event.name === name)?.discriminator ?? [];
  const body = Array.from({ length: structSize(name) }, (_, i) => i & 0xff);
  return Uint8Array.from([...discriminator, ...body]);
}

/** The line a program logs it as. */
export const eventLine = (bytes: Uint8Array): string => `Program data: ${Buffer.from(bytes).toString('base64')}`;
