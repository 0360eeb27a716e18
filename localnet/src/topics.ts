/** What a websocket client can subscribe to, read from its request. */
import { type AccountFilter, readFilters } from './account-filters.ts';
import { type AccountFormat, accountFormat } from './encode-account.ts';
import { asArray, asConfig, Params } from './params.ts';
import { invalidParams, RpcError } from './rpc-error.ts';
import type { Commitment } from './timeline.ts';

export type Topic =
  | {
      readonly kind: 'account';
      readonly commitment: Commitment;
      readonly address: string;
      readonly format: AccountFormat;
    }
  | {
      readonly kind: 'program';
      readonly commitment: Commitment;
      readonly program: string;
      readonly filters: readonly AccountFilter[];
      readonly format: AccountFormat;
    }
  | {
      readonly kind: 'signature';
      readonly commitment: Commitment;
      readonly signature: string;
      /** Also tell when the transaction arrives. */
      readonly onReceived: boolean;
    }
  | {
      readonly kind: 'logs';
      readonly commitment: Commitment;
      /** Only transactions that name this account; undefined for all. */
      readonly mention: string | undefined;
    }
  | { readonly kind: 'slot' }
  | { readonly kind: 'root' };

export type TopicKind = Topic['kind'];

export const TOPIC_KINDS: readonly TopicKind[] = ['account', 'program', 'signature', 'logs', 'slot', 'root'];

/** Throws invalid params. */
export function readTopic(kind: TopicKind, values: unknown): Topic {
  switch (kind) {
    case 'account': {
      const params = new Params(values, 1, 2);
      const config = params.config(1);
      const address = orInvalidRequest('pubkey', () => params.address(0));
      return { kind, commitment: config.commitment(), address, format: accountFormat(config, 'binary') };
    }
    case 'program': {
      const params = new Params(values, 1, 2);
      const config = params.config(1);
      const program = orInvalidRequest('pubkey', () => params.address(0));
      const format = accountFormat(config, 'binary');
      return { kind, commitment: config.commitment(), program, filters: readFilters(config), format };
    }
    case 'signature': {
      const params = new Params(values, 1, 2);
      const config = params.config(1);
      const signature = orInvalidRequest('signature', () => params.signature(0));
      return {
        kind,
        commitment: config.commitment(),
        signature,
        onReceived: config.flag('enableReceivedNotification'),
      };
    }
    case 'logs': {
      const params = new Params(values, 1, 2);
      return { kind, commitment: params.config(1).commitment(), mention: readMention(params) };
    }
    case 'slot':
    case 'root':
      refuseParams(values);
      return { kind };
  }
}

function refuseParams(values: unknown): void {
  new Params(values, 0, 0);
}

function readMention(params: Params): string | undefined {
  const filter = params.value(0);
  if (filter === 'all' || filter === 'allWithVotes') return undefined;
  if (typeof filter === 'string') {
    throw invalidParams(
      `Invalid params: unknown variant \`${filter}\`, expected one of \`all\`, \`allWithVotes\`, \`mentions\`.`,
    );
  }
  const mentions = asConfig(filter).required('mentions', asArray);
  if (mentions.length !== 1) throw invalidParams('Invalid Request: Only 1 address supported');
  return orInvalidRequest('pubkey', () => new Params(mentions, 1, 1).address(0));
}

function orInvalidRequest(what: string, read: () => string): string {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof RpcError) throw invalidParams(`Invalid Request: Invalid ${what} provided`);
    throw cause;
  }
}
