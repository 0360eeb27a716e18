/** SPL Token through @solana/spl-token: the programs are there, balances and supplies are answered. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import {
  approve,
  burn,
  closeAccount,
  createAccount,
  createMint,
  createSyncNativeInstruction,
  getAccount,
  getAssociatedTokenAddressSync,
  getMint,
  getOrCreateAssociatedTokenAccount,
  mintTo,
  NATIVE_MINT,
  TOKEN_2022_PROGRAM_ID,
  TOKEN_PROGRAM_ID,
  transfer as transferTokens,
} from '@solana/spl-token';
import { type Connection, Keypair, type PublicKey } from '@solana/web3.js';
import type { Chain } from '../chain.ts';
import { refused, result } from '../rpc.ts';
import { connect, fundedKey, sendAndConfirm, transfer } from '../wallet.ts';

export function tokensSuite(chain: () => Chain): void {
  const url = () => chain().rpcUrl;
  let connection: Connection;
  let payer: Keypair;
  let mint: PublicKey;
  let source: PublicKey;
  before(async () => {
    connection = connect(chain());
    payer = await fundedKey(connection);
    mint = await createMint(connection, payer, payer.publicKey, null, 6);
    source = await createAccount(connection, payer, mint, payer.publicKey, Keypair.generate());
    await mintTo(connection, payer, mint, source, payer, 1_234_567n);
  });

  test('tokens are minted, transferred, burnt, and accounts closed', async () => {
    const recipient = Keypair.generate().publicKey;
    const target = await getOrCreateAssociatedTokenAccount(connection, payer, mint, recipient);
    await transferTokens(connection, payer, source, target.address, payer, 100n);
    assert.equal((await getAccount(connection, target.address)).amount, 100n);
    const spare = await createAccount(connection, payer, mint, payer.publicKey, Keypair.generate());
    await transferTokens(connection, payer, source, spare, payer, 50n);
    await burn(connection, payer, spare, mint, payer, 50n);
    await closeAccount(connection, payer, spare, payer.publicKey, payer);
    assert.equal(await connection.getAccountInfo(spare), null);
    assert.equal((await getMint(connection, mint)).supply, 1_234_567n - 50n);
  });

  test('Token-2022 mints and accounts work as well', async () => {
    const program = TOKEN_2022_PROGRAM_ID;
    const newMint = await createMint(connection, payer, payer.publicKey, null, 2, undefined, undefined, program);
    const account = await getOrCreateAssociatedTokenAccount(
      connection,
      payer,
      newMint,
      payer.publicKey,
      false,
      undefined,
      undefined,
      program,
    );
    await mintTo(connection, payer, newMint, account.address, payer, 5n, [], undefined, program);
    const { value } = await connection.getTokenAccountBalance(account.address);
    assert.deepEqual(value, { amount: '5', decimals: 2, uiAmount: 0.05, uiAmountString: '0.05' });
    const owned = await connection.getTokenAccountsByOwner(payer.publicKey, { programId: program });
    assert.deepEqual(
      owned.value.map(({ pubkey }) => pubkey.toBase58()),
      [account.address.toBase58()],
    );
  });

  test('wrapped SOL works with the native mint', async () => {
    const account = await getOrCreateAssociatedTokenAccount(connection, payer, NATIVE_MINT, payer.publicKey);
    await sendAndConfirm(connection, payer, [
      transfer(payer.publicKey, account.address, 1_000_000),
      createSyncNativeInstruction(account.address),
    ]);
    const wrapped = await getAccount(connection, account.address);
    assert.equal(wrapped.amount, 1_000_000n);
    assert.equal(wrapped.isNative, true);
    const parsed = (await connection.getParsedAccountInfo(account.address)).value?.data;
    assert.ok(parsed && 'parsed' in parsed);
    assert.equal(parsed.parsed.info.isNative, true);
    assert.equal(parsed.parsed.info.rentExemptReserve.amount, '2039280');
  });

  test('balance and supply are shown as amounts with decimals', async () => {
    const { value } = await connection.getTokenAccountBalance(source);
    assert.equal(value.decimals, 6);
    assert.equal(value.uiAmountString, String(Number(value.amount) / 1e6));
    const supply = await connection.getTokenSupply(mint);
    assert.equal(supply.value.decimals, 6);
    const largest = await connection.getTokenLargestAccounts(mint);
    assert.equal(largest.value[0]?.address.toBase58(), source.toBase58());
  });

  test('token accounts are found by owner, mint and delegate, parsed or not', async () => {
    const delegate = Keypair.generate().publicKey;
    await approve(connection, payer, source, delegate, payer, 7n);
    const byMint = await connection.getTokenAccountsByOwner(payer.publicKey, { mint });
    assert.ok(byMint.value.some(({ pubkey }) => pubkey.equals(source)));
    const parsed = await connection.getParsedTokenAccountsByOwner(payer.publicKey, { programId: TOKEN_PROGRAM_ID });
    const { info } = parsed.value.find(({ pubkey }) => pubkey.equals(source))?.account.data.parsed ?? {};
    assert.equal(info.mint, mint.toBase58());
    assert.equal(info.state, 'initialized');
    assert.equal(info.delegate, delegate.toBase58());
    assert.equal(info.delegatedAmount.amount, '7');
    const selector = { mint: mint.toBase58() };
    const delegated = await result(url(), 'getTokenAccountsByDelegate', [
      delegate.toBase58(),
      selector,
      { commitment: 'confirmed', encoding: 'base64' },
    ]);
    assert.equal(delegated?.value?.[0]?.pubkey, source.toBase58());
  });

  test('the address of an associated account is the one everybody derives', async () => {
    const account = await getOrCreateAssociatedTokenAccount(connection, payer, mint, payer.publicKey);
    assert.ok(account.address.equals(getAssociatedTokenAddressSync(mint, payer.publicKey)));
  });

  test('what is no token account, mint or token program is refused by name', async () => {
    const key = payer.publicKey.toBase58();
    const options = { commitment: 'confirmed' };
    await refused(url(), 'getTokenAccountBalance', [mint.toBase58(), options], -32602, /not a Token account/);
    const nobody = Keypair.generate().publicKey.toBase58();
    await refused(url(), 'getTokenAccountBalance', [nobody, options], -32602, /could not find account/);
    await refused(url(), 'getTokenSupply', [source.toBase58(), options], -32602, /mint could not be unpacked/);
    await refused(url(), 'getTokenLargestAccounts', [source.toBase58(), options], -32602, /mint could not be unpacked/);
    await refused(
      url(),
      'getTokenAccountsByOwner',
      [key, { programId: key }, options],
      -32602,
      /unrecognized Token program/,
    );
    await refused(
      url(),
      'getTokenAccountsByOwner',
      [key, { mint: key }, options],
      -32602,
      /mint could not be unpacked/,
    );
    await refused(url(), 'getTokenAccountsByOwner', [key, {}, options], -32602, /map with a single key/);
  });
}
