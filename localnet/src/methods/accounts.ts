import { type AccountFilter, matchesAll, readFilters } from '../account-filters.ts';
import { type AccountFormat, accountFormat, encodeAccount } from '../encode-account.ts';
import type { Json } from '../json.ts';
import type { LocalNode } from '../node.ts';
import { asAddress } from '../params.ts';
import { invalidParams, invalidRequest } from '../rpc-error.ts';
import type { AccountState } from '../svm.ts';
import { inContext, type MethodTable, readCommitment } from './method.ts';

/** Agave's MAX_MULTIPLE_ACCOUNTS. */
const MAX_MULTIPLE_ACCOUNTS = 100;
/** The largest account there can be, in bytes. */
const MAX_ACCOUNT_BYTES = 10n * 1024n * 1024n;

/** Accounts are always read as they are now; a commitment only changes the slot that the answer names. */
export const accountMethods: MethodTable = {
  getAccountInfo: {
    arity: [1, 2],
    run: (params, { node }) => {
      const address = params.address(0);
      const config = params.config(1);
      const format = accountFormat(config, 'binary');
      return inContext(node, readCommitment(config, node), accountOrNull(node, address, format));
    },
  },
  getMultipleAccounts: {
    arity: [1, 2],
    run: (params, { node }) => {
      const values = params.array(0);
      if (values.length > MAX_MULTIPLE_ACCOUNTS) {
        throw invalidParams(`Too many inputs provided; max ${MAX_MULTIPLE_ACCOUNTS}`);
      }
      const addresses = values.map(asAddress);
      const config = params.config(1);
      const format = accountFormat(config, 'base64');
      const accounts = addresses.map((address) => accountOrNull(node, address, format));
      return inContext(node, readCommitment(config, node), accounts);
    },
  },
  getProgramAccounts: {
    arity: [1, 2],
    run: (params, { node }) => {
      const program = params.address(0);
      const config = params.config(1);
      const format = accountFormat(config, 'binary');
      const filters = readFilters(config);
      const commitment = readCommitment(config, node);
      const accounts = keyedAccounts(node, program, filters, format);
      return config.flag('withContext') ? inContext(node, commitment, accounts) : accounts;
    },
  },
  getBalance: {
    arity: [1, 2],
    run: (params, { node }) => {
      const address = params.address(0);
      return inContext(node, readCommitment(params.config(1), node), node.svm.getBalance(address));
    },
  },
  getMinimumBalanceForRentExemption: {
    arity: [1, 2],
    run: (params, { node }) => {
      const length = params.u64(0);
      if (length > MAX_ACCOUNT_BYTES) throw invalidRequest('Invalid request');
      return node.svm.minimumBalance(length);
    },
  },
};

/** `{pubkey, account}` of every account of a program that passes the filters. */
export function keyedAccounts(
  node: LocalNode,
  program: string,
  filters: readonly AccountFilter[],
  format: AccountFormat,
): Json[] {
  return node.svm
    .getProgramAccounts(program)
    .filter(({ account }) => matchesAll(account, filters))
    .map(({ address, account }) => ({ account: encode(node, account, format), pubkey: address }));
}

function accountOrNull(node: LocalNode, address: string, format: AccountFormat): Json {
  const account = node.svm.getAccount(address);
  return account === undefined ? null : encode(node, account, format);
}

function encode(node: LocalNode, account: AccountState, format: AccountFormat): Json {
  return encodeAccount(account, format, (mint) => node.svm.getAccount(mint));
}
