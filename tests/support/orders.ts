import type { OrderMessage } from '#feeder';

/** The n-th order id. */
export const orderId = (n: number): string => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

type Side = 'buy' | 'sell';
type Priced = Extract<OrderMessage, { readonly price: string }>;

/** Order messages, each with the next id. */
export class OrderWriter {
  #last = 0;

  priced(type: Priced['type'], side: Side, trader: number, price: number, quantity: number): OrderMessage {
    return { order: this.#next(), trader: `${trader}`, side, type, price: `${price}`, quantity: `${quantity}` };
  }

  limit = (side: Side, trader: number, price: number, quantity: number): OrderMessage =>
    this.priced('limit', side, trader, price, quantity);

  market(side: Side, trader: number, quantity: number): OrderMessage {
    return { order: this.#next(), trader: `${trader}`, side, type: 'market', quantity: `${quantity}` };
  }

  cancel(trader: number, { order }: OrderMessage): OrderMessage {
    return { order: this.#next(), trader: `${trader}`, cancel: order };
  }

  #next(): string {
    this.#last += 1;
    return orderId(this.#last);
  }
}
