/** Puts the node together: chain, clock, servers. The only place that reads the time or opens a port. */
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { Connection } from '@solana/web3.js';
import type { InitialAccount } from './account-file.ts';
import { type AddressLike, toAddress } from './address.ts';
import { toBase58 } from './base58.ts';
import type { Faults } from './faults.ts';
import { createRpcServer } from './http-server.ts';
import { DEFAULT_LIMITS, type NodeLimits } from './limits.ts';
import { LocalnetError } from './localnet-error.ts';
import { type LocalnetLogger, silentLogger } from './logger.ts';
import { methods } from './methods/index.ts';
import type { MethodContext } from './methods/method.ts';
import { LocalNode } from './node.ts';
import { Params } from './params.ts';
import { HIGHEST_PORT, listenOnNeighbours } from './ports.ts';
import { loadProgram, type ProgramSpec } from './programs.ts';
import type { RunMethod } from './rpc.ts';
import { RpcError, RpcErrorCode } from './rpc-error.ts';
import { Subscriptions } from './subscriptions.ts';
import type { AccountState } from './svm.ts';
import type { Commitment } from './timeline.ts';
import { closeSockets, serveSubscriptions } from './websocket.ts';

/** A quarter of a cluster's slot: a confirmation is felt as immediate, a blockhash still lives for 15 seconds. */
export const DEFAULT_SLOT_MS = 100;
/** An hour: a timer of more than 24 days would fire at once. */
const MAX_SLOT_MS = 3_600_000;
/** As many as a vote lockout takes on a cluster. */
export const DEFAULT_FINALIZED_AFTER_SLOTS = 32;

export interface LocalnetOptions {
  /** Port of the JSON-RPC, 0 to 65534; the websocket takes the next one. @defaultValue 0: any free pair */
  readonly port?: number;
  /** @defaultValue "127.0.0.1" */
  readonly bindAddress?: string;
  /** Length of a slot in milliseconds, 1 to 3,600,000. @defaultValue 100 */
  readonly slotMs?: number;
  /** Time stands still but for `advanceSlots` and `warpToSlot`, and the clock sysvar counts slots. @defaultValue false */
  readonly manualSlots?: boolean;
  /** How far behind the open slot "finalized" is. @defaultValue 32 */
  readonly finalizedAfterSlots?: number;
  readonly programs?: readonly ProgramSpec[];
  readonly accounts?: readonly InitialAccount[];
  readonly limits?: Partial<NodeLimits>;
  /** Makes genesis, blockhashes and faucet repeatable. @defaultValue a random one */
  readonly seed?: string;
  /** @defaultValue none */
  readonly faults?: Faults;
  /** @defaultValue silent */
  readonly logger?: LocalnetLogger;
}

export interface Localnet {
  readonly rpcUrl: string;
  readonly wsUrl: string;
  readonly genesisHash: string;
  /** The open slot, into which transactions are executed. */
  readonly slot: bigint;
  /** How many websocket subscriptions clients hold. */
  readonly subscriptionCount: number;
  /** A web3.js connection to this node. */
  connection(commitment?: Commitment): Connection;
  /** Answers the signature of an already executed transfer. Throws FAUCET_EMPTY, ADDRESS_INVALID. */
  airdrop(address: AddressLike, lamports: bigint): string;
  /** The account as it is now; undefined when there is none. */
  getAccount(address: AddressLike): AccountState | undefined;
  /** Writes an account past all rules; 0 lamports remove it. Throws PROGRAM_REPLACED for a program's account. */
  setAccount(account: Omit<InitialAccount, 'address'> & { readonly address: AddressLike }): void;
  /** Throws PROGRAM_UNREADABLE, PROGRAM_REFUSED. */
  loadProgram(program: ProgramSpec): void;
  /** Ends that many blocks. */
  advanceSlots(count: number): void;
  /** Ends the open block and opens this slot; those between are skipped. Throws SLOT_NOT_AHEAD. */
  warpToSlot(slot: bigint): void;
  /** Ends as many blocks as make every blockhash handed out so far unusable. */
  expireBlockhashes(): void;
  /** Stops the clock and closes both servers with their connections. */
  close(): Promise<void>;
}

/** Throws {@link LocalnetError}; nothing is left running then. */
export async function startLocalnet(options: LocalnetOptions = {}): Promise<Localnet> {
  const { port = 0, bindAddress = '127.0.0.1', slotMs = DEFAULT_SLOT_MS, manualSlots = false, faults } = options;
  const logger = options.logger ?? silentLogger;
  requireWhole('port', port, 0, HIGHEST_PORT - 1);
  requireWhole('slotMs', slotMs, 1, MAX_SLOT_MS);
  const node = createNode(options, slotMs, manualSlots);

  const addresses = { rpc: '', pubsub: '' };
  const identity = toBase58(createHash('sha256').update(`identity\n${node.timeline.genesisHash}`).digest());
  const context: MethodContext = { node, identity, addresses, log: (message) => logger.debug(message) };
  const rpcOptions = { faults, log: (message: string) => logger.error(message) };
  const rpcServer = createRpcServer({ ...rpcOptions, transport: 'http', run: runMethod(context) });
  const pubsubServer = createServer((_, response) => response.writeHead(426).end());
  const subscriptions = new Subscriptions(node);
  const sockets = serveSubscriptions(pubsubServer, subscriptions, rpcOptions);

  const rpcPort = await listenOnNeighbours(rpcServer, pubsubServer, port, bindAddress).catch((cause: unknown) => {
    throw new LocalnetError('PORT_TAKEN', `Ports ${port} and ${port + 1} can't both be opened`, PORT_ADVICE, cause);
  });
  const host = bindAddress === '0.0.0.0' ? '127.0.0.1' : bindAddress;
  addresses.rpc = `${host}:${rpcPort}`;
  addresses.pubsub = `${host}:${rpcPort + 1}`;
  const rpcUrl = `http://${addresses.rpc}`;
  const wsUrl = `ws://${addresses.pubsub}`;
  const ticker = manualSlots ? undefined : setInterval(() => node.advanceSlots(1), slotMs);

  return {
    rpcUrl,
    wsUrl,
    genesisHash: node.timeline.genesisHash,
    get slot() {
      return node.timeline.open.slot;
    },
    get subscriptionCount() {
      return subscriptions.size;
    },
    connection: (commitment = 'confirmed') => new Connection(rpcUrl, { commitment, wsEndpoint: wsUrl }),
    airdrop: (address, lamports) => node.airdrop(toAddress(address), lamports),
    getAccount: (address) => node.svm.getAccount(toAddress(address)),
    setAccount: ({ address, ...account }) => node.setAccount(toAddress(address), account),
    loadProgram: (program) => loadProgram(node.svm, program),
    advanceSlots: (count) => node.advanceSlots(count),
    warpToSlot: (slot) => node.warpToSlot(slot),
    expireBlockhashes: () => node.expireBlockhashes(),
    close: async () => {
      clearInterval(ticker);
      await closeSockets(sockets);
      await Promise.all([rpcServer, pubsubServer].map(closeServer));
    },
  };
}

function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  return closed;
}

const PORT_ADVICE = 'Choose another --rpc-port, or 0 for any free pair.';

function requireWhole(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  const message = `${name} must be a whole number of ${min} to ${max}, not ${value}`;
  throw new LocalnetError('OPTION_INVALID', message, 'Correct the option, or leave it out for its default.');
}

function createNode(options: LocalnetOptions, slotMs: number, manualSlots: boolean): LocalNode {
  const { finalizedAfterSlots = DEFAULT_FINALIZED_AFTER_SLOTS, seed, programs = [], accounts = [] } = options;
  const startMs = Date.now();
  const slotTime = (slot: bigint) => (BigInt(startMs) + slot * BigInt(slotMs)) / 1000n;
  const wallTime = () => BigInt(Date.now()) / 1000n;
  const timeOf = manualSlots ? slotTime : wallTime;
  const node = new LocalNode({ finalizedAfterSlots, limits: { ...DEFAULT_LIMITS, ...options.limits }, timeOf, seed });
  for (const program of programs) loadProgram(node.svm, program);
  for (const { address, ...account } of accounts) node.setAccount(address, account);
  return node;
}

function runMethod(context: MethodContext): RunMethod {
  return (name, values) => {
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
    if (method === undefined) throw new RpcError(RpcErrorCode.MethodNotFound, 'Method not found');
    const [min, max] = method.arity;
    return method.run(new Params(values, min, max), context);
  };
}
