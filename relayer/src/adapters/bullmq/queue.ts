import { Queue as BullQueue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { aborted } from '../../domain/aborted.ts';
import type { BatchKey } from '../../domain/row.ts';
import { TransientError } from '../../errors.ts';
import type { Queue } from '../../ports.ts';
import { isWrongType } from '../redis/ask.ts';
import type { LaneKeys } from '../redis/keys.ts';

export interface BullQueueDeps {
  /** Fails at once while Redis is away: adding a pointer is retried by its caller. */
  readonly impatient: Redis;
  /** Waits for Redis; BullMQ duplicates it for its blocking read. */
  readonly patient: Redis;
  readonly keys: LaneKeys;
  readonly logger: Logger;
}

interface Pointer {
  readonly batch: BatchKey;
}

const JOB_NAME = 'settle';
/** Neither an integer nor with a colon: BullMQ refuses both. */
const jobId = (key: BatchKey): string => `batch-${key}`;
/** The row says how a batch went; finished pointers would only block their id and fill memory. */
const FORGET_FINISHED = { removeOnComplete: true, removeOnFail: true } as const;
/** BullMQ's own event stream; nobody of ours reads it. */
const EVENTS_KEPT = 100;
/** Keys Redis looks at in one step. */
const SCAN_COUNT = 1_000;

/** One BullMQ queue per lane with one worker, one pointer at a time. */
export function createBullQueue({ impatient, patient, keys, logger }: BullQueueDeps): Queue {
  const { prefix, name } = keys.queue;
  const queue = new BullQueue<Pointer>(name, {
    connection: impatient,
    prefix,
    streams: { events: { maxLen: EVENTS_KEPT } },
    skipWaitingForReady: true,
  });
  let worker: Worker<Pointer> | undefined;
  let inWork: Promise<void> | undefined;
  const warn = (error: Error) => logger.warn({ err: error }, 'queue');
  queue.on('error', warn);

  const entry = (batch: BatchKey) => ({
    name: JOB_NAME,
    data: { batch },
    opts: { jobId: jobId(batch), attempts: 1, ...FORGET_FINISHED },
  });

  const empty = async () => {
    await queue.obliterate({ force: true });
    await queue.resume();
  };
  /** Keys of another type under BullMQ's names: it can't even delete them. */
  const forget = async () => {
    for await (const found of impatient.scanStream({ match: `${prefix}:${name}:*`, count: SCAN_COUNT })) {
      if (found.length > 0) await impatient.unlink(...found);
    }
  };
  let closed: Promise<void> | undefined;
  const close = async (abort: AbortSignal) => {
    await worker?.pause(true);
    await Promise.race([inWork?.catch(() => {}), aborted(abort)]);
    // Without Redis a polite end would wait for ever; what it leaves behind the next rebuild forgets.
    await worker?.close(abort.aborted || patient.status !== 'ready');
    await queue.close();
  };

  return {
    rebuild: (batches) =>
      reached(async () => {
        await empty().catch(async (error: unknown) => {
          if (!isWrongType(error)) throw error;
          await forget();
          await empty();
        });
        if (batches.length === 0) return;
        // A pointer that stands in no list survives the emptying, and would keep its batch from being added.
        await impatient.unlink(...batches.map((batch) => `${prefix}:${name}:${jobId(batch)}`));
        await queue.addBulk(batches.map(entry));
      }),
    add: (batch) =>
      reached(async () => {
        const { name: job, data, opts } = entry(batch);
        await queue.add(job, data, opts);
      }),
    consume(work) {
      const workOn = (batch: BatchKey) => {
        inWork = work(batch);
        return inWork;
      };
      worker = new Worker<Pointer>(name, (job) => workOn(job.data.batch), {
        connection: patient,
        prefix,
        concurrency: 1,
        // A pointer left in work by a crash is forgotten by the next rebuild; there is no other worker to hand it to.
        skipStalledCheck: true,
        removeOnComplete: { count: 0 },
        removeOnFail: { count: 0 },
      });
      worker.on('error', warn);
    },
    close(abort) {
      closed ??= close(abort);
      return closed;
    },
  };
}

async function reached(call: () => Promise<void>): Promise<void> {
  try {
    await call();
  } catch (cause) {
    throw new TransientError('QUEUE_UNAVAILABLE', `the queue: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}
