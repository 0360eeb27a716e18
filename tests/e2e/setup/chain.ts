import type { PublicKey } from '@solana/web3.js';
import { idl } from '#client';
import type { Faults, Localnet } from '#localnet';
import { startLocalnet } from '#localnet';
import { releaseFile } from '../../../cli/src/release/program.ts';
import { startValidator, SLOT_MS as VALIDATOR_SLOT_MS } from '../../localnet/chain.ts';

/** A chain with the program on it. */
export interface SceneChain {
  readonly rpcUrl: string;
  readonly wsUrl: string;
  readonly slotMs: number;
  /** What only the embedded node can do with time. */
  readonly embedded?: Localnet;
  stop(): Promise<void>;
}

export type StartChain = (upgradeAuthority: PublicKey) => Promise<SceneChain>;

export interface EmbeddedOptions {
  readonly slotMs?: number;
  readonly faults?: Faults;
  /** Settlement release; default: the deployed one. */
  readonly release?: string;
}

/** Transactions remembered: every one of a scene is read back. */
const REMEMBERED = 100_000;
/** Finality a moment behind, so that rows are retired while a case runs. */
const FINALIZED_AFTER_SLOTS = 8;

export const embeddedChain =
  ({ slotMs = 25, faults, release }: EmbeddedOptions = {}): StartChain =>
  async (upgradeAuthority) => {
    const program = { programId: idl.address, file: releaseFile(release), upgradeAuthority };
    const node = await startLocalnet({
      slotMs,
      programs: [program],
      finalizedAfterSlots: FINALIZED_AFTER_SLOTS,
      limits: { transactions: REMEMBERED },
      ...(faults === undefined ? {} : { faults }),
    });
    return { rpcUrl: node.rpcUrl, wsUrl: node.wsUrl, slotMs, embedded: node, stop: () => node.close() };
  };

export const validatorChain =
  (binary: string): StartChain =>
  async (upgradeAuthority) => {
    const program = ['--upgradeable-program', idl.address, releaseFile(), upgradeAuthority.toBase58()];
    const chain = await startValidator(binary, program);
    return { ...chain, slotMs: VALIDATOR_SLOT_MS };
  };
