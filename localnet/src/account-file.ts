/** Account dumps as `solana account --output json` writes them and solana-test-validator's --account reads them. */
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { toAddress } from './address.ts';
import { LocalnetError } from './localnet-error.ts';

export interface InitialAccount {
  readonly address: string;
  readonly lamports: bigint;
  readonly owner: string;
  readonly data: Uint8Array;
  readonly executable: boolean;
}

const dump = z.object({
  pubkey: z.string(),
  account: z.object({
    lamports: z.number().int().nonnegative(),
    data: z.tuple([z.base64(), z.literal('base64')]),
    owner: z.string(),
    executable: z.boolean(),
  }),
});

/** `address` "-" takes the address from the file. Throws ACCOUNT_FILE_INVALID or ADDRESS_INVALID. */
export function readAccountFile(address: string, file: string): InitialAccount {
  const { pubkey, account } = parse(file);
  return {
    address: toAddress(address === '-' ? pubkey : address),
    lamports: BigInt(account.lamports),
    owner: toAddress(account.owner),
    data: new Uint8Array(Buffer.from(account.data[0], 'base64')),
    executable: account.executable,
  };
}

function parse(file: string): z.infer<typeof dump> {
  const text = read(file);
  try {
    return dump.parse(JSON.parse(text));
  } catch (cause) {
    const advice = 'Give JSON as `solana account --output json` writes it, with the data in base64.';
    throw new LocalnetError('ACCOUNT_FILE_INVALID', `${file} is no account dump`, advice, cause);
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    const message = isMissing ? `${file} does not exist` : `${file} can't be read`;
    throw new LocalnetError('ACCOUNT_FILE_INVALID', message, 'Name the account dump to load.', cause);
  }
}
