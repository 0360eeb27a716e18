import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { InputError } from '#feeder/input-error';
import { SEMVER } from '../release/folder.ts';
import { reasonOf } from '../rollout/site.ts';

const release = z.string().regex(SEMVER, 'is no release like 0.2.0');
const MINUTE_MS = 60_000;
const A_WEEK_MINUTES = 10_080;

const common = {
  site: z.string().min(1),
  /** Release of the program that runs afterwards. */
  program: release,
  /** Releases of the services that run afterwards; default: those that run before. */
  relayer: release.optional(),
  engine: release.optional(),
  reason: z.string().min(1).max(200),
  /** Counted from the flush; later the maintenance is shown as overdue, and nothing happens by itself. */
  deadlineMinutes: z.int().min(1).max(A_WEEK_MINUTES).optional(),
};

const planSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('in-place'), ...common }),
  z.strictObject({
    kind: z.literal('successor'),
    ...common,
    /** Key file of the new program's address. It is needed once, to deploy there. */
    programKeypair: z.string().min(1),
  }),
]);

/** What a hard fork is to do. Paths are absolute once read; in the file they may be relative to its folder. */
export type ForkPlan = z.infer<typeof planSchema> & { readonly deadlineMs: number | undefined };
export type ForkKind = ForkPlan['kind'];

/** @throws InputError PLAN_UNREADABLE with the field's name */
export async function readPlan(file: string): Promise<ForkPlan> {
  const plan = planSchema.safeParse(await contentOf(file));
  if (!plan.success) {
    const [issue] = plan.error.issues;
    throw unreadable(file, `${issue?.path.join('.') || 'the file'}: ${issue?.message}`);
  }
  const folder = dirname(resolve(file));
  const { deadlineMinutes } = plan.data;
  const deadlineMs = deadlineMinutes === undefined ? undefined : deadlineMinutes * MINUTE_MS;
  const at = { site: resolve(folder, plan.data.site), deadlineMs };
  return plan.data.kind === 'in-place'
    ? { ...plan.data, ...at }
    : { ...plan.data, ...at, programKeypair: resolve(folder, plan.data.programKeypair) };
}

async function contentOf(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw unreadable(file, error instanceof Error && 'code' in error ? reasonOf(`${error.code}`) : 'not valid JSON');
  }
}

const unreadable = (file: string, why: string): InputError =>
  new InputError(
    'PLAN_UNREADABLE',
    `${file}: ${why}`,
    'Give the plan with --plan; docs/reference/hardfork.md shows one of each kind. Nothing was changed.',
  );
