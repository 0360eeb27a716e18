import type { Connection, PublicKey } from '@solana/web3.js';
import { PublicKey as Address } from '@solana/web3.js';
import type { GlobalConfig, InitializeArgs } from '#client';
import { configAddress, readConfig, settlementInstructions } from '#client';
import { InputError } from '#feeder';
import type { Sender } from '../../transactions.ts';
import { createSender, step } from '../../transactions.ts';
import type { Cleanup } from '../cleanup.ts';
import { Differences } from '../differences.ts';
import { configArgs } from '../terms.ts';
import type { Keys } from '../venue.ts';
import type { ProgramPlace } from './program.ts';

export interface ConfigWorld {
  readonly connection: Connection;
  readonly send: Sender;
  readonly keys: Keys;
  readonly cleanup: Cleanup;
  readonly say: (line: string) => void;
}

/** What putting the relayer back may take when the run was interrupted. */
const RESTORE_TIMEOUT_MS = 15_000;

/**
 * The config that a run on this program goes by; undefined when the run has to create it, and may. One that exists is used only
 * when it is the operator's and says what `start` itself would say: then the run's relayer is made the active one, and the one before
 * it is put back at the end.
 * @throws InputError CONFIG_UNAVAILABLE, CONFIG_UNFIT
 */
export async function usableConfig(place: ProgramPlace, world: ConfigWorld): Promise<InitializeArgs | undefined> {
  const { connection, keys } = world;
  const operator = keys.operator.publicKey;
  if ((await connection.getAccountInfo(configAddress(place.program))) === null) {
    if (place.upgradeAuthority?.equals(operator)) return undefined;
    const authority = place.upgradeAuthority ?? 'nobody';
    throw unavailable(`${place.program} has no config, and only its upgrade authority ${authority} can create one`);
  }
  const { value: config } = await readConfig(connection, place.program, 'confirmed');
  if (!config.admin.equals(operator)) {
    throw unavailable(`the config of ${place.program} belongs to ${config.admin}, and the key in use is ${operator}`);
  }
  requireFit(config);
  await takeOver(place.program, config, world);
  return { ...config, activeRelayer: keys.relayer.publicKey };
}

/** @throws InputError CONFIG_UNFIT */
function requireFit(config: GlobalConfig): void {
  const { admin, guardian, activeRelayer } = config;
  const unfit = new Differences();
  const nobody = Address.default;
  unfit.compare('config', configArgs(admin, guardian, activeRelayer), config);
  const idle = { isPaused: false, featureFlags: 0n, attestor: nobody, pendingAdmin: nobody };
  unfit.compare('config', idle, config);
  unfit.compare('config.schedule.mask', 0, config.schedule.mask);
  unfit.compare('config.successor.program', nobody, config.successor.program);
  const first = unfit.list[0];
  if (first === undefined) return;
  throw new InputError(
    'CONFIG_UNFIT',
    `${first.what} is ${first.found}, and a run needs ${first.expected}: this config serves somebody else`,
    'Use a program of its own for trying things out; without --program one is deployed where none is.',
  );
}

async function takeOver(
  program: PublicKey,
  { activeRelayer: before }: GlobalConfig,
  world: ConfigWorld,
): Promise<void> {
  const { connection, send, keys, cleanup, say } = world;
  const ours = keys.relayer.publicKey;
  const admin = keys.operator.publicKey;
  const set = (relayer: PublicKey) =>
    step([settlementInstructions(program).setRelayer({ admin, activeRelayer: relayer })]);
  cleanup.add(async () => {
    const sender = createSender(connection, keys.operator, AbortSignal.timeout(RESTORE_TIMEOUT_MS));
    await sender.together([set(before)]).then(
      () => say(`active relayer ${ours} → ${before}, as it was`),
      (error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        say(`the active relayer is still ${ours}, not ${before}: ${why}`);
      },
    );
  });
  await send.together([set(ours)]);
  say(`active relayer ${before} → ${ours} while this run lasts`);
}

const unavailable = (message: string): InputError =>
  new InputError(
    'CONFIG_UNAVAILABLE',
    message,
    'Give that key with --keypair FILE, or name another program with --program.',
  );
