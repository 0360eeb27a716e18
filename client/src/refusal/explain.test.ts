// Proves: every way a refusal reaches us gives the same name and advice; every error of the IDL has advice and no advice
// is left over; the rejected trade is found; what is no refusal is not called one.
// Does not prove: that the program gives these codes; tests/program does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Keypair, SendTransactionError } from '@solana/web3.js';
import { ResultCode, TRADE_ERROR_BASE } from '../constants.ts';
import { idl } from '../idl.ts';
import { fieldOffsets } from '../layout.ts';
import { eventLine, patternedEvent } from '../testing/events.ts';
import { settlementAdvice } from './advice.ts';
import { explainError } from './explain.ts';

const program = Keypair.generate().publicKey.toBase58();
const TOKEN = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';
const PAUSED = 6072;
const pausedLogs = [`Program ${program} invoke [1]`, `Program ${program} failed: custom program error: 0x17b8`];

test('every error of the IDL has advice, and no advice is left over', () => {
  const sorted = (names: readonly string[]) => [...names].sort();
  assert.deepEqual(sorted(Object.keys(settlementAdvice)), sorted(idl.errors.map((error) => error.name)));
  for (const error of idl.errors) {
    const refusal = explainError({ InstructionError: [0, { Custom: error.code }] });
    assert.equal(refusal?.name, error.name);
    assert.equal(refusal?.advice, new Map(Object.entries(settlementAdvice)).get(refusal.name));
    assert.ok((refusal?.advice.length ?? 0) > 10);
  }
});

const simulation = (message: string) =>
  new SendTransactionError({ action: 'simulate', signature: '', transactionMessage: message, logs: pausedLogs });

/** LiteSVM's classes, as far as they are read. */
const liteSvm = (err: unknown) => ({ err: () => err, meta: () => ({ logs: () => pausedLogs }) });

const forms: Record<string, unknown> = {
  'RPC err': { InstructionError: [2, { Custom: PAUSED }] },
  'a response with err': { err: { InstructionError: [2, { Custom: PAUSED }] } },
  SendTransactionError: simulation('Error processing Instruction 2: custom program error: 0x17b8'),
  'an error that quotes the status': new Error(
    'Transaction x failed ({"err":{"InstructionError":[2,{"Custom":6072}]}})',
  ),
  'an error caused by one': new Error('send failed', { cause: { InstructionError: [2, { Custom: PAUSED }] } }),
  LiteSVM: liteSvm({ index: 2, err: () => ({ code: PAUSED }) }),
};

for (const [form, err] of Object.entries(forms)) {
  test(`${form} is explained`, () => {
    const refusal = explainError(err);
    assert.equal(refusal?.name, 'Paused');
    assert.equal(refusal?.code, PAUSED);
    assert.equal(refusal?.advice, settlementAdvice.Paused);
    assert.equal(refusal?.instructionIndex, 2);
  });
}

test('a bare code, and an error with nothing but logs, are explained without an index', () => {
  assert.equal(explainError(PAUSED)?.name, 'Paused');
  assert.equal(explainError({ logs: pausedLogs })?.name, 'Paused');
  assert.equal(explainError(PAUSED)?.instructionIndex, undefined);
});

const builtins: Record<string, unknown> = {
  'RPC err': { InstructionError: [1, 'MissingRequiredSignature'] },
  SendTransactionError: simulation('Error processing Instruction 1: missing required signature for instruction'),
  'an error that quotes the status': new Error('{"InstructionError":[1,"MissingRequiredSignature"]}'),
  LiteSVM: liteSvm({ index: 1, err: () => 7 }),
};

for (const [form, err] of Object.entries(builtins)) {
  test(`a refusal of the runtime in ${form} is explained`, () => {
    const refusal = explainError(err, []);
    assert.equal(refusal?.name, 'MissingRequiredSignature');
    assert.equal(refusal?.code, -1);
    assert.equal(refusal?.instructionIndex, 1);
    assert.match(refusal?.advice ?? '', /Sign/);
  });
}

test('a code of a program ours called is not taken for our own', () => {
  const logs = [
    `Program ${program} invoke [1]`,
    `Program ${TOKEN} invoke [2]`,
    `Program ${TOKEN} failed: custom program error: 0x1`,
    `Program ${program} failed: custom program error: 0x1`,
  ];
  assert.equal(explainError({ InstructionError: [0, { Custom: 1 }] }, logs)?.name, 'TokenInsufficientFunds');
  assert.equal(explainError({ InstructionError: [0, { Custom: 99 }] }, logs)?.name, 'Custom99');
  const system = [`Program 11111111111111111111111111111111 failed: custom program error: 0x1`];
  assert.equal(explainError({ InstructionError: [0, { Custom: 1 }] }, system)?.name, 'SystemInsufficientLamports');
  assert.equal(explainError({ InstructionError: [0, { Custom: 1 }] })?.name, 'Custom1');
  assert.equal(explainError({ InstructionError: [0, { Custom: 2012 }] })?.name, 'ConstraintAddress');
});

function rejectedLogs(result: number, failed = program): string[] {
  const event = patternedEvent('TradeRejected');
  const at = (field: string): number => 8 + (fieldOffsets('TradeRejected').get(field) ?? Number.NaN);
  const view = new DataView(event.buffer);
  view.setUint32(at('index'), 3, true);
  view.setBigUint64(at('trade_id'), 41n, true);
  view.setUint8(at('code'), result);
  const code = (TRADE_ERROR_BASE + result).toString(16);
  return [
    `Program ${program} invoke [1]`,
    eventLine(event),
    `Program ${failed} failed: custom program error: 0x${code}`,
  ];
}

test('the trade a batch failed on is found', () => {
  const result = ResultCode.InsufficientQuote;
  const refusal = explainError({ InstructionError: [0, { Custom: TRADE_ERROR_BASE + result }] }, rejectedLogs(result));
  assert.equal(refusal?.name, 'InsufficientQuote');
  assert.deepEqual(refusal?.trade, { index: 3, tradeId: 41n, result });
});

test('a rejection of another program, or of another code, names no trade', () => {
  const result = ResultCode.SelfTrade;
  const err = { InstructionError: [0, { Custom: TRADE_ERROR_BASE + result }] };
  assert.equal(explainError(err, rejectedLogs(result, Keypair.generate().publicKey.toBase58()))?.trade, undefined);
  assert.equal(explainError(err, rejectedLogs(ResultCode.ZeroPrice))?.trade, undefined);
  assert.equal(explainError(err)?.trade, undefined);
});

test('what is no refusal by a program is not explained', () => {
  const none: unknown[] = [undefined, null, 'text', new Error('fetch failed'), 'BlockhashNotFound', {}, { err: null }];
  for (const err of none) assert.equal(explainError(err), undefined);
  assert.equal(explainError({ InstructionError: 'odd' }), undefined);
  assert.equal(explainError({ InstructionError: [0, { Custom: 'odd' }] }), undefined);
  assert.equal(explainError(liteSvm(3), []), undefined);
  const expired = simulation('Blockhash not found');
  assert.equal(explainError(Object.assign(new Error(expired.message), { logs: [] })), undefined);
});

test('a code nobody knows is still named', () => {
  const refusal = explainError({ InstructionError: [0, { Custom: 424242 }] });
  assert.equal(refusal?.name, 'Custom424242');
  assert.ok(refusal?.advice);
  assert.equal(explainError({ InstructionError: [0, 'SomethingNew'] })?.name, 'SomethingNew');
});
