import { PublicKey } from '@solana/web3.js';
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import type { Slot } from '#client';
import { slot, u64 } from '#client';
import { address, programOption, rpcOption, whole } from '../arguments.ts';
import type { CarryOutOptions } from './carry-out.ts';
import { KEYPAIR_ENV } from './signing.ts';

/** Where, and how the answer is printed: what every operator command takes. */
export interface PlaceOptions {
  readonly rpc: string;
  readonly program: PublicKey;
  readonly json: boolean;
}

/** What every change takes. */
export interface ChangeOptions extends PlaceOptions, CarryOutOptions {}

export const withPlace = (command: Command): Command =>
  command
    .addOption(rpcOption())
    .addOption(programOption())
    .option('--json', 'print the result as one line of JSON', false);

const MAX_PRIORITY_FEE = 1_000_000_000;

export const withSigning = (command: Command): Command =>
  withPlace(command)
    .addOption(
      new Option(
        '--keypair <file>',
        `who signs and pays: a Solana keypair file of mode 600 (or the key itself in ${KEYPAIR_ENV})`,
      ).env('LOCKSTEP_OPERATOR_KEYPAIR_FILE'),
    )
    .option('--dry-run', 'only simulate; needs no key', false)
    .option('-y, --yes', 'do not ask', false)
    .addOption(
      new Option('--commitment <level>', 'when it counts as done')
        .choices(['confirmed', 'finalized'])
        .default('confirmed'),
    )
    .option('--priority-fee <microlamports>', 'price of a compute unit', whole(0, MAX_PRIORITY_FEE), 0)
    .option('--export', 'print the unsigned transaction for a multisig or an offline key; needs no key', false)
    .option('--admin <address>', 'who will sign it (default: whoever the config names)', address)
    .option('--fee-payer <address>', 'who will pay for it (default: the signer)', address)
    .addOption(new Option('--blockhash <hash>', 'its blockhash (default: the newest)').argParser(blockhash))
    .addOption(new Option('--nonce <account>', 'a durable nonce instead').argParser(address).conflicts('blockhash'));

/** 32 bytes in base58, as an address is. */
const blockhash = (text: string): string => address(text).toBase58();

/** `none` stands for nobody. */
export const addressOrNone = (text: string): PublicKey => (text === 'none' ? PublicKey.default : address(text));

export function amount(text: string): bigint {
  try {
    return u64(text, 'value');
  } catch {
    throw new InvalidArgumentError('It must be a whole number below 2^64.');
  }
}

export const slotNumber = (text: string): Slot => slot(amount(text));
