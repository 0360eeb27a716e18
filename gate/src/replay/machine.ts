import { address, getTransactionDecoder, lamports } from '@solana/kit';
import {
  PublicKey,
  SystemProgram,
  TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import { FailedTransactionMetadata, LiteSVM } from 'litesvm';
import type { AccountDump, Change, Outcome, Step } from './recording.ts';
import { differences } from './recording.ts';

const UPGRADEABLE_LOADER = 'BPFLoaderUpgradeab1e11111111111111111111111';
/** ProgramData in front of the object: state, slot, whether there is an authority, the authority. */
const PROGRAM_DATA = { header: 45, state: 3, hasAuthority: 12, authority: 13 } as const;
const EVENT = 'Program data: ';
/** How a refusal of a whole transaction is spelled. */
const NAMED = /err: (\w+)/;

interface Held {
  readonly owner: string;
  readonly lamports: bigint;
  readonly data: Uint8Array;
}

/** What a recording runs on: an object at the address of a program. */
export interface Deployed {
  readonly object: Uint8Array;
  readonly program: string;
  readonly upgradeAuthority: string;
}

/** An SVM with the object deployed. It checks no signatures: who has to sign is the program's question, and stays one. */
export function machine({ object, program, upgradeAuthority }: Deployed): LiteSVM {
  const svm = new LiteSVM().withSigverify(false).withTransactionHistory(0n);
  svm.addProgram(address(program), object);
  const header = Buffer.alloc(PROGRAM_DATA.header);
  header.writeUInt32LE(PROGRAM_DATA.state);
  header[PROGRAM_DATA.hasAuthority] = 1;
  new PublicKey(upgradeAuthority).toBuffer().copy(header, PROGRAM_DATA.authority);
  const [home] = PublicKey.findProgramAddressSync(
    [new PublicKey(program).toBuffer()],
    new PublicKey(UPGRADEABLE_LOADER),
  );
  put(svm, {
    address: home.toBase58(),
    owner: UPGRADEABLE_LOADER,
    lamports: svm.minimumBalanceForRentExemption(BigInt(header.length + object.length)).toString(),
    data: Buffer.concat([header, object]).toString('base64'),
  });
  return svm;
}

export function put(svm: LiteSVM, dump: AccountDump): void {
  const data = Buffer.from(dump.data, 'base64');
  svm.setAccount({
    address: address(dump.address),
    data,
    executable: false,
    lamports: lamports(BigInt(dump.lamports)),
    programAddress: address(dump.owner),
    space: BigInt(data.length),
  });
}

/** What holds no lamports is not there. */
export const forget = (svm: LiteSVM, key: string): void =>
  put(svm, { address: key, owner: SystemProgram.programId.toBase58(), lamports: '0', data: '' });

/** Sends a step's instructions in one transaction, and tells what became of them. */
export function run(svm: LiteSVM, step: Omit<Step, 'outcome'>): Outcome {
  svm.warpToSlot(BigInt(step.slot));
  const touched = [...new Set(step.instructions.flatMap(({ accounts }) => accounts.filter(isWritable).map(addressOf)))];
  const before = new Map(touched.map((key) => [key, held(svm, key)]));
  const result = svm.sendTransaction(getTransactionDecoder().decode(transaction(svm, step)));
  if (result instanceof FailedTransactionMetadata) return { refused: refusal(result) };
  const events = result.logs().flatMap((line) => (line.startsWith(EVENT) ? [hexOf(line.slice(EVENT.length))] : []));
  const changes = touched.flatMap((key) => {
    const change = changeOf(key, before.get(key), held(svm, key), key === step.payer);
    return change ? [change] : [];
  });
  return { events, changes };
}

const isWritable = ({ role }: { role: string }): boolean => role.includes('w');
const addressOf = ({ address }: { address: string }): string => address;
const hexOf = (base64: string): string => Buffer.from(base64, 'base64').toString('hex');

function transaction(svm: LiteSVM, { payer, instructions }: Omit<Step, 'outcome'>): Uint8Array {
  const message = new TransactionMessage({
    payerKey: new PublicKey(payer),
    recentBlockhash: svm.latestBlockhash(),
    instructions: instructions.map(
      ({ program, accounts, data }) =>
        new TransactionInstruction({
          programId: new PublicKey(program),
          keys: accounts.map(({ address, role }) => ({
            pubkey: new PublicKey(address),
            isSigner: role.includes('s'),
            isWritable: role.includes('w'),
          })),
          data: Buffer.from(data, 'hex'),
        }),
    ),
  });
  return new VersionedTransaction(message.compileToV0Message()).serialize();
}

function held(svm: LiteSVM, key: string): Held | undefined {
  const account = svm.getAccount(address(key));
  if (!account.exists || account.lamports === 0n) return undefined;
  return { owner: account.programAddress, lamports: account.lamports, data: Uint8Array.from(account.data) };
}

const GONE: Held = { owner: '', lamports: 0n, data: new Uint8Array() };

/** What the payer holds is left out: it pays the fee, which is the cluster's. */
function changeOf(key: string, was: Held = GONE, now: Held = GONE, isPayer = false): Change | undefined {
  const resized = was.data.length !== now.data.length;
  const pieces = differences(resized ? new Uint8Array(now.data.length) : was.data, now.data);
  const change: Change = {
    address: key,
    ...(was.owner !== now.owner && { owner: now.owner === '' ? SystemProgram.programId.toBase58() : now.owner }),
    ...(resized && { bytes: now.data.length }),
    ...(was.lamports !== now.lamports && !isPayer && { lamports: now.lamports.toString() }),
    pieces: [...pieces],
  };
  return Object.keys(change).length > 2 || pieces.length > 0 ? change : undefined;
}

function refusal(failed: FailedTransactionMetadata): { instruction: number; error: number | string } {
  const outer = failed.err();
  if (typeof outer !== 'object' || !('err' in outer))
    return { instruction: 0, error: NAMED.exec(failed.toString())?.[1] ?? 'transaction' };
  const inner = outer.err();
  if (typeof inner !== 'object') return { instruction: outer.index, error: `runtime ${inner}` };
  return { instruction: outer.index, error: 'code' in inner ? inner.code : inner.toString() };
}
