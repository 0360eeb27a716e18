import { createHash } from 'node:crypto';
import type { Desk } from '../operator/desk.ts';
import { releaseOf, settlementRelease } from '../release/program.ts';
import { fromNode } from '../rpc.ts';
import { readDeployed } from './deployed.ts';

/** What runs at an address, from the chain alone. */
export async function showProgram({ connection, program, rpcUrl, output }: Desk): Promise<void> {
  const { bytes, slot, authority } = await fromNode(rpcUrl, () => readDeployed(connection, program));
  const semver = releaseOf(bytes);
  const release = semver === undefined ? undefined : settlementRelease(semver);
  // Of unknown bytes the zeros behind them cannot be told from their own.
  const object = release === undefined ? withoutZeros(bytes) : bytes.subarray(0, release.bytes);
  const sha256 = createHash('sha256').update(object).digest('hex');
  const versions = release?.batchVersions.map((version) => `V${version}`).join('+') ?? 'unknown';
  output.say(`program         ${program}`);
  output.say(`release         ${semver === undefined ? 'none of releases/settlement' : `settlement ${semver}`}`);
  output.say(`object          ${object.length} bytes, sha256 ${sha256}; room for ${bytes.length}`);
  output.say(`settles         ${versions}`);
  output.say(`authority       ${authority ?? 'nobody: it can never be upgraded'}`);
  output.say(`deployed        at slot ${slot}`);
  output.result({
    ...{ program, release: semver ?? null, sha256, bytes: object.length, room: bytes.length },
    ...{ batchVersions: release?.batchVersions ?? null, authority: authority ?? null, deployedSlot: slot },
  });
}

function withoutZeros(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return bytes.subarray(0, end);
}
