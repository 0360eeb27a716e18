import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { after } from 'node:test';
import type { TransactionInstruction } from '@solana/web3.js';
import { Keypair, PublicKey } from '@solana/web3.js';
import type { GlobalConfig, InitializeArgs } from '#client';
import { idl, readConfig, settlementInstructions } from '#client';
import type { Localnet } from '#localnet';
import { FaultPlan, startLocalnet } from '#localnet';
import { main } from '../../cli/src/main.ts';
import { deployedRelease } from '../../cli/src/release/program.ts';
import { createSender, step } from '../../cli/src/transactions.ts';

export const program = new PublicKey(idl.address);
export const build = settlementInstructions(program);

/** Of a node whose time is moved by hand: a slot is a second of its clock. */
const SLOT_MS = 1_000;
/** How fast slots pass while a command or a helper waits for one. */
const TICK_MS = 25;
const LAMPORTS = 10_000_000_000n;

const names = ['admin', 'guardian', 'relayer', 'stranger', 'successor'] as const;
export type Name = (typeof names)[number];

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command line, and who answers when it asks at its terminal. */
export interface RunOptions {
  /** Called at the question; what it answers is typed. Without it there is no terminal. */
  readonly answer?: () => string | Promise<string>;
}

/** A chain of the test file's own with an initialised program and a key file for everybody. */
export interface World {
  readonly chain: Localnet;
  readonly faults: FaultPlan;
  readonly keys: Readonly<Record<Name, Keypair>>;
  /** Path of a key file. */
  readonly file: (name: Name) => string;
  readonly address: (name: Name) => string;
  /** Runs `lockstep` on this chain; slots pass meanwhile. */
  lockstep(...argv: string[]): Promise<Ran>;
  lockstepWith(options: RunOptions, ...argv: string[]): Promise<Ran>;
  /** Runs it with the admin's key, without asking. */
  asAdmin(...argv: string[]): Promise<Ran>;
  as(name: Name, ...argv: string[]): Promise<Ran>;
  /** Lands instructions past the command line. */
  landAs(name: Name, ...instructions: TransactionInstruction[]): Promise<void>;
  /** Lets slots pass until `work` is done. */
  ticking<T>(work: Promise<T>): Promise<T>;
  config(): Promise<GlobalConfig>;
}

export async function openWorld(): Promise<World> {
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-operator-'));
  after(() => rm(dir, { recursive: true, force: true }));
  const keys = Object.fromEntries(names.map((name) => [name, Keypair.generate()])) as Record<Name, Keypair>;
  const file = (name: Name) => join(dir, `${name}.json`);
  for (const name of names) await writeKey(file(name), keys[name]);
  const faults = new FaultPlan();
  const chain = await startLocalnet({
    manualSlots: true,
    slotMs: SLOT_MS,
    finalizedAfterSlots: 8,
    faults,
    programs: [{ programId: program, file: deployedRelease().file, upgradeAuthority: keys.admin.publicKey }],
  });
  after(() => chain.close());
  for (const name of names) chain.airdrop(keys[name].publicKey, LAMPORTS);
  const connection = chain.connection('confirmed');

  async function ticking<T>(work: Promise<T>): Promise<T> {
    const ticker = setInterval(() => chain.advanceSlots(1), TICK_MS);
    return work.finally(() => clearInterval(ticker));
  }
  const landAs: World['landAs'] = (name, ...instructions) =>
    ticking(createSender(connection, keys[name], new AbortController().signal).together([step(instructions)]));
  const lockstepWith: World['lockstepWith'] = (options, ...argv) =>
    ticking(run([...argv, '--rpc', chain.rpcUrl], options));
  const as: World['as'] = (name, ...argv) => lockstepWith({}, ...argv, '--keypair', file(name), '--yes');

  chain.advanceSlots(1_200);
  const { admin } = keys;
  await landAs('admin', build.initialize({ payer: admin.publicKey, authority: admin.publicKey, args: argsOf(keys) }));
  return {
    ...{ chain, faults, keys, file, ticking, landAs, lockstepWith, as },
    address: (name) => keys[name].publicKey.toBase58(),
    lockstep: (...argv) => lockstepWith({}, ...argv),
    asAdmin: (...argv) => as('admin', ...argv),
    config: async () => (await readConfig(connection, program, 'confirmed')).value,
  };
}

const argsOf = ({ admin, guardian, relayer }: Readonly<Record<Name, Keypair>>): InitializeArgs => ({
  admin: admin.publicKey,
  guardian: guardian.publicKey,
  activeRelayer: relayer.publicKey,
  allowedBatchVersions: 1,
  minBatchSize: 4,
  maxBatchAgeSlots: 50n,
  withdrawalDelaySlots: 100n,
  feeTiers: Array.from({ length: 4 }, () => ({ makerBps: 0, takerBps: 10 })),
});

async function writeKey(file: string, { secretKey }: Keypair): Promise<void> {
  await writeFile(file, JSON.stringify([...secretKey]));
  await chmod(file, 0o600);
}

async function run(argv: readonly string[], { answer }: RunOptions): Promise<Ran> {
  const texts = { stdout: '', stderr: '' };
  const stdin = Object.assign(new PassThrough(), { isTTY: answer !== undefined });
  const stream = (name: 'stdout' | 'stderr') =>
    new Writable({
      write: (piece, _, done) => {
        texts[name] += piece.toString();
        if (answer !== undefined && piece.toString().includes('Type yes')) {
          void Promise.resolve(answer()).then((text) => stdin.end(text));
        }
        done();
      },
    });
  const code = await main(argv, { stdout: stream('stdout'), stderr: stream('stderr'), stdin });
  return { code, ...texts };
}

/** What a change says as JSON. */
export interface Told {
  readonly outcome: string;
  readonly differences: readonly { readonly name: string; readonly old: unknown; readonly new: unknown }[];
  readonly error?: { readonly code: string; readonly message: string; readonly advice: string };
  readonly signature: string;
  readonly landedSlot: string;
  readonly message: string;
  readonly transaction: string;
  readonly signers: readonly string[];
  readonly blockhash: string;
  readonly lastValidBlockHeight: number | null;
}

/** What `show` says as JSON. */
export interface Shown {
  readonly slot: string;
  readonly stored: { readonly minBatchSize: number };
  readonly effective: { readonly minBatchSize: number };
  readonly schedule: {
    readonly activationSlot: string;
    readonly slotsToGo: string;
    readonly isActive: boolean;
    readonly fields: object;
  } | null;
}

/** The last line of standard output. */
export const jsonOf = <T = Told>({ stdout }: Ran): T => JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
