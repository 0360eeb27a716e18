import type { Commitment, Connection, PublicKey } from '@solana/web3.js';
import { clientError } from '../errors.ts';
import { configAddress } from '../pda.ts';
import type { Slot } from '../units.ts';
import { slot } from '../units.ts';
import type { GlobalConfig } from './config.ts';
import { decodeConfig } from './config.ts';
import type { Market, MarketHeader, TraderEntry } from './market.ts';
import {
  decodeMarket,
  decodeMarketHeader,
  decodeTraderEntry,
  MARKET_HEADER_BYTES,
  traderEntrySlice,
} from './market.ts';

/** A value and the slot the node read it at. */
export interface At<T> {
  readonly value: T;
  readonly slot: Slot;
}

/** @throws LockstepError ACCOUNT_MISSING or ACCOUNT_UNREADABLE */
export function readConfig(
  connection: Connection,
  programId: PublicKey,
  commitment?: Commitment,
): Promise<At<GlobalConfig>> {
  const what = `settlement config of program ${programId.toBase58()}: it is not deployed or not initialised here; account`;
  return read(connection, configAddress(programId), decodeConfig, { what, commitment, programId });
}

/**
 * The whole market, entries included.
 * @param programId whose market it must be; without it any program's account that looks like a market is read
 * @throws LockstepError ACCOUNT_MISSING or ACCOUNT_UNREADABLE
 */
export function readMarket(
  connection: Connection,
  market: PublicKey,
  commitment?: Commitment,
  programId?: PublicKey,
): Promise<At<Market>> {
  return read(connection, market, decodeMarket, { what: 'market', commitment, programId });
}

/**
 * Only the header's bytes travel: cheap for any market.
 * @param programId whose market it must be; without it any program's account that looks like a market is read
 * @throws LockstepError ACCOUNT_MISSING or ACCOUNT_UNREADABLE
 */
export function readMarketHeader(
  connection: Connection,
  market: PublicKey,
  commitment?: Commitment,
  programId?: PublicKey,
): Promise<At<MarketHeader>> {
  const dataSlice = { offset: 0, length: MARKET_HEADER_BYTES };
  return read(connection, market, decodeMarketHeader, { what: 'market', commitment, programId, dataSlice });
}

/**
 * One trader's entry: only its bytes travel. Undefined when the market has no room for such an index; one that nobody has opened yet is
 * free and belongs to nobody.
 * @param programId whose market it must be; without it any program's account that looks like a market is read
 * @throws LockstepError ACCOUNT_MISSING or ACCOUNT_UNREADABLE
 */
export function readTraderEntry(
  connection: Connection,
  market: PublicKey,
  index: number,
  commitment?: Commitment,
  programId?: PublicKey,
): Promise<At<TraderEntry | undefined>> {
  const dataSlice = traderEntrySlice(index);
  return read(connection, market, decodeTraderEntry, { what: 'market', commitment, programId, dataSlice });
}

interface Reading {
  /** What the account is to the operator. */
  readonly what: string;
  readonly commitment: Commitment | undefined;
  readonly programId: PublicKey | undefined;
  readonly dataSlice?: { readonly offset: number; readonly length: number };
}

async function read<T>(
  connection: Connection,
  address: PublicKey,
  decode: (data: Uint8Array) => T,
  { what, commitment, programId, ...rest }: Reading,
): Promise<At<T>> {
  const response = await connection.getAccountInfoAndContext(address, commitment ? { commitment, ...rest } : rest);
  const account = response.value;
  if (account === null) throw clientError('ACCOUNT_MISSING', `there is no ${what} ${address.toBase58()}`);
  if (programId !== undefined && !account.owner.equals(programId)) {
    const owner = account.owner.toBase58();
    throw clientError('ACCOUNT_UNREADABLE', `account ${address.toBase58()} belongs to the program ${owner}`);
  }
  return { value: decode(account.data), slot: slot(response.context.slot) };
}
