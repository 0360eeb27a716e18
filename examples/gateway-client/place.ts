import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PublicKey } from '@solana/web3.js';
import { baseLots, idl, quoteAtoms, readMarketHeader } from '#client';
import { instrumentOf } from '#feeder';
import { startLocalnet } from '#localnet';
import { freePort } from '../../cli/src/free-port.ts';
import { startPrivateRedis } from '../../cli/src/redis-server.ts';
import { releaseFile } from '../../cli/src/release/program.ts';
import { foreignVariables } from '../../cli/src/start/parts/command-process.ts';
import { newKeys, openVenue } from '../../cli/src/start/venue.ts';
import { createSender } from '../../cli/src/transactions.ts';
import { startWatchdog } from '../../cli/src/watchdog.ts';
import { startLockstep, until } from '../site.ts';
import type { Account } from './client.ts';

const SLOT_MS = 50;
const LAMPORTS = 1_000_000_000_000n;
/** A tick and a lot of 0.01. */
const STEP = { digits: 1n, scale: 2 };
const DEPOSIT = { baseLots: baseLots(1_000_000n), quoteAtoms: quoteAtoms(1_000_000_000n) };

/** A market of one's own where signed orders trade and settle. */
export interface ExamplePlace {
  /** Two funded entries, and the gateway they use. */
  readonly accounts: readonly [Account, Account];
  /** What `lockstep maintenance` is pointed at. */
  readonly lane: readonly string[];
  /** Trades on-chain. */
  settled(): Promise<bigint>;
  untilOpen(): Promise<void>;
  close(): Promise<void>;
}

/** Embedded node, Redis, a market with two entries, and the three processes: engine, relayer, gateway. */
export async function openPlace(): Promise<ExamplePlace> {
  const endings: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of endings.splice(0).reverse()) await end();
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), 'lockstep-gateway-client-'));
    endings.push(() => rm(folder, { recursive: true, force: true }));
    // Ends the processes and removes the folder when this one is ended, however.
    const watchdog = startWatchdog(folder);
    endings.push(() => watchdog.dismiss());
    const redis = await startPrivateRedis();
    endings.push(() => redis.stop());

    const keys = newKeys();
    const programId = new PublicKey(idl.address);
    const program = { programId, file: releaseFile(), upgradeAuthority: keys.operator.publicKey };
    const chain = await startLocalnet({ slotMs: SLOT_MS, programs: [program], finalizedAfterSlots: 8 });
    endings.push(() => chain.close());
    for (const { publicKey } of [keys.operator, keys.relayer]) chain.airdrop(publicKey, LAMPORTS);
    const connection = chain.connection('confirmed');
    const send = createSender(connection, keys.operator, new AbortController().signal);
    const instrument = instrumentOf(STEP, STEP);
    const venue = await openVenue({ connection, send, keys, instrument, deposits: [DEPOSIT, DEPOSIT] });
    const market = venue.market.toBase58();

    const write = async (name: string, value: unknown) => {
      const file = join(folder, name);
      await writeFile(file, JSON.stringify(value), { mode: 0o600 });
      return file;
    };
    const shared = { rpcUrl: chain.rpcUrl, redisUrl: redis.url, programId: `${programId}`, market, logLevel: 'error' };
    const keypairFile = await write('relayer-key.json', [...keys.relayer.secretKey]);
    const relayer = { ...shared, websocketUrl: chain.wsUrl, keypairFile, slotMs: SLOT_MS, finalityPollMs: 100 };
    const port = await freePort();
    const gateway = { ...shared, port };
    const journal = join(folder, 'orders');
    const engine = ['--redis', redis.url, '--market', market, '--traders', '2', '--rpc', chain.rpcUrl];
    const processes = [
      ['engine', ...engine, '--orders', journal],
      ['relayer', '--config', await write('relayer.json', relayer)],
      ['gateway', '--config', await write('gateway.json', gateway)],
    ].map((words) => startLockstep(words, foreignVariables()));
    for (const { child, result } of processes) {
      if (child.pid !== undefined) watchdog.guard(child.pid);
      endings.push(() => {
        child.kill('SIGTERM');
        return result;
      });
    }
    const ended = Promise.race(processes.map(({ result }) => result)).then(({ code, json }) => {
      throw new Error(`a process ended with ${code}: ${JSON.stringify(json)}`);
    });
    // Whoever waits for the place hears of it first.
    ended.catch(() => undefined);

    const url = `http://127.0.0.1:${port}`;
    const isOpen = async () => {
      const answer = await fetch(`${url}/maintenance`).catch(() => undefined);
      return ((await answer?.json()) as { status?: string } | undefined)?.status === 'open';
    };
    const untilOpen = () => Promise.race([ended, until(isOpen)]);
    await untilOpen();
    const account = (trader: 0 | 1): Account => {
      const secretKey = venue.traders[trader]?.owner.secretKey;
      if (secretKey === undefined) throw new Error(`the market has no entry ${trader}`);
      return { url, secretKey, trader };
    };
    return {
      accounts: [account(0), account(1)],
      lane: ['--redis', redis.url, '--lane', market],
      settled: async () => (await readMarketHeader(connection, venue.market, 'finalized')).value.tradesSettled,
      untilOpen,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
