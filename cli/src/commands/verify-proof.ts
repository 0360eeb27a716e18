import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { PublicKey } from '@solana/web3.js';
import { Command } from 'commander';
import type { TradeProof } from '#client';
import { decodeBatch, LockstepError, readMarketHeader, verifyTradeProof } from '#client';
import { fileReason, InputError } from '#feeder/input-error';
import { address, httpUrl, root } from '../arguments.ts';
import type { Streams } from '../output.ts';
import { createOutput, toJson } from '../output.ts';
import { findPastRoot } from '../past-root.ts';
import { connect, fromNode } from '../rpc.ts';
import { catchInterrupts } from '../start/interrupt.ts';
import type { ProvenOutcome } from '../trade-proof.ts';
import { describeOutcome, provenOutcome } from '../trade-proof.ts';

interface VerifyOptions {
  readonly program?: PublicKey;
  readonly market?: PublicKey;
  readonly root?: Uint8Array;
  readonly rpc?: string;
  readonly json: boolean;
}

const RECHECK =
  "A root moves on with every batch: with --rpc a proof also holds against a root that the market's transactions say it had.";

/** `lockstep verify-proof`: exit 0 when the proof holds, 1 when it does not. */
export function verifyProofCommand(streams: Streams): Command {
  return new Command('verify-proof')
    .description('check a proof made by `lockstep prove`')
    .argument('<file>', 'the proof')
    .option('--root <hex>', 'the root it must lead to, from a source you trust', root)
    .option('--rpc <url>', "read the market's root from this cluster instead", httpUrl)
    .option('--program <address>', 'the program it must be of (default: the one it names)', address)
    .option('--market <address>', 'the market it must be of (default: the one it names)', address)
    .option('--json', 'print the result as one line of JSON', false)
    .addHelpText(
      'after',
      `\nWithout --root and --rpc the proof is only checked against the root in its own file.\n${RECHECK}`,
    )
    .action(async (file: string, options: VerifyOptions) => {
      const output = createOutput(options.json, streams);
      const { proof, root: ownRoot, rootOf, outcome: told } = await readProof(file);
      const place = {
        program: options.program ?? addressIn(file, rootOf ?? proof, 'program'),
        market: options.market ?? addressIn(file, rootOf ?? proof, 'market'),
      };
      const { verdict, worth } = await judged(proof, ownRoot, place, options);
      const outcome = provenOutcome(verdict);
      refuseOtherWords(outcome, told);
      output.say(describeOutcome(outcome));
      if (!worth.rootTrusted) output.say("checked against the file's own root: compare it with the market's");
      if (worth.rootSlot !== undefined) {
        output.say(`its root is the market's of slot ${worth.rootSlot}; the market has moved on since`);
      }
      output.result({ valid: true, ...worth, ...outcome });
    });
}

type Verdict = ReturnType<typeof verifyTradeProof>;

/** What the root that a proof was held against is worth. */
interface Worth {
  readonly rootTrusted: boolean;
  /** Set when it was the market's once, and no longer is. */
  readonly rootSlot?: number;
}

/** @throws LockstepError PROOF_INVALID, PROOF_ROOT_UNKNOWN */
async function judged(
  proof: TradeProof,
  ownRoot: Uint8Array,
  place: Addresses,
  options: Pick<VerifyOptions, 'root' | 'rpc'>,
): Promise<{ readonly verdict: Verdict; readonly worth: Worth }> {
  const against = (root: Uint8Array): Verdict => verifyTradeProof(proof, { ...place, root });
  if (options.root !== undefined) return { verdict: against(options.root), worth: { rootTrusted: true } };
  if (options.rpc === undefined) return { verdict: against(ownRoot), worth: { rootTrusted: false } };
  const { rpc } = options;
  const present = await chainRoot(rpc, place);
  try {
    return { verdict: against(present), worth: { rootTrusted: true } };
  } catch {
    // A market that settles gets another root with every batch: the proof may be of one that it had a moment ago.
  }
  const verdict = against(ownRoot);
  const { sequence } = decodeBatch(Buffer.from(proof.payload, 'hex'));
  const { signal, release } = catchInterrupts();
  try {
    const lane = { connection: connect(rpc), ...place };
    const past = await fromNode(rpc, () => findPastRoot(lane, ownRoot, { sequence, signal }));
    if (past === undefined) throw rootUnknown(ownRoot, sequence);
    return { verdict, worth: { rootTrusted: true, rootSlot: past.slot } };
  } finally {
    release();
  }
}

interface Addresses {
  readonly program: PublicKey;
  readonly market: PublicKey;
}

/** The market must be the program's: anybody can put the bytes of a market into an account of another program. */
async function chainRoot(rpc: string, { program, market }: Addresses): Promise<Uint8Array> {
  const { value } = await fromNode(rpc, () => readMarketHeader(connect(rpc), market, 'confirmed', program));
  return value.tree.root;
}

const rootUnknown = (root: Uint8Array, sequence: bigint): LockstepError =>
  new LockstepError(
    'PROOF_ROOT_UNKNOWN',
    `the proof leads to root ${Buffer.from(root).toString('hex')}, which the market does not have, and none of its transactions since batch ${sequence} that the node tells of made it`,
    'Do not rely on this proof: make one of your own with `lockstep prove`, or ask a node that keeps the whole history.',
  );

/**
 * Readers look at the file's own words, so they must be the proof's.
 * @throws LockstepError PROOF_ALTERED
 */
function refuseOtherWords(proven: ProvenOutcome, told: unknown): void {
  if (told === undefined || isDeepStrictEqual(JSON.parse(toJson(proven)), told)) return;
  throw new LockstepError(
    'PROOF_ALTERED',
    `the file's readable outcome is not what its proof says: ${describeOutcome(proven)}`,
    'Trust nothing else in the file, and make a proof of your own with `lockstep prove`.',
  );
}

interface ReadProof {
  readonly proof: TradeProof;
  readonly root: Uint8Array;
  /** Whose root that is, when the market has moved since the trade settled. */
  readonly rootOf: Place | undefined;
  /** The outcome as the file has it for readers; nothing about it is known. */
  readonly outcome: unknown;
}

/** @throws InputError PROOF_UNREADABLE */
async function readProof(file: string): Promise<ReadProof> {
  try {
    const content = JSON.parse(await readFile(file, 'utf8')) as Partial<ReadProof & { root: string }> | null;
    if (typeof content?.proof !== 'object' || content.proof === null) throw new Error('it has no field "proof"');
    const rootOf = content.rootOf ?? undefined;
    return { proof: content.proof, root: rootIn(content.root), rootOf, outcome: content.outcome };
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function rootIn(text: unknown): Uint8Array {
  if (typeof text !== 'string' || !/^[0-9a-f]{64}$/i.test(text)) throw new Error('its "root" is not 64 hex digits');
  return root(text);
}

type Place = Pick<TradeProof, 'program' | 'market'>;

function addressIn(file: string, place: Place, field: 'program' | 'market'): PublicKey {
  try {
    return new PublicKey(place[field]);
  } catch (cause) {
    throw unreadable(file, new Error(`the "${field}" of its proof is no address`, { cause }));
  }
}

const unreadable = (file: string, cause: unknown): InputError =>
  new InputError('PROOF_UNREADABLE', `${file}: ${fileReason(cause)}`, 'Give a file written by `lockstep prove`.', {
    cause,
  });
