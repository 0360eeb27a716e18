import type { PublicKey } from '@solana/web3.js';
import { Connection, type Keypair, SystemProgram } from '@solana/web3.js';
import { marketSpace } from '#client';
import { InputError } from '#feeder';
import { fromNode, withoutSecrets } from '../../rpc.ts';
import { createSender, step } from '../../transactions.ts';
import { OWNER_LAMPORTS } from '../traders.ts';
import { capacityFor, newKeys } from '../venue.ts';
import { usableConfig } from './config.ts';
import { deployObject } from './deploy.ts';
import { operatorFrom, operatorFromFaucet, requireFunds } from './operator.ts';
import type { ChainPlace, RunBase, RunSize } from './place.ts';
import { findProgram, objectToDeploy } from './program.ts';

export interface ClusterOptions {
  readonly rpc: string;
  readonly ws?: string | undefined;
  /** File of the key that pays, and is admin. */
  readonly keypair?: string | undefined;
  readonly program?: PublicKey | undefined;
  /** Deployed where there is no program. */
  readonly release: string;
}

const SLOT_MS = 400;
const POLL_MS = 400;
const MAINNET_GENESIS = '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d';
const TOKEN_ACCOUNT_BYTES = 165;
const FEE_LAMPORTS = 5_000;
/** A batch has at least one trade; most have dozens, and some are signed twice. */
const RELAYER_BASE_LAMPORTS = 50_000_000;
/** Config, mints, fees of setting up. */
const OTHER_LAMPORTS = 200_000_000;

/**
 * A cluster somebody else runs, with a settlement program the run may use: the one named, the one at the IDL's address, or one it
 * deploys itself.
 * @throws LockstepError RPC_UNAVAILABLE; InputError MAINNET_REFUSED, PROGRAM_*, CONFIG_*, DEPLOY_REFUSED, FAUCET_REFUSED, FUNDS_MISSING
 */
export function clusterChain(options: ClusterOptions, size: RunSize, base: RunBase): Promise<ChainPlace> {
  return fromNode(options.rpc, () => openCluster(options, size, base));
}

async function openCluster(options: ClusterOptions, size: RunSize, base: RunBase): Promise<ChainPlace> {
  const { rpc, ws } = options;
  const endpoints = ws === undefined ? {} : { wsEndpoint: ws };
  const connection = new Connection(rpc, { commitment: 'confirmed', disableRetryOnRateLimit: true, ...endpoints });
  await refuseMainnet(connection);
  const found = await findProgram(connection, options.program);
  const missing = found === undefined ? objectToDeploy(options.release) : undefined;
  const lamports = await needOf(connection, size, missing?.object.length ?? 0);
  const operator = await operatorOf(connection, options.keypair, lamports, base.signal);
  const keys = { ...newKeys(), operator };
  const world = { ...base, connection, keys, send: createSender(connection, operator, base.signal) };

  const place = found ?? {
    program: await deployObject(missing?.object ?? Buffer.alloc(0), missing?.version ?? '', {
      ...world,
      payer: operator,
    }),
    version: missing?.version ?? '',
    upgradeAuthority: operator.publicKey,
  };
  const config = await usableConfig(place, world);
  await world.send.together([
    step([
      SystemProgram.transfer({
        fromPubkey: operator.publicKey,
        toPubkey: keys.relayer.publicKey,
        lamports: relayerLamports(size),
      }),
    ]),
  ]);
  return {
    ...{ rpcUrl: rpc, wsUrl: ws, connection, keys, program: place.program, config },
    slotMs: SLOT_MS,
    pollMs: POLL_MS,
    description: `node ${withoutSecrets(rpc)} · settlement ${place.version} at ${place.program} · paid by ${operator.publicKey}`,
  };
}

/** @throws InputError MAINNET_REFUSED */
async function refuseMainnet(connection: Connection): Promise<void> {
  if ((await connection.getGenesisHash()) !== MAINNET_GENESIS) return;
  throw new InputError(
    'MAINNET_REFUSED',
    'this is mainnet-beta: start makes mints, traders and trades to try things out',
    'Use a test cluster; on mainnet run `lockstep relayer` for a market of your own.',
  );
}

async function operatorOf(
  connection: Connection,
  file: string | undefined,
  lamports: number,
  signal: AbortSignal,
): Promise<Keypair> {
  if (file === undefined) return operatorFromFaucet(connection, lamports, signal);
  const operator = await operatorFrom(file);
  await requireFunds(connection, operator, lamports);
  return operator;
}

const relayerLamports = ({ trades }: RunSize): number => RELAYER_BASE_LAMPORTS + trades * FEE_LAMPORTS;

/** What a run may take in lamports; most of it is rent. @param objectBytes of a program to deploy, 0 for none */
async function needOf(connection: Connection, size: RunSize, objectBytes: number): Promise<number> {
  const rent = (bytes: number) => connection.getMinimumBalanceForRentExemption(bytes);
  const market = await rent(marketSpace(capacityFor(size.traders)));
  const trader = OWNER_LAMPORTS + 2 * (await rent(TOKEN_ACCOUNT_BYTES)) + 4 * FEE_LAMPORTS;
  const program = objectBytes === 0 ? 0 : 2 * (await rent(objectBytes));
  return program + market + size.traders * trader + relayerLamports(size) + OTHER_LAMPORTS;
}
