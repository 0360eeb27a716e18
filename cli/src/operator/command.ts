import { Command } from 'commander';
import type { Streams } from '../output.ts';
import { createOutput } from '../output.ts';
import { connect } from '../rpc.ts';
import { catchInterrupts } from '../start/interrupt.ts';
import { carryOut } from './carry-out.ts';
import type { Change } from './changes.ts';
import { changesOf } from './changes.ts';
import type { Desk } from './desk.ts';
import type { ChangeOptions, PlaceOptions } from './options.ts';
import { withSigning } from './options.ts';

/** Runs at a desk of its own, whose signal is the process's. */
export async function atDesk(
  options: PlaceOptions,
  streams: Streams,
  work: (desk: Desk) => Promise<void>,
): Promise<void> {
  const { rpc: rpcUrl, program, json } = options;
  const { signal, release } = catchInterrupts();
  try {
    const output = createOutput(json, streams);
    await work({ connection: connect(rpcUrl), rpcUrl, program, output, stdin: streams.stdin, signal });
  } finally {
    release();
  }
}

type Changes = ReturnType<typeof changesOf>;

/** What a command line asks for. */
export interface Asked<Value, Options> {
  readonly changes: Changes;
  /** Of the argument; undefined for a command that takes none. */
  readonly value: Value;
  readonly options: Options;
  readonly desk: Desk;
}

/** A command that makes one change; what it takes besides the options of every change is added to it by the caller. */
export function changeCommand<Value, Options = unknown>(
  streams: Streams,
  name: string,
  description: string,
  toChange: (asked: Asked<Value, ChangeOptions & Options>) => Change | Promise<Change>,
): Command {
  return withSigning(new Command(name).description(description)).action(async (...given: unknown[]) => {
    const command = given.at(-1) as Command;
    const options = command.opts<ChangeOptions & Options>();
    const value = command.processedArgs[0] as Value;
    await atDesk(options, streams, async (desk) => {
      const change = await toChange({ changes: changesOf(options.program), value, options, desk });
      await carryOut(desk, change, options);
    });
  });
}
