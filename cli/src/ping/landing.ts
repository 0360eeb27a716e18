import { createPublicKey, verify } from 'node:crypto';
import type { TransactionInstruction, VersionedTransactionResponse } from '@solana/web3.js';
import type { SettlementEvent } from '#client';
import { executedInstructions, fromBase58, parseEvents } from '#client';
import { transactionOf } from '../lane-history.ts';
import type { Differences } from '../start/differences.ts';
import type { FlightKind, FlightPlace } from './flight.ts';

/** What was sent, and what it must have done. */
export interface Sent {
  readonly kind: FlightKind;
  readonly nonce: bigint | undefined;
  readonly instruction: TransactionInstruction;
  readonly signature: string;
  readonly rootBefore: Uint8Array;
  readonly root: Uint8Array;
}

/** Names of the events that say that it landed. */
const EVENTS: Readonly<Record<FlightKind, string>> = { ping: 'HeartbeatLanded', batch: 'BatchSettled' };
/** What node:crypto wants before the 32 bytes of an ed25519 key: SubjectPublicKeyInfo, RFC 8410. */
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** Holds the transaction the node tells of against what was signed: signature, instruction, outcome, event. */
export async function compareLanding(place: FlightPlace, sent: Sent, differences: Differences): Promise<void> {
  const transaction = await transactionOf(place.connection, sent.signature);
  const { message, signatures } = transaction.transaction;
  const [told] = signatures;
  differences.compare('signature', sent.signature, told ?? 'none');
  const key = createPublicKey({
    key: Buffer.concat([ED25519_SPKI, place.signer.publicKey]),
    format: 'der',
    type: 'spki',
  });
  const isSigned = verify(undefined, message.serialize(), key, signatureBytes(told));
  differences.compare("relayer's signature over the transaction", 'valid', isSigned ? 'valid' : 'invalid');
  const ran = executedInstructions(transaction, place.program).map(({ data }) => data);
  differences.compare('instructions', [sent.instruction.data], ran);
  differences.compare('outcome', 'success', outcomeOf(transaction));
  const events = parseEvents(transaction.meta?.logMessages ?? [], place.program);
  const own = events.filter(({ name }) => name === EVENTS[sent.kind]);
  differences.compare(`events ${EVENTS[sent.kind]}`, 1, own.length);
  for (const event of own.slice(0, 1)) compareEvent(place, sent, event, differences);
}

function compareEvent({ market }: FlightPlace, sent: Sent, { name, data }: SettlementEvent, found: Differences): void {
  const { rootBefore, root, nonce } = sent;
  found.compare(name, { market, ...(nonce === undefined ? { count: 0 } : { nonce }), rootBefore, root }, data);
}

const signatureBytes = (signature: string | undefined): Uint8Array =>
  signature === undefined ? new Uint8Array() : fromBase58(signature);

const outcomeOf = ({ meta }: VersionedTransactionResponse): string =>
  meta?.err == null ? 'success' : JSON.stringify(meta.err);
