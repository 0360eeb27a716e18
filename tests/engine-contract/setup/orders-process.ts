import { engineCommand } from '#feeder';

// What the contract tells an engine of its load is for whoever writes the orders.
delete process.env.TRADE_COUNT;
delete process.env.TRADE_RATE;
process.env.ORDER_JOURNAL = `${process.env.RETRY_JOURNAL}.orders`;

await engineCommand()
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
  });
