import { fromBase58 } from '../base58.ts';
import { MAX_BLOCKHASH_AGE } from '../blockhashes.ts';
import { encodeSimulation, preflightFailure, type SimulationFormat } from '../encode-simulation.ts';
import { describeTransactionError } from '../errors.ts';
import { isSanitizeError, type Simulation } from '../executor.ts';
import { LocalnetError } from '../localnet-error.ts';
import { asAddress, asArray, asConfig, asOneOf, type Config, type Params } from '../params.ts';
import { invalidParams, RpcError, RpcErrorCode } from '../rpc-error.ts';
import { readTransaction, readTransactionEncoding } from '../transaction-text.ts';
import { decodeTransaction, transactionId, type WireTransaction } from '../wire.ts';
import { blockhashAt } from './fees.ts';
import { inContext, type MethodContext, type MethodTable, readCommitment } from './method.ts';

export const sendMethods: MethodTable = {
  sendTransaction: { arity: [1, 2], run: sendTransaction },
  simulateTransaction: {
    arity: [1, 2],
    run: (params, { node }) => {
      const config = params.config(1);
      const sent = readTransaction(params.string(0), transactionEncoding(config));
      const commitment = readCommitment(config, node);
      const verifySignatures = config.flag('sigVerify');
      const replaces = config.flag('replaceRecentBlockhash');
      if (replaces && verifySignatures) throw invalidParams('sigVerify may not be used with replaceRecentBlockhash');
      const blockhash = blockhashAt(node, commitment);
      const transaction = replaces ? withBlockhash(sent, blockhash) : sent;
      const blockhashesAt = replaces ? undefined : commitment;
      const accounts = readAccountsOption(config, transaction);
      const simulation = node.simulate(transaction, { verifySignatures, blockhashesAt });
      refuseMalformed(simulation, transaction);
      const lastValidBlockHeight = node.timeline.at(commitment).height + MAX_BLOCKHASH_AGE;
      const format: SimulationFormat = {
        accounts,
        innerInstructions: config.flag('innerInstructions'),
        replacementBlockhash: replaces ? { blockhash, lastValidBlockHeight } : null,
      };
      return inContext(node, commitment, encodeSimulation(simulation, format));
    },
  },
  requestAirdrop: {
    arity: [2, 3],
    run: (params, { node, log }) => {
      const recipient = params.address(0);
      const lamports = params.u64(1);
      try {
        return node.airdrop(recipient, lamports);
      } catch (cause) {
        if (cause instanceof LocalnetError && cause.code === 'ADDRESS_INVALID') throw invalidParams(cause.message);
        log(`airdrop refused: ${String(cause)}`);
        throw new RpcError(RpcErrorCode.InternalError, 'Internal error');
      }
    },
  },
};

/**
 * Without preflight the answer is the signature whatever becomes of the transaction: one that a block would not take
 * (bad signature, old blockhash, replay) is dropped without a word, as on a cluster.
 */
function sendTransaction(params: Params, { node, log }: MethodContext): string {
  const config = params.config(1);
  const transaction = readTransaction(params.string(0), transactionEncoding(config));
  const signature = transactionId(transaction);
  const skipPreflight = config.flag('skipPreflight');
  const commitment = readCommitment(config, node, 'preflightCommitment');
  if (!skipPreflight) {
    const simulation = node.simulate(transaction, { verifySignatures: true, blockhashesAt: commitment });
    refuseMalformed(simulation, transaction);
    if (simulation.err !== null) throw preflightFailure(simulation, simulation.err);
  }
  node.announce(signature);
  const submission = node.submit(transaction, skipPreflight);
  if ('refused' in submission) {
    if (submission.malformed) throw malformed(submission.refused);
    // One sent again is in a block already: senders do that until they hear so.
    if (submission.refused !== 'AlreadyProcessed') {
      log(`dropped ${signature}: ${describeTransactionError(submission.refused)}`);
    }
  }
  return signature;
}

function transactionEncoding(config: Config) {
  return config.optional('encoding', readTransactionEncoding) ?? 'base58';
}

function refuseMalformed(simulation: Simulation, transaction: WireTransaction): void {
  if (simulation.err !== null && isSanitizeError(simulation, transaction)) throw malformed(simulation.err);
}

function malformed(err: NonNullable<Simulation['err']>): RpcError {
  return invalidParams(`invalid transaction: ${describeTransactionError(err)}`);
}

/** `accounts: {addresses, encoding}`: at most as many as the transaction names. */
function readAccountsOption(config: Config, transaction: WireTransaction): SimulationFormat['accounts'] {
  const option = config.optional('accounts', asConfig);
  if (option === undefined) return undefined;
  const encoding = option.optional('encoding', readAccountEncoding) ?? 'base64';
  const addresses = option.required('addresses', asArray);
  const max = transaction.message.staticKeys.length + lookupCount(transaction);
  if (addresses.length > max) throw invalidParams(`Too many accounts provided; max ${max}`);
  return { addresses: addresses.map(asAddress), format: { encoding, slice: undefined } };
}

function readAccountEncoding(value: unknown): 'base64' | 'base64+zstd' | 'jsonParsed' {
  if (value === 'binary' || value === 'base58') throw invalidParams('base58 encoding not supported');
  return asOneOf(value, ['base64', 'base64+zstd', 'jsonParsed']);
}

function lookupCount({ message }: WireTransaction): number {
  const counts = message.lookups.map((it) => it.writableIndexes.length + it.readonlyIndexes.length);
  return counts.reduce((sum, count) => sum + count, 0);
}

function withBlockhash(transaction: WireTransaction, blockhash: string): WireTransaction {
  const bytes = transaction.bytes.slice();
  bytes.set(fromBase58(blockhash), transaction.blockhashOffset);
  return decodeTransaction(bytes);
}
