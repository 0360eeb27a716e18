import type { Signer, TransactionInstruction } from '@solana/web3.js';
import { PublicKey } from '@solana/web3.js';
import type { AccountDump, Case, Step } from '../../gate/src/replay/recording.ts';
import { differences } from '../../gate/src/replay/recording.ts';
import type { Chain } from '../../tests/program/setup/chain.ts';
import type { World } from '../../tests/program/setup/world.ts';

/** What a case does, on a world that is its own. */
export interface Scene {
  readonly name: string;
  readonly world: () => World;
  readonly play: (world: World) => void;
}

/** A case as it is before anything ran: everything but outcomes. */
export type Script = Omit<Case, 'steps'> & { readonly steps: readonly Omit<Step, 'outcome'>[] };

/** Accounts the SVM has by itself. */
const BUILT_IN = /^(?:NativeLoader1|BPFLoader|Sysvar1)/;

/** Plays scenes and keeps what was sent, and what was there before. */
export class Capture {
  readonly #shared = new Map<string, AccountDump>();
  readonly #scripts: Script[] = [];

  get accounts(): readonly AccountDump[] {
    return [...this.#shared.values()];
  }

  get scripts(): readonly Script[] {
    return this.#scripts;
  }

  take({ name, world: make, play }: Scene): void {
    const world = make();
    const before = world.chain.fork();
    const steps: Omit<Step, 'outcome'>[] = [];
    const send = world.chain.send.bind(world.chain);
    world.chain.send = (instructions, signers) => {
      steps.push(stepOf(world.chain, instructions, signers));
      return send(instructions, signers);
    };
    play(world);
    const keys = new Set(
      steps.flatMap(({ payer, instructions }) => [
        payer,
        ...instructions.flatMap(({ accounts }) => accounts.map(({ address }) => address)),
      ]),
    );
    const start = [...keys].flatMap((key) => {
      const account = before.get(new PublicKey(key));
      if (account === undefined || BUILT_IN.test(account.owner.toBase58())) return [];
      return [
        this.#stored({
          address: key,
          owner: account.owner.toBase58(),
          lamports: account.lamports.toString(),
          data: Buffer.from(account.data).toString('base64'),
        }),
      ];
    });
    this.#scripts.push({ name, start, steps });
  }

  /** The first account met at an address is kept whole, later ones as what differs. */
  #stored(account: AccountDump): Case['start'][number] {
    const first = this.#shared.get(account.address);
    if (first === undefined) this.#shared.set(account.address, account);
    const whole = first ?? account;
    const [was, now] = [Buffer.from(whole.data, 'base64'), Buffer.from(account.data, 'base64')];
    if (was.length !== now.length || whole.owner !== account.owner) return account;
    const lamports = whole.lamports === account.lamports ? {} : { lamports: account.lamports };
    return { like: account.address, ...lamports, pieces: [...differences(was, now)] };
  }
}

function stepOf(
  chain: Chain,
  instructions: readonly TransactionInstruction[],
  [payer]: readonly Signer[],
): Omit<Step, 'outcome'> {
  if (payer === undefined) throw new RangeError('somebody pays');
  return {
    slot: chain.slot.toString(),
    payer: payer.publicKey.toBase58(),
    instructions: instructions.map(({ programId, keys, data }) => ({
      program: programId.toBase58(),
      accounts: keys.map(({ pubkey, isSigner, isWritable }) => ({
        address: pubkey.toBase58(),
        role: isSigner ? (isWritable ? 'sw' : 's') : isWritable ? 'w' : '',
      })),
      data: Buffer.from(data).toString('hex'),
    })),
  };
}
