import { z } from 'zod';
import { baseLots, price, traderIndex, U64_MAX } from '#client';

/** Longer is no order: what is written to the journal has a limit, and a stranger's text is not parsed. */
export const MAX_ORDER_CHARACTERS = 1_024;

const MAX_TRADER = 0xffff_ffffn;

/** Lower case alone: two spellings of one id would be two orders. */
const uuid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'must be a UUID in lower case');

const decimal = (least: bigint, most: bigint) =>
  z
    .string()
    .regex(/^(0|[1-9]\d{0,19})$/, 'must be a whole number as decimal text')
    .transform(BigInt)
    .refine((value) => value >= least && value <= most, `must be ${least} to ${most}`);

const trader = decimal(0n, MAX_TRADER).transform((value) => traderIndex(Number(value)));
const positive = decimal(1n, U64_MAX);
const quantity = positive.transform((value) => baseLots(value));
const side = z.enum(['buy', 'sell']);

const pricedSchema = z.strictObject({
  order: uuid,
  trader,
  side,
  type: z.enum(['limit', 'ioc', 'post_only']),
  /** Worst price it takes or waits at, in quote atoms per base lot. */
  price: positive.transform((value) => price(value)),
  /** Base lots. */
  quantity,
});
const marketSchema = z.strictObject({ order: uuid, trader, side, type: z.literal('market'), quantity });
const cancelSchema = z.strictObject({ order: uuid, trader, cancel: uuid });

/**
 * What field `o` of an entry of `orders:<lane>` holds, as JSON: an order, or the cancellation of one. Numbers are decimal text.
 * `trader` is the index of the entry on-chain; whoever appends the entry has made sure that it is the owner's order.
 */
export const orderSchema = z.union([pricedSchema, marketSchema, cancelSchema]);

/** What has at least an order to answer to. */
export const orderIdSchema = z.object({ order: uuid });

/** As it is in the stream. */
export type OrderMessage = z.input<typeof orderSchema>;
/** As it is acted on. */
export type OrderRequest = z.output<typeof orderSchema>;
export type NewOrder = Exclude<OrderRequest, { readonly cancel: string }>;
