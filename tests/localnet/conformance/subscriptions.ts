/** Websocket subscriptions, through web3.js and raw. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createMint } from '@solana/spl-token';
import { type Connection, Keypair, PublicKey, Transaction } from '@solana/web3.js';
import { WebSocket } from 'ws';
import { until } from '../../support/until.ts';
import type { Chain } from '../chain.ts';
import { toBase58 } from '../encoding.ts';
import type { Loose } from '../rpc.ts';
import { actUntil } from '../until.ts';
import { connect, fundedKey, SOL, sendAndConfirm, transfer } from '../wallet.ts';

const TOKEN = new PublicKey('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');
const COMMITMENTS = ['processed', 'confirmed', 'finalized'] as const;
const FAILED_TRANSFER = { InstructionError: [0, { Custom: 1 }] };

export function subscriptionsSuite(chain: () => Chain): void {
  let connection: Connection;
  let payer: Keypair;
  before(async () => {
    connection = connect(chain());
    payer = await fundedKey(connection);
  });
  const payTo = (to: PublicKey, lamports = 1_000_000) =>
    sendAndConfirm(connection, payer, [transfer(payer.publicKey, to, lamports)]);
  const signedTransfer = async (lamports = 1_000_000) => {
    const { blockhash } = await connection.getLatestBlockhash();
    const transaction = new Transaction({ feePayer: payer.publicKey, recentBlockhash: blockhash });
    transaction.add(transfer(payer.publicKey, Keypair.generate().publicKey, lamports)).sign(payer);
    return { transaction, signature: toBase58(transaction.signature ?? new Uint8Array()) };
  };

  for (const commitment of COMMITMENTS) {
    test(`an account's changes are told when they are ${commitment}`, async () => {
      const key = Keypair.generate().publicKey;
      const seen: [lamports: number, slot: number][] = [];
      const note = ({ lamports }: { lamports: number }, { slot }: { slot: number }) => seen.push([lamports, slot]);
      const id = connection.onAccountChange(key, note, { commitment });
      const written = new Map<number, number>();
      let total = 0;
      const pay = async () => {
        const { value } = await connection.getSignatureStatus(await payTo(key));
        total += 1_000_000;
        written.set(total, value?.slot ?? 0);
      };
      await actUntil(pay, () => seen.length > 0);
      const [lamports, slot] = seen[0] ?? [];
      assert.equal(slot, written.get(lamports ?? 0));
      await connection.removeAccountChangeListener(id);
    });

    test(`a signature is told when it is ${commitment}, and also when that was before`, async () => {
      const { transaction, signature } = await signedTransfer();
      const seen: unknown[] = [];
      connection.onSignature(signature, ({ err }) => seen.push(err), commitment);
      await connection.sendRawTransaction(transaction.serialize(), { skipPreflight: true });
      await until(() => seen.length > 0);
      connection.onSignature(signature, ({ err }) => seen.push(err), commitment);
      await until(() => seen.length > 1);
      assert.deepEqual(seen, [null, null]);
    });
  }

  test('a failed transaction tells its error and logs', async () => {
    const seen: [err: unknown, lines: string[]][] = [];
    const id = connection.onLogs(payer.publicKey, ({ err, logs }) => seen.push([err, logs]), 'confirmed');
    const results: unknown[] = [];
    const fail = async () => {
      const { transaction, signature } = await signedTransfer(1e15);
      connection.onSignature(signature, ({ err }) => results.push(err), 'confirmed');
      await connection.sendRawTransaction(transaction.serialize(), { skipPreflight: true });
    };
    await actUntil(fail, () => seen.length > 0 && results.length > 0);
    const [err, lines] = seen[0] ?? [];
    assert.deepEqual([err, results[0]], [FAILED_TRANSFER, FAILED_TRANSFER]);
    assert.equal(lines?.length, 3);
    await connection.removeOnLogsListener(id);
  });

  test('logs of all transactions are told', async () => {
    const seen = new Set<string>();
    const sent: string[] = [];
    const id = connection.onLogs('all', ({ signature }) => seen.add(signature), 'processed');
    const pay = async () => sent.push(await payTo(Keypair.generate().publicKey));
    await actUntil(pay, () => sent.some((signature) => seen.has(signature)));
    await connection.removeOnLogsListener(id);
  });

  test('accounts of a program are told when they pass the filters', async () => {
    const seen = new Set<string>();
    const mints: string[] = [];
    const id = connection.onProgramAccountChange(TOKEN, ({ accountId }) => seen.add(accountId.toBase58()), {
      commitment: 'confirmed',
      filters: [{ dataSize: 82 }, { memcmp: { offset: 4, bytes: payer.publicKey.toBase58() } }],
    });
    const create = async () => {
      await createMint(connection, payer, Keypair.generate().publicKey, null, 6);
      mints.push((await createMint(connection, payer, payer.publicKey, null, 6)).toBase58());
    };
    await actUntil(create, () => seen.size > 0);
    assert.deepEqual(
      [...seen].filter((address) => !mints.includes(address)),
      [],
    );
    await connection.removeProgramAccountChangeListener(id);
  });

  test('slots and roots are told in order, until unsubscribed', async () => {
    const slots: number[] = [];
    const roots: number[] = [];
    const slotId = connection.onSlotChange(({ slot, parent, root }) => {
      assert.ok(parent < slot && root <= parent);
      slots.push(slot);
    });
    const rootId = connection.onRootChange((root) => roots.push(root));
    await until(() => slots.length >= 3 && roots.length >= 3);
    await connection.removeSlotChangeListener(slotId);
    await connection.removeRootChangeListener(rootId);
    for (const seen of [slots, roots])
      assert.deepEqual(
        seen,
        [...seen].sort((a, b) => a - b),
      );
    const count = slots.length;
    await sleep(300);
    assert.equal(slots.length, count);
  });

  test('raw: requests that make no sense are refused by name', async () => {
    await withSocket(chain().wsUrl, async ({ call, receive, socket }) => {
      const code = async (method: string, params?: unknown) => {
        const { error } = await call(method, params);
        return [error?.code, error?.message];
      };
      assert.deepEqual(await code('getSlot'), [-32601, 'Method not found']);
      assert.deepEqual(await code('accountSubscribe', ['x']), [-32602, 'Invalid Request: Invalid pubkey provided']);
      assert.deepEqual(await code('signatureSubscribe', ['zz']), [
        -32602,
        'Invalid Request: Invalid signature provided',
      ]);
      assert.deepEqual(await code('logsSubscribe', [{ mentions: [] }]), [
        -32602,
        'Invalid Request: Only 1 address supported',
      ]);
      assert.equal((await code('logsSubscribe', ['bogus']))[0], -32602);
      assert.deepEqual(await code('accountUnsubscribe', [99_999_999]), [-32602, 'Invalid subscription id.']);
      socket.send('{');
      assert.equal((await receive()).error?.code, -32700);
    });
  });

  test('raw: equal subscriptions of one socket are one', async () => {
    await withSocket(chain().wsUrl, async ({ call }) => {
      const params = [payer.publicKey.toBase58(), { encoding: 'base64', commitment: 'processed' }];
      const first = await call('accountSubscribe', params);
      const second = await call('accountSubscribe', params);
      assert.equal(typeof first.result, 'number');
      assert.equal(second.result, first.result);
      assert.equal((await call('accountUnsubscribe', [first.result])).result, true);
      assert.equal((await call('accountUnsubscribe', [first.result])).error?.code, -32602);
    });
  });

  test('raw: a signature subscription can also tell that the transaction arrived, and ends by itself', async () => {
    const { transaction, signature } = await signedTransfer();
    await withSocket(chain().wsUrl, async ({ call, receive }) => {
      const config = { commitment: 'confirmed', enableReceivedNotification: true };
      const { result: id } = await call('signatureSubscribe', [signature, config]);
      await connection.sendRawTransaction(transaction.serialize(), { skipPreflight: true });
      const values: unknown[] = [];
      while (values.at(-1) === undefined || values.at(-1) === 'receivedSignature') {
        const { params } = await receive();
        assert.equal(params?.subscription, id);
        values.push(params?.result?.value);
      }
      assert.deepEqual(values.at(-1), { err: null });
      assert.equal((await call('signatureUnsubscribe', [id])).error?.code, -32602);
    });
  });

  test('web3.js confirms a transaction over the websocket', async () => {
    assert.ok((await payTo(Keypair.generate().publicKey, SOL)).length > 80);
  });
}

interface Message {
  readonly id?: number;
  readonly result?: Loose;
  readonly error?: { readonly code: number; readonly message: string };
  readonly params?: { readonly subscription: Loose; readonly result: Loose };
}

interface RawSocket {
  readonly socket: WebSocket;
  /** The answer to a call; notifications in between are dropped. */
  call(method: string, params?: unknown): Promise<Message>;
  /** The next message. */
  receive(): Promise<Message>;
}

async function withSocket(url: string, use: (raw: RawSocket) => Promise<void>): Promise<void> {
  const socket = new WebSocket(url);
  const arrived: Message[] = [];
  const waiting: ((message: Message) => void)[] = [];
  socket.on('message', (data) => {
    const message: Message = JSON.parse(data.toString());
    const next = waiting.shift();
    if (next === undefined) arrived.push(message);
    else next(message);
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const receive = async (): Promise<Message> => arrived.shift() ?? new Promise((resolve) => waiting.push(resolve));
  let id = 0;
  const call = async (method: string, params?: unknown): Promise<Message> => {
    id += 1;
    const wanted = id;
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: wanted, method, params }));
    let message = await receive();
    while (message.id !== wanted) message = await receive();
    return message;
  };
  try {
    await use({ socket, call, receive });
  } finally {
    socket.terminate();
  }
}
