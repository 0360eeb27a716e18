import { readFile } from 'node:fs/promises';
import { PublicKey } from '@solana/web3.js';
import { Command } from 'commander';
import type { TradeProof } from '#client';
import { readMarketHeader, verifyTradeProof } from '#client';
import { InputError } from '#feeder';
import { address, httpUrl, root } from '../arguments.ts';
import type { Streams } from '../output.ts';
import { createOutput } from '../output.ts';
import { connect, fromNode } from '../rpc.ts';
import { describeOutcome, provenOutcome } from '../trade-proof.ts';

interface VerifyOptions {
  readonly program?: PublicKey;
  readonly market?: PublicKey;
  readonly root?: Uint8Array;
  readonly rpc?: string;
  readonly json: boolean;
}

const RECHECK = 'A root moves on with every batch: an older proof is renewed with `lockstep prove`.';

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
      const { proof, root: ownRoot } = await readProof(file);
      const place = {
        program: options.program ?? addressIn(file, proof.program),
        market: options.market ?? addressIn(file, proof.market),
      };
      const trusted = options.root ?? (options.rpc === undefined ? undefined : await chainRoot(options.rpc, place));
      const outcome = provenOutcome(verifyTradeProof(proof, { ...place, root: trusted ?? ownRoot }));
      output.say(describeOutcome(outcome));
      if (trusted === undefined) output.say("checked against the file's own root: compare it with the market's");
      output.result({ valid: true, rootTrusted: trusted !== undefined, ...outcome });
    });
}

/** The market must be the program's: anybody can put the bytes of a market into an account of another program. */
async function chainRoot(rpc: string, place: { program: PublicKey; market: PublicKey }): Promise<Uint8Array> {
  const { program, market } = place;
  const { value } = await fromNode(rpc, () => readMarketHeader(connect(rpc), market, 'confirmed', program));
  return value.tree.root;
}

/** @throws InputError PROOF_UNREADABLE */
async function readProof(file: string): Promise<{ proof: TradeProof; root: Uint8Array }> {
  try {
    const content = JSON.parse(await readFile(file, 'utf8')) as { proof?: TradeProof; root?: string };
    if (typeof content?.proof !== 'object' || content.proof === null) throw new Error('it has no field "proof"');
    return { proof: content.proof, root: root(content.root ?? '') };
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function addressIn(file: string, text: string): PublicKey {
  try {
    return new PublicKey(text);
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

const unreadable = (file: string, cause: unknown): InputError =>
  new InputError(
    'PROOF_UNREADABLE',
    `${file}: ${cause instanceof Error ? cause.message : cause}`,
    'Give a file written by `lockstep prove`.',
    { cause },
  );
