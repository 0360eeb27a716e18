/** Websocket subscriptions, through web3.js and raw. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createMint } from '@solana/spl-token';
import { type Connection, Keypair, PublicKey, Transaction } from '@solana/web3.js';
import { WebSocket } from 'ws';
import type { Chain } from '../chain.ts';
import { deferred } from '../deferred.ts';
import { toBase58 } from '../encoding.ts';
import type { Loose } from '../rpc.ts';
import { connect, fundedKey, SOL, sendAndConfirm, transfer } from '../wallet.ts';

const TOKEN = new PublicKey('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');
const COMMITMENTS = ['processed', 'confirmed', 'finalized'] as const;
/** Subscribing is a message of its own that must arrive before what it waits for happens. */
const SUBSCRIBED_MS = 200;

export function subscriptionsSuite(chain: () => Chain): void {
  let connection: Connection;
  let payer: Keypair;
  before(async () => {
    connection = connect(chain());
    payer = await fundedKey(connection);
  });
  const payTo = (to: PublicKey, lamports = 1_000_000) =>
    sendAndConfirm(connection, payer, [transfer(payer.publicKey, to, lamports)]);
  const signedTransfer = async () => {
    const { blockhash } = await connection.getLatestBlockhash();
    const transaction = new Transaction({ feePayer: payer.publicKey, recentBlockhash: blockhash });
    transaction.add(transfer(payer.publicKey, Keypair.generate().publicKey, 1_000_000)).sign(payer);
    return { transaction, signature: toBase58(transaction.signature ?? new Uint8Array()) };
  };

  for (const commitment of COMMITMENTS) {
    test(`an account's changes are told when they are ${commitment}`, async () => {
      const key = Keypair.generate().publicKey;
      const seen = deferred<[number, number]>();
      const id = connection.onAccountChange(key, ({ lamports }, { slot }) => seen.resolve([lamports, slot]), {
        commitment,
      });
      await sleep(SUBSCRIBED_MS);
      const signature = await payTo(key);
      const [lamports, slot] = await seen.promise;
      assert.equal(lamports, 1_000_000);
      assert.equal(slot, (await connection.getSignatureStatus(signature)).value?.slot);
      await connection.removeAccountChangeListener(id);
    });

    test(`a signature is told when it is ${commitment}, and also when that was before`, async () => {
      const { transaction, signature } = await signedTransfer();
      const seen = deferred<unknown>();
      connection.onSignature(signature, ({ err }) => seen.resolve(err), commitment);
      await sleep(SUBSCRIBED_MS);
      await connection.sendRawTransaction(transaction.serialize(), { skipPreflight: true });
      assert.equal(await seen.promise, null);
      const late = deferred<unknown>();
      connection.onSignature(signature, ({ err }) => late.resolve(err), commitment);
      assert.equal(await late.promise, null);
    });
  }

  test('a failed transaction tells its error and logs', async () => {
    const { blockhash } = await connection.getLatestBlockhash();
    const transaction = new Transaction({ feePayer: payer.publicKey, recentBlockhash: blockhash });
    transaction.add(transfer(payer.publicKey, Keypair.generate().publicKey, 1e15)).sign(payer);
    const logs = deferred<[unknown, string[]]>();
    const id = connection.onLogs(payer.publicKey, ({ err, logs: lines }) => logs.resolve([err, lines]), 'confirmed');
    const result = deferred<unknown>();
    connection.onSignature(
      toBase58(transaction.signature ?? new Uint8Array()),
      ({ err }) => result.resolve(err),
      'confirmed',
    );
    await sleep(SUBSCRIBED_MS);
    await connection.sendRawTransaction(transaction.serialize(), { skipPreflight: true });
    assert.deepEqual(await result.promise, { InstructionError: [0, { Custom: 1 }] });
    const [err, lines] = await logs.promise;
    assert.deepEqual(err, { InstructionError: [0, { Custom: 1 }] });
    assert.equal(lines.length, 3);
    await connection.removeOnLogsListener(id);
  });

  test('logs of all transactions are told', async () => {
    const seen = new Set<string>();
    const id = connection.onLogs('all', ({ signature }) => seen.add(signature), 'processed');
    await sleep(SUBSCRIBED_MS);
    const signature = await payTo(Keypair.generate().publicKey);
    await sleep(SUBSCRIBED_MS);
    assert.ok(seen.has(signature));
    await connection.removeOnLogsListener(id);
  });

  test('accounts of a program are told when they pass the filters', async () => {
    const seen: string[] = [];
    const id = connection.onProgramAccountChange(TOKEN, ({ accountId }) => seen.push(accountId.toBase58()), {
      commitment: 'confirmed',
      filters: [{ dataSize: 82 }, { memcmp: { offset: 4, bytes: payer.publicKey.toBase58() } }],
    });
    await sleep(SUBSCRIBED_MS);
    const mint = await createMint(connection, payer, payer.publicKey, null, 6);
    await createMint(connection, payer, Keypair.generate().publicKey, null, 6);
    await sleep(SUBSCRIBED_MS);
    assert.deepEqual(seen, [mint.toBase58()]);
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
    await sleep(1_000);
    await connection.removeSlotChangeListener(slotId);
    await connection.removeRootChangeListener(rootId);
    for (const seen of [slots, roots]) {
      assert.ok(seen.length >= 3, `${seen.length} notifications`);
      assert.deepEqual(
        seen,
        [...seen].sort((a, b) => a - b),
      );
    }
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
