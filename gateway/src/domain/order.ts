import { z } from 'zod';
import { orderSchema } from '#feeder';

const [priced, market, cancel] = orderSchema.options;

/** Body of `POST /orders`: an order as the engine reads it. */
export const orderBody = z.discriminatedUnion('type', [priced, market]);

/** Body of `DELETE /orders/{order}`: the path names the order that is cancelled, the body has the cancellation's own UUID. */
export const cancelBody = cancel.omit({ cancel: true });

/** The UUID of an order, as in a path. */
export const orderId = cancel.shape.cancel;
