const ORDER_TYPES = ['limit', 'market', 'ioc', 'fok'] as const;
const TIERS = 4;
/** Of the instrument every cell has: two decimals in prices, four in quantities. */
const FIRST_PRICE = 40_000;

/** A file of trades with every order type in every fee tier, bought and sold. */
export function everyKind(count: number): string {
  const rows = Array.from({ length: count }, (_, at) => {
    const price = `${FIRST_PRICE + (at % 97)}.${String((at * 13) % 100).padStart(2, '0')}`;
    const quantity = `0.${String(1 + ((at * 7_919) % 9_999)).padStart(4, '0')}`;
    const kind = [ORDER_TYPES[at % ORDER_TYPES.length], Math.floor(at / ORDER_TYPES.length) % TIERS];
    const side = Math.floor(at / (ORDER_TYPES.length * TIERS)) % 2 === 0 ? 'buy' : 'sell';
    return [at + 1, 1_700_000_000_000 + at, price, quantity, side, ...kind].join(',');
  });
  return `trade_id,timestamp_ms,price,quantity,taker_side,order_type,fee_tier\n${rows.join('\n')}\n`;
}
