import { PublicKey } from '@solana/web3.js';
import { idl } from '#client';
import { startLocalnet } from '#localnet';
import { settlementRelease } from '../../release/program.ts';
import { newKeys } from '../venue.ts';
import type { ChainPlace, RunBase, RunSize } from './place.ts';

/** Shorter than a cluster's 400 ms: a batch waits for its block, and nobody else shares this chain. */
const SLOT_MS = 40;
const POLL_MS = 100;
const OPERATOR_LAMPORTS = 1_000_000_000_000_000n;
const RELAYER_LAMPORTS = 10_000_000_000_000n;
/** A batch holds at least one trade, a trader is set up with two transactions, the rest is config, mints and withdrawal. */
const TRANSACTIONS_PER_ITEM = 2;
const OTHER_TRANSACTIONS = 1_000;

/**
 * The embedded node with a release of the program. It remembers all transactions of the run, so that every one can be verified.
 * @throws LockstepError RELEASE_MISSING
 */
export async function embeddedChain(
  { trades, traders }: RunSize,
  { cleanup }: RunBase,
  named: string,
): Promise<ChainPlace> {
  const release = settlementRelease(named);
  const keys = newKeys();
  const program = new PublicKey(idl.address);
  const transactions = TRANSACTIONS_PER_ITEM * (trades + traders) + OTHER_TRANSACTIONS;
  const chain = await startLocalnet({
    slotMs: SLOT_MS,
    programs: [{ programId: program, file: release.file, upgradeAuthority: keys.operator.publicKey }],
    limits: { transactions },
  });
  cleanup.add(() => chain.close());
  chain.airdrop(keys.operator.publicKey, OPERATOR_LAMPORTS);
  chain.airdrop(keys.relayer.publicKey, RELAYER_LAMPORTS);
  return {
    rpcUrl: chain.rpcUrl,
    wsUrl: chain.wsUrl,
    connection: chain.connection('confirmed'),
    keys,
    program,
    config: undefined,
    slotMs: SLOT_MS,
    pollMs: POLL_MS,
    description: `node ${chain.rpcUrl} · settlement ${release.semver} at ${program}`,
  };
}
