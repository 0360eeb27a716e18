/** Accounts: encodings, slices, filters, balances. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createMint } from '@solana/spl-token';
import { type Connection, Keypair, PublicKey, SystemProgram } from '@solana/web3.js';
import type { Chain } from '../chain.ts';
import { refused, result } from '../rpc.ts';
import { connect, fundedKey, SOL } from '../wallet.ts';

const TOKEN = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';
const ATA = 'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL';
const CLOCK = 'SysvarC1ock11111111111111111111111111111111';
const SYSTEM = SystemProgram.programId.toBase58();

export function accountsSuite(chain: () => Chain): void {
  const url = () => chain().rpcUrl;
  let connection: Connection;
  let payer: Keypair;
  let mint: PublicKey;
  before(async () => {
    connection = connect(chain());
    payer = await fundedKey(connection);
    mint = await createMint(connection, payer, payer.publicKey, null, 6);
  });
  const info = (address: string, options: object) =>
    result(url(), 'getAccountInfo', [address, { commitment: 'confirmed', ...options }]);

  test('an account that does not exist is null and has no balance', async () => {
    const nobody = Keypair.generate().publicKey;
    assert.equal(await connection.getAccountInfo(nobody), null);
    assert.equal(await connection.getBalance(nobody), 0);
  });

  test('an account carries all its fields, u64 ones with every digit', async () => {
    const answer = await info(payer.publicKey.toBase58(), { encoding: 'base64' });
    const { value, context } = answer ?? {};
    assert.equal(typeof context?.slot, 'number');
    assert.equal(typeof context?.apiVersion, 'string');
    assert.deepEqual(Object.keys(value ?? {}).sort(), [
      'data',
      'executable',
      'lamports',
      'owner',
      'rentEpoch',
      'space',
    ]);
    assert.deepEqual(value?.data, ['', 'base64']);
    assert.equal(value?.owner, SYSTEM);
    assert.equal(await connection.getBalance(payer.publicKey), Number(value?.lamports));
    const body = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'getAccountInfo',
      params: [payer.publicKey.toBase58()],
    });
    const response = await fetch(url(), { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const text = await response.text();
    assert.ok(!text.includes('"rentEpoch"') || text.includes('"rentEpoch":18446744073709551615'));
  });

  test('base58 is the oldest form, short only; base64 and zstd take any length', async () => {
    const name = await info(SYSTEM, {});
    const encoded = String(name?.value?.data);
    assert.equal((await info(SYSTEM, { encoding: 'base58' }))?.value?.data?.[0], encoded);
    const plain = Buffer.from(String((await info(SYSTEM, { encoding: 'base64' }))?.value?.data?.[0]), 'base64');
    const zstd = (await info(SYSTEM, { encoding: 'base64+zstd' }))?.value?.data;
    assert.equal(zstd?.[1], 'base64+zstd');
    // A Zstandard frame: its magic number, and an uncompressible content somewhere in it.
    const frame = Buffer.from(String(zstd?.[0]), 'base64');
    assert.equal(frame.readUInt32LE(0), 0xfd2fb528);
    assert.ok(frame.includes(plain));
    const options = { commitment: 'confirmed', encoding: 'base58' };
    await refused(url(), 'getAccountInfo', [ATA, options], -32600, /should be less than 128 bytes, please use Base64/);
  });

  test('a slice cuts data, also beyond its end', async () => {
    const whole = Buffer.from(String((await info(TOKEN, { encoding: 'base64' }))?.value?.data?.[0]), 'base64');
    const slice = async (offset: number, length: number) => {
      const answer = await info(TOKEN, { encoding: 'base64', dataSlice: { offset, length } });
      return Buffer.from(String(answer?.value?.data?.[0]), 'base64');
    };
    assert.deepEqual(await slice(0, 8), whole.subarray(0, 8));
    assert.deepEqual(await slice(30, 100), whole.subarray(30));
    assert.equal((await slice(1_000_000, 8)).length, 0);
  });

  test('mints and token accounts are parsed; what is unknown stays base64', async () => {
    const parsed = (await info(mint.toBase58(), { encoding: 'jsonParsed' }))?.value?.data;
    assert.deepEqual(parsed, {
      parsed: {
        info: {
          decimals: 6,
          freezeAuthority: null,
          isInitialized: true,
          mintAuthority: payer.publicKey.toBase58(),
          supply: '0',
        },
        type: 'mint',
      },
      program: 'spl-token',
      space: 82,
    });
    assert.deepEqual((await info(payer.publicKey.toBase58(), { encoding: 'jsonParsed' }))?.value?.data, ['', 'base64']);
  });

  test('the clock follows the chain', async () => {
    const account = await connection.getAccountInfo(new PublicKey(CLOCK), 'processed');
    const slot = Number(account?.data.readBigUInt64LE(0));
    const now = await connection.getSlot('processed');
    assert.ok(slot <= now && now - slot < 20, `clock at ${slot}, chain at ${now}`);
    assert.ok(Math.abs(Number(account?.data.readBigInt64LE(32)) - Date.now() / 1000) < 60);
  });

  test('many accounts are read at once, a hundred at most', async () => {
    const nobody = Keypair.generate().publicKey;
    const accounts = await connection.getMultipleAccountsInfo([payer.publicKey, nobody, mint]);
    assert.equal(accounts[1], null);
    assert.equal(accounts[2]?.data.length, 82);
    const tooMany = [new Array(101).fill(TOKEN)];
    await refused(url(), 'getMultipleAccounts', tooMany, -32602, /Too many inputs provided; max 100/);
    assert.deepEqual((await result(url(), 'getMultipleAccounts', [[]]))?.value, []);
  });

  test('program accounts are filtered by size and by bytes', async () => {
    const program = new PublicKey(TOKEN);
    const authority = payer.publicKey.toBase58();
    const found = await connection.getProgramAccounts(program, {
      filters: [{ dataSize: 82 }, { memcmp: { offset: 4, bytes: authority } }],
    });
    assert.deepEqual(
      found.map(({ pubkey }) => pubkey.toBase58()),
      [mint.toBase58()],
    );

    const bytes = payer.publicKey.toBuffer().toString('base64');
    const filters = [{ memcmp: { offset: 4, bytes, encoding: 'base64' } }];
    const options = { commitment: 'confirmed', encoding: 'base64', filters, dataSlice: { offset: 44, length: 1 } };
    const sliced = await result(url(), 'getProgramAccounts', [TOKEN, { ...options, withContext: true }]);
    assert.equal(typeof sliced?.context?.slot, 'number');
    assert.deepEqual(sliced?.value?.[0]?.account?.data, [Buffer.from([6]).toString('base64'), 'base64']);
    const none = await connection.getProgramAccounts(program, { filters: [{ dataSize: 83 }] });
    assert.equal(none.length, 0);
  });

  test('filters that make no sense are refused', async () => {
    const five = { filters: new Array(5).fill({ dataSize: 1 }) };
    await refused(url(), 'getProgramAccounts', [TOKEN, five], -32602, /Too many filters provided; max 4/);
    const letters = { filters: [{ memcmp: { offset: 0, bytes: '!!!' } }] };
    await refused(url(), 'getProgramAccounts', [TOKEN, letters], -32602, /Base58DecodeError/);
  });

  test('rent minimums are those of a cluster', async () => {
    assert.equal(await connection.getMinimumBalanceForRentExemption(0), 890_880);
    assert.equal(await connection.getMinimumBalanceForRentExemption(165), 2_039_280);
    await refused(url(), 'getMinimumBalanceForRentExemption', [100_000_000], -32600, /Invalid request/);
  });

  test('an airdrop arrives', async () => {
    const key = await fundedKey(connection, 2 * SOL);
    assert.equal(await connection.getBalance(key.publicKey), 2 * SOL);
  });
}
