import {
  PublicKey as Address,
  Connection,
  LAMPORTS_PER_SOL,
  type PublicKey,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import {
  encodeBatchV1,
  encodeBatchV2,
  idl,
  LockstepError,
  sequence,
  settlementInstructions,
  tradeId,
  VersionBit,
} from '#client';
import type { Reason } from '#gate/can-ship';
import type { Venue } from '../../cli/src/start/venue.ts';
import { openVenue } from '../../cli/src/start/venue.ts';
import type { Sender } from '../../cli/src/transactions.ts';
import { createSender, step } from '../../cli/src/transactions.ts';
import type { SimChain } from './chain.ts';
import type { Desk } from './desk.ts';
import { refusalReason } from './reason.ts';
import type { Subject } from './subject.ts';
import { depositOfEach, INSTRUMENT, simConfig, TRADERS } from './terms.ts';

/** A funded market on the program that is tried. */
export interface SimMarket {
  readonly venue: Venue;
  readonly send: Sender;
  /** Whether the program's bytes route it. */
  readonly routesV2: boolean;
  /** A version that must be there and is not, in the program's own words. */
  readonly missing: Reason | undefined;
}

const FUNDS_SOL = 1_000;

/** @throws LockstepError TRANSACTION_REFUSED, TRANSACTION_LOST */
export async function openMarket(
  chain: SimChain,
  { keys }: Desk,
  { isWithoutV1 }: Pick<Subject, 'isWithoutV1'>,
  signal: AbortSignal,
): Promise<SimMarket> {
  const connection = new Connection(chain.rpcUrl, { commitment: 'confirmed', wsEndpoint: chain.wsUrl });
  const { operator, guardian, relayer } = keys;
  await Promise.all([operator, relayer].map(({ publicKey }) => fund(connection, publicKey)));
  const send = createSender(connection, operator, signal);
  const program = new Address(idl.address);
  const build = settlementInstructions(program);
  const admin = operator.publicKey;
  const place = { admin, guardian: guardian.publicKey, relayer: relayer.publicKey };
  const create = async (bit: number) => {
    const config = simConfig(place, bit);
    await send.together([step([build.initialize({ payer: admin, authority: admin, args: config })])]);
    return config;
  };
  // A program without V1 refuses to allow it; its market is opened all the same, for the probe to say so.
  const config = isWithoutV1
    ? await create(VersionBit.V2)
    : await create(VersionBit.V1).catch((error: unknown) => {
        if (error instanceof LockstepError && error.code === 'TRANSACTION_REFUSED') return create(VersionBit.V2);
        throw error;
      });
  const deposits = Array.from({ length: TRADERS }, depositOfEach);
  const venue = await openVenue({ connection, send, keys, instrument: INSTRUMENT, deposits, program, config });
  const [v1, v2] = [await probe(venue, relayer.publicKey, 1), await probe(venue, relayer.publicKey, 2)];
  return { venue, send, routesV2: v2 === undefined, missing: isWithoutV1 ? v2 : v1 };
}

async function fund(connection: Connection, key: PublicKey): Promise<void> {
  const signature = await connection.requestAirdrop(key, FUNDS_SOL * LAMPORTS_PER_SOL);
  await connection.confirmTransaction({ signature, ...(await connection.getLatestBlockhash()) });
}

/** Simulates an empty batch: the program's refusal when its bytes do not route the version, whatever the config allows. */
async function probe(
  { connection, program, market }: Venue,
  relayer: PublicKey,
  version: 1 | 2,
): Promise<Reason | undefined> {
  const data = emptyBatch(version);
  const message = new TransactionMessage({
    payerKey: relayer,
    recentBlockhash: (await connection.getLatestBlockhash()).blockhash,
    instructions: [settlementInstructions(program).settleBatch({ relayer, market, data })],
  });
  const transaction = new VersionedTransaction(message.compileToV0Message());
  const { value } = await connection.simulateTransaction(transaction, {
    sigVerify: false,
    replaceRecentBlockhash: true,
  });
  const refusal = value.err === null ? undefined : refusalReason(value.err, value.logs ?? [], `a batch of V${version}`);
  return refusal?.code === 'InvalidBatchVersion' ? refusal : undefined;
}

function emptyBatch(version: 1 | 2): Uint8Array {
  const first = sequence(1n);
  return version === 1
    ? encodeBatchV1({ sequence: first, trades: [] })
    : encodeBatchV2({ sequence: first, firstTradeId: tradeId(1n), prevDigestPrefix: 0n, trades: [] });
}
