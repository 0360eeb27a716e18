import { ACCOUNT_SIZE, AccountLayout, MINT_SIZE, MintLayout, TOKEN_PROGRAM_ID } from '@solana/spl-token';
import { PublicKey } from '@solana/web3.js';
import type { Chain } from './chain.ts';

/** Puts an SPL mint in place; `decimals` are display only, the program counts atoms. */
export function putMint(chain: Chain, mint: PublicKey, owner = TOKEN_PROGRAM_ID): void {
  const data = Buffer.alloc(MINT_SIZE);
  MintLayout.encode(
    {
      mintAuthorityOption: 0,
      mintAuthority: PublicKey.default,
      supply: 0xffff_ffff_ffff_ffffn,
      decimals: 6,
      isInitialized: true,
      freezeAuthorityOption: 0,
      freezeAuthority: PublicKey.default,
    },
    data,
  );
  chain.put(mint, { data, owner, lamports: chain.rent(MINT_SIZE) });
}

/** Puts a token account in place, or changes what it holds. */
export function putTokens(
  chain: Chain,
  key: PublicKey,
  holding: { mint: PublicKey; owner: PublicKey; amount: bigint; program?: PublicKey },
): void {
  const data = Buffer.alloc(ACCOUNT_SIZE);
  AccountLayout.encode(
    {
      mint: holding.mint,
      owner: holding.owner,
      amount: holding.amount,
      delegateOption: 0,
      delegate: PublicKey.default,
      state: 1,
      isNativeOption: 0,
      isNative: 0n,
      delegatedAmount: 0n,
      closeAuthorityOption: 0,
      closeAuthority: PublicKey.default,
    },
    data,
  );
  const program = holding.program ?? TOKEN_PROGRAM_ID;
  chain.put(key, { data, owner: program, lamports: chain.rent(ACCOUNT_SIZE) });
}

export const tokensOf = (chain: Chain, key: PublicKey): bigint => AccountLayout.decode(chain.data(key)).amount;
