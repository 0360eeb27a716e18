import type { AccountKeys } from './account-keys.ts';
import type { AccountState } from './svm.ts';
import { isTokenProgram, parseMint, parseTokenAccount, type TokenAmount, tokenAmount } from './token.ts';

export interface TokenBalance {
  readonly accountIndex: number;
  readonly mint: string;
  readonly owner: string;
  readonly programId: string;
  readonly amount: TokenAmount;
}

export interface Balances {
  readonly lamports: readonly bigint[];
  readonly tokens: readonly TokenBalance[];
}

/** Where balances are read from: the chain, or the chain as a simulation would leave it. */
export interface BalanceSource {
  getBalance(address: string): bigint;
  getOwner(address: string): string | undefined;
  getAccount(address: string): AccountState | undefined;
}

/** Lamports of every account of a transaction, and the token amounts of those that are token accounts. */
export function readBalances(keys: AccountKeys, source: BalanceSource): Balances {
  const tokens: TokenBalance[] = [];
  const lamports = keys.all.map((address, accountIndex) => {
    const balance = source.getBalance(address);
    if (balance > 0n && !keys.isInvoked(accountIndex)) {
      const token = readTokenBalance(address, accountIndex, source);
      if (token !== undefined) tokens.push(token);
    }
    return balance;
  });
  return { lamports, tokens };
}

/** The owner is asked for first: most accounts are not token accounts, and some are large. */
function readTokenBalance(address: string, accountIndex: number, source: BalanceSource): TokenBalance | undefined {
  const programId = source.getOwner(address);
  if (programId === undefined || !isTokenProgram(programId)) return undefined;
  const account = source.getAccount(address);
  const token = account === undefined ? undefined : parseTokenAccount(account);
  const mintAccount = token === undefined ? undefined : source.getAccount(token.mint);
  const mint = mintAccount === undefined ? undefined : parseMint(mintAccount);
  if (token === undefined || mint === undefined) return undefined;
  const { mint: mintAddress, owner, amount } = token;
  return { accountIndex, mint: mintAddress, owner, programId, amount: tokenAmount(amount, mint.decimals) };
}
