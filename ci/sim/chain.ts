import { execFileSync } from 'node:child_process';
import type { PublicKey } from '@solana/web3.js';
import { idl } from '#client';
import type { Program } from '#gate/can-ship';
import { EMBEDDED } from '#gate/can-ship';
import { startLocalnet } from '#localnet';
import { startValidator, SLOT_MS as VALIDATOR_SLOT_MS } from '../../tests/localnet/chain.ts';

/** A chain with one program on it, loaded as an upgradeable one from its first slot on. */
export interface SimChain {
  /** With version; `embedded` for a node that proves nothing. */
  readonly name: string;
  readonly rpcUrl: string;
  readonly wsUrl: string;
  readonly slotMs: number;
  stop(): Promise<void>;
}

/** @throws the signal's reason */
export type StartSimChain = (program: Program, upgradeAuthority: PublicKey, signal: AbortSignal) => Promise<SimChain>;

const EMBEDDED_SLOT_MS = 40;
/** Every transaction of a cell is read back. */
const REMEMBERED = 100_000;

/** Each cell has a ledger of its own. */
export function validator(binary: string): StartSimChain {
  const name = versionOf(binary);
  return async (program, upgradeAuthority, signal) => {
    const genesis = ['--upgradeable-program', idl.address, program.file, upgradeAuthority.toBase58()];
    const chain = await startValidator(binary, genesis, signal);
    return { ...chain, name, slotMs: VALIDATOR_SLOT_MS };
  };
}

export const embedded: StartSimChain = async (program, upgradeAuthority) => {
  const node = await startLocalnet({
    slotMs: EMBEDDED_SLOT_MS,
    programs: [{ programId: idl.address, file: program.file, upgradeAuthority }],
    limits: { transactions: REMEMBERED },
  });
  const { rpcUrl, wsUrl } = node;
  return { name: EMBEDDED, rpcUrl, wsUrl, slotMs: EMBEDDED_SLOT_MS, stop: () => node.close() };
};

/** `solana-test-validator 4.2.0`. @throws when it does not start */
function versionOf(binary: string): string {
  const said = execFileSync(binary, ['--version'], { encoding: 'utf8' });
  return said.trim().split(/\s+/).slice(0, 2).join(' ');
}
