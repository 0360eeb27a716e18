import type { Connection, PublicKey } from '@solana/web3.js';
import { LockstepError } from '#client';
import { readDeployed } from '../program-upgrade/deployed.ts';
import { releaseOf, settlementRelease } from '../release/program.ts';

/** Which release of the settlement program runs. */
export interface DeployedRelease {
  /** Undefined for bytes that are no release. */
  readonly release: string | undefined;
  /** That it settles, lowest first. */
  readonly batchVersions: readonly number[] | undefined;
}

/** Undefined where no program of the upgradeable loader is. */
export async function readDeployedRelease(
  connection: Connection,
  program: PublicKey,
): Promise<DeployedRelease | undefined> {
  try {
    const release = releaseOf((await readDeployed(connection, program)).bytes);
    return { release, batchVersions: release === undefined ? undefined : settlementRelease(release).batchVersions };
  } catch (error) {
    if (error instanceof LockstepError && error.code === 'PROGRAM_MISSING') return undefined;
    throw error;
  }
}

export function* deployedLines(deployed: DeployedRelease | undefined): Generator<string> {
  if (deployed === undefined) return;
  const { release, batchVersions } = deployed;
  const settles = batchVersions?.map((version) => `V${version}`).join('+') ?? 'unknown versions';
  yield `program             ${release === undefined ? 'none of the releases' : `settlement ${release}`}, settles ${settles}`;
}
