import { VersionBit } from '#client';
import { versionsText } from '../operator/names.ts';
import type { RelayerSaid } from '../relayer-status.ts';
import type { StreamStatus } from './stream.ts';

/** What the relayer says, or that it does not answer. */
export function* relayerLines(url: string, said: RelayerSaid | undefined): Generator<string> {
  if (said === undefined) return yield `relayer says        nothing: ${new URL(url).origin} does not answer`;
  const speaks = said.speaks?.map((version) => `V${version}`).join('+') ?? 'unknown versions';
  const { release = 'of unknown release', state = 'in no state', pending = 0 } = said;
  yield `relayer says        ${state}, ${pending} trades pending; ${release}, speaks ${speaks}`;
  if (said.blocked !== undefined) yield `blocked             ${said.blocked.code}: ${said.blocked.reason}`;
}

/** What of the stream waits for the chain, and why. */
export function* streamLines({ engine, unsettled, maxVersion }: StreamStatus, allowed: number): Generator<string> {
  const { isAlive, release = 'of unknown release', emit = '1', spoken, lastId } = engine;
  const writes = `writes schema ${emit} of ${spoken.join(', ') || 'unknown'}, last trade ${lastId}`;
  yield `engine              ${isAlive ? writes : `not there; its last word: ${writes}`}; ${release}`;
  if (maxVersion !== undefined) yield `lane control        batches of V${maxVersion} at most`;
  const { v2Only, firstV2Only, after } = unsettled;
  if (firstV2Only === undefined) return;
  yield `need V2             ${v2Only} trades above ${after}, the first is ${firstV2Only}`;
  if (allowsV2(allowed, maxVersion)) return;
  const why =
    (allowed & VersionBit.V2) === 0 ? `the config allows ${versionsText(allowed)}` : 'lane control forbids V2';
  yield `blocked at          trade ${firstV2Only} and all behind it: V2_ONLY_TRADE, ${why}`;
}

/** The trade the lane can't get past as things are; undefined when there is none. */
export const blockedTrade = ({ unsettled, maxVersion }: StreamStatus, allowed: number): bigint | undefined =>
  allowsV2(allowed, maxVersion) ? undefined : unsettled.firstV2Only;

const allowsV2 = (allowed: number, maxVersion = 2): boolean => (allowed & VersionBit.V2) !== 0 && maxVersion >= 2;
