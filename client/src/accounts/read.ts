import type { Commitment, Connection, PublicKey } from '@solana/web3.js';
import { clientError } from '../errors.ts';
import { configAddress } from '../pda.ts';
import type { Slot } from '../units.ts';
import { slot } from '../units.ts';
import type { GlobalConfig } from './config.ts';
import { decodeConfig } from './config.ts';
import type { Market, MarketHeader } from './market.ts';
import { decodeMarket, decodeMarketHeader, MARKET_HEADER_BYTES } from './market.ts';

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
  return read(connection, configAddress(programId), decodeConfig, { commitment });
}

/** The whole market, entries included. @throws LockstepError ACCOUNT_MISSING or ACCOUNT_UNREADABLE */
export function readMarket(connection: Connection, market: PublicKey, commitment?: Commitment): Promise<At<Market>> {
  return read(connection, market, decodeMarket, { commitment });
}

/** Only the header's bytes travel: cheap for any market. @throws LockstepError ACCOUNT_MISSING or ACCOUNT_UNREADABLE */
export function readMarketHeader(
  connection: Connection,
  market: PublicKey,
  commitment?: Commitment,
): Promise<At<MarketHeader>> {
  const dataSlice = { offset: 0, length: MARKET_HEADER_BYTES };
  return read(connection, market, decodeMarketHeader, { commitment, dataSlice });
}

async function read<T>(
  connection: Connection,
  address: PublicKey,
  decode: (data: Uint8Array) => T,
  config: { commitment: Commitment | undefined; dataSlice?: { offset: number; length: number } },
): Promise<At<T>> {
  const { commitment, ...rest } = config;
  const response = await connection.getAccountInfoAndContext(address, commitment ? { commitment, ...rest } : rest);
  if (response.value === null) throw clientError('ACCOUNT_MISSING', `there is no account ${address.toBase58()}`);
  return { value: decode(response.value.data), slot: slot(response.context.slot) };
}
