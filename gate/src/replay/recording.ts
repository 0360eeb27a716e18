import { z } from 'zod';
import { gateError } from '../errors.ts';

const address = z.string().regex(/^[1-9A-HJ-NP-Za-km-z]{32,44}$/);
const hex = z.string().regex(/^(?:[0-9a-f]{2})*$/);
const amount = z.string().regex(/^\d{1,20}$/);

/** Bytes from an offset on. */
const piece = z.tuple([z.number().int().min(0), hex]);

const account = z.object({ address, owner: address, lamports: amount, data: z.base64() });

/** What became of an account: the bytes that changed, or all of them where it was made, resized or given away. */
const change = z.object({
  address,
  owner: address.optional(),
  /** Of a new length, zeros where no piece says otherwise. */
  bytes: z.number().int().min(0).optional(),
  lamports: amount.optional(),
  pieces: z.array(piece),
});

const outcome = z.union([
  z.object({ events: z.array(hex), changes: z.array(change) }),
  /** A custom code, or the runtime's refusal by its number or text. */
  z.object({ refused: z.object({ instruction: z.number().int().min(0), error: z.union([z.number(), z.string()]) }) }),
]);

const step = z.object({
  slot: amount,
  payer: address,
  instructions: z.array(
    z.object({
      program: address,
      accounts: z.array(z.object({ address, role: z.enum(['', 'w', 's', 'sw']) })),
      data: hex,
    }),
  ),
  outcome,
});

const schema = z.object({
  format: z.literal(1),
  release: z.string(),
  /** Of the object that was recorded, in hex. */
  objectSha256: z.string().regex(/^[0-9a-f]{64}$/),
  program: address,
  upgradeAuthority: address,
  /** As most cases find them. */
  accounts: z.array(account),
  cases: z.array(
    z.object({
      name: z.string(),
      /** Accounts it starts from: one of those above, with other bytes in places; or one of its own. */
      start: z.array(
        z.union([account, z.object({ like: address, lamports: amount.optional(), pieces: z.array(piece) })]),
      ),
      steps: z.array(step),
    }),
  ),
});

/** What a released object did, with nothing that could change later: raw accounts, raw instructions, raw outcomes. */
export type Recording = z.infer<typeof schema>;
export type Case = Recording['cases'][number];
export type Step = Case['steps'][number];
export type Outcome = Step['outcome'];
export type Change = z.infer<typeof change>;
export type Piece = z.infer<typeof piece>;
export type AccountDump = z.infer<typeof account>;

/** @throws LockstepError GATE_RECORDING_INVALID */
export function parseRecording(text: string, file: string): Recording {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : 'it is no JSON';
    throw gateError('GATE_RECORDING_INVALID', `${file}: ${reason}`);
  }
}

/** The accounts a case starts from, whole. @throws LockstepError GATE_RECORDING_INVALID when it names one that is not there */
export function accountsOf(recording: Recording, { name, start }: Case): readonly AccountDump[] {
  const shared = new Map(recording.accounts.map((one) => [one.address, one]));
  return start.map((one) => {
    if (!('like' in one)) return one;
    const whole = shared.get(one.like);
    if (!whole)
      throw gateError('GATE_RECORDING_INVALID', `case ${name} starts from ${one.like}, which is not recorded`);
    const data = Buffer.from(whole.data, 'base64');
    for (const [offset, bytes] of one.pieces) data.write(bytes, offset, 'hex');
    return { ...whole, lamports: one.lamports ?? whole.lamports, data: data.toString('base64') };
  });
}

/** Places of equal length where two byte strings differ; nearby ones are one. */
export function differences(was: Uint8Array, now: Uint8Array): readonly Piece[] {
  const NEAR = 8;
  const pieces: { from: number; to: number }[] = [];
  for (let at = 0; at < now.length; at += 1) {
    if (was[at] === now[at]) continue;
    const last = pieces.at(-1);
    if (last && at - last.to < NEAR) last.to = at + 1;
    else pieces.push({ from: at, to: at + 1 });
  }
  return pieces.map(({ from, to }) => [from, Buffer.from(now.subarray(from, to)).toString('hex')]);
}
