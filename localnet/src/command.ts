import { existsSync, readFileSync } from 'node:fs';
import { Keypair } from '@solana/web3.js';
import { Command } from 'commander';
import { type InitialAccount, readAccountFile } from './account-file.ts';
import { toAddress } from './address.ts';
import { DEFAULT_SLOT_MS, type Localnet, type LocalnetOptions, startLocalnet } from './localnet.ts';
import { LocalnetError } from './localnet-error.ts';
import type { LocalnetLogger } from './logger.ts';
import type { ProgramSpec } from './programs.ts';

/** Agave's own default, which wallets know as "localhost". */
const DEFAULT_RPC_PORT = 8899;
/** What --mint gives: a million SOL, in lamports. */
const MINT_LAMPORTS = 1_000_000_000_000_000n;

interface Flags {
  readonly rpcPort: string;
  readonly bindAddress: string;
  readonly slotMs: string;
  readonly upgradeableProgram: readonly string[];
  readonly bpfProgram: readonly string[];
  readonly account: readonly string[];
  readonly mint: readonly string[];
  readonly quiet: boolean;
  readonly json: boolean;
}

/** `localnet`: runs the node until SIGINT or SIGTERM. Flags are named like those of solana-test-validator. */
export function localnetCommand(): Command {
  return new Command('localnet')
    .description('run the embedded Solana node')
    .option('--rpc-port <port>', 'JSON-RPC port; the websocket takes the next one; 0 for any', `${DEFAULT_RPC_PORT}`)
    .option('--bind-address <host>', 'address to listen on', '127.0.0.1')
    .option('--slot-ms <ms>', 'length of a slot in milliseconds', `${DEFAULT_SLOT_MS}`)
    .option('--upgradeable-program <values...>', 'ADDRESS FILE AUTHORITY ("none" for nobody); repeatable', [])
    .option('--bpf-program <values...>', 'ADDRESS FILE, never to be upgraded; repeatable', [])
    .option('--account <values...>', 'ADDRESS FILE ("-" takes the address from the file); repeatable', [])
    .option('--mint <addresses...>', 'give each address a million SOL', [])
    .option('--quiet', 'print nothing', false)
    .option('--json', 'print one line of JSON when ready', false)
    .action(run);
}

async function run(flags: Flags): Promise<void> {
  const minted = flags.mint.map(readAddress);
  const options = readOptions(flags);
  // Listening comes before the start: whoever reads the ready line may signal at once.
  const signals = listenForSignals();
  try {
    const localnet = await startLocalnet(options);
    try {
      for (const address of minted) localnet.airdrop(address, MINT_LAMPORTS);
      if (!flags.quiet) process.stdout.write(readyText(localnet, flags.json));
      await signals.received;
    } finally {
      await localnet.close();
    }
  } finally {
    signals.ignore();
  }
}

function readOptions(flags: Flags): LocalnetOptions {
  return {
    port: wholeNumber('--rpc-port', flags.rpcPort),
    bindAddress: flags.bindAddress,
    slotMs: wholeNumber('--slot-ms', flags.slotMs),
    programs: readPrograms(flags),
    accounts: groupsOf(2, '--account', flags.account).map(([address = '', file = '']): InitialAccount => {
      return readAccountFile(address, file);
    }),
    logger: flags.quiet ? quietLogger : stderrLogger,
  };
}

function readPrograms(flags: Flags): ProgramSpec[] {
  const upgradeable = groupsOf(3, '--upgradeable-program', flags.upgradeableProgram).map(
    ([address = '', file = '', authority = '']): ProgramSpec => {
      const program = { programId: readAddress(address), file };
      return authority === 'none' ? program : { ...program, upgradeAuthority: readAddress(authority) };
    },
  );
  const fixed = groupsOf(2, '--bpf-program', flags.bpfProgram).map(
    ([address = '', file = '']): ProgramSpec => ({ programId: readAddress(address), file }),
  );
  return [...upgradeable, ...fixed];
}

/** An address, or a keypair file that stands for its public key. */
function readAddress(text: string): string {
  if (!existsSync(text)) return toAddress(text);
  try {
    return Keypair.fromSecretKey(new Uint8Array(JSON.parse(readFileSync(text, 'utf8')))).publicKey.toBase58();
  } catch (cause) {
    throw new LocalnetError('ADDRESS_INVALID', `${text} is no keypair file`, 'Give an address or a keypair.', cause);
  }
}

function groupsOf(size: number, flag: string, values: readonly string[]): string[][] {
  if (values.length % size !== 0) {
    throw new LocalnetError('OPTION_INVALID', `${flag} takes ${size} values`, 'See localnet --help.');
  }
  return Array.from({ length: values.length / size }, (_, index) => values.slice(index * size, (index + 1) * size));
}

function wholeNumber(flag: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new LocalnetError('OPTION_INVALID', `${flag} takes a whole number, not ${text}`, 'See localnet --help.');
}

function readyText({ rpcUrl, wsUrl, genesisHash }: Localnet, json: boolean): string {
  if (json) return `${JSON.stringify({ ready: true, rpcUrl, wsUrl, genesisHash })}\n`;
  return `Embedded Solana node\n  JSON-RPC   ${rpcUrl}\n  websocket  ${wsUrl}\n  genesis    ${genesisHash}\n`;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Until `ignore` is called the signals end nothing by themselves. */
function listenForSignals(): { readonly received: Promise<void>; ignore(): void } {
  let receive = () => {};
  const received = new Promise<void>((resolve) => {
    receive = resolve;
  });
  for (const signal of SIGNALS) process.on(signal, receive);
  return {
    received,
    ignore: () => {
      for (const signal of SIGNALS) process.off(signal, receive);
    },
  };
}

const quietLogger: LocalnetLogger = { debug: () => {}, error: writeError };
const stderrLogger: LocalnetLogger = { debug: writeError, error: writeError };

function writeError(message: string): void {
  process.stderr.write(`${message}\n`);
}
