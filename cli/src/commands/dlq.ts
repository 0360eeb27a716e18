import { Command, InvalidArgumentError, Option } from 'commander';
import type { TradeId } from '#client';
import { tradeId } from '#client';
import { id, whole } from '../arguments.ts';
import { atDlqDesk } from '../dlq/desk.ts';
import type { DropOptions } from '../dlq/drop.ts';
import { drop } from '../dlq/drop.ts';
import type { IdRange } from '../dlq/ids.ts';
import { idRanges } from '../dlq/ids.ts';
import type { DlqOptions } from '../dlq/options.ts';
import { dlqSubcommand } from '../dlq/options.ts';
import type { ReplaceOptions } from '../dlq/replace.ts';
import { replace } from '../dlq/replace.ts';
import { list, show } from '../dlq/show.ts';
import type { Streams } from '../output.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1_000;
const DEFAULT_TIMEOUT_S = 30;
const MAX_TIMEOUT_S = 3_600;
const MAX_REASON_CHARACTERS = 500;

/** `lockstep dlq`: the trades that were settled as a void, and what becomes of them. */
export function dlqCommand(streams: Streams): Command {
  return new Command('dlq')
    .description('dead letters: trades the program refused, settled as a void; replace or drop them')
    .addCommand(
      dlqSubcommand('list', 'show the open dead letters, by trade id')
        .addOption(new Option('--after <id>', 'only those above this trade').argParser(id).default(tradeId(0), '0'))
        .option('--limit <n>', 'at most so many', whole(1, MAX_LIMIT), DEFAULT_LIMIT)
        .action((options: DlqOptions & { after: TradeId; limit: number }, command: Command) =>
          atDlqDesk(options, command, streams, (desk) => list(desk, options)),
        ),
    )
    .addCommand(
      dlqSubcommand('show', 'show one dead letter, why it is one, and what the chain says')
        .argument('<id>', 'the trade', id)
        .action((trade: TradeId, options: DlqOptions, command: Command) =>
          atDlqDesk(options, command, streams, (desk) => show(desk, trade)),
        ),
    )
    .addCommand(
      dlqSubcommand('replace', 'have the engine emit the trade again as a new one, and close the letter')
        .argument('<id>', 'the trade', id)
        .option('--by <id>', 'a trade that was entered in its place already; the engine is not asked', id)
        .option('--timeout <seconds>', 'how long the engine may take', whole(1, MAX_TIMEOUT_S), DEFAULT_TIMEOUT_S)
        .option('--yes', 'do not ask', false)
        .action((trade: TradeId, options: DlqOptions & ReplaceOptions, command: Command) =>
          atDlqDesk(options, command, streams, (desk) => replace(desk, trade, options)),
        ),
    )
    .addCommand(
      dlqSubcommand('drop', 'close letters without a new trade: the loss is accepted')
        .argument('<ids...>', 'trades, and ranges of them: 17 20-25', idRanges)
        .requiredOption('--reason <text>', 'why, for the record', reason)
        .option('--yes', 'do not ask', false)
        .action((ranges: readonly IdRange[], options: DlqOptions & DropOptions, command: Command) =>
          atDlqDesk(options, command, streams, (desk) => drop(desk, ranges, options)),
        ),
    );
}

function reason(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > MAX_REASON_CHARACTERS) {
    throw new InvalidArgumentError(`It must be a text of 1 to ${MAX_REASON_CHARACTERS} characters.`);
  }
  return trimmed;
}
