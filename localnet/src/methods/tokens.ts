import { type AccountFilter, memcmp } from '../account-filters.ts';
import { fromBase58 } from '../base58.ts';
import { accountFormat } from '../encode-account.ts';
import type { Json } from '../json.ts';
import type { LocalNode } from '../node.ts';
import { asAddress, type Config, type Params } from '../params.ts';
import { invalidParams } from '../rpc-error.ts';
import {
  isTokenProgram,
  type Mint,
  parseMint,
  parseTokenAccount,
  TOKEN_ACCOUNT_DELEGATE_OFFSET,
  TOKEN_ACCOUNT_OWNER_OFFSET,
  tokenAmount,
} from '../token.ts';
import { keyedAccounts } from './accounts.ts';
import { inContext, type MethodTable, readCommitment } from './method.ts';

/** Agave's NUM_LARGEST_ACCOUNTS. */
const LARGEST_ACCOUNTS = 20;

export const tokenMethods: MethodTable = {
  getTokenAccountBalance: {
    arity: [1, 2],
    run: (params, { node }) => {
      const account = node.svm.getAccount(params.address(0));
      if (account === undefined) throw invalidParams('Invalid param: could not find account');
      const token = parseTokenAccount(account);
      if (token === undefined) throw invalidParams('Invalid param: not a Token account');
      const { mint } = readMint(node, token.mint, 'Invalid param: mint could not be unpacked');
      const value = tokenAmount(token.amount, mint.decimals);
      return inContext(node, readCommitment(params.config(1), node), value);
    },
  },
  getTokenSupply: {
    arity: [1, 2],
    run: (params, { node }) => {
      const { mint } = readMint(node, params.address(0), 'Invalid param: mint could not be unpacked');
      const value = tokenAmount(mint.supply, mint.decimals);
      return inContext(node, readCommitment(params.config(1), node), value);
    },
  },
  getTokenLargestAccounts: {
    arity: [1, 2],
    run: (params, { node }) => {
      const address = params.address(0);
      const { mint, program } = readMint(node, address, 'Invalid param: Token mint could not be unpacked');
      const value = largestAccounts(node, address, program, mint.decimals);
      return inContext(node, readCommitment(params.config(1), node), value);
    },
  },
  getTokenAccountsByOwner: { arity: [2, 3], run: (params, { node }) => ownedBy(params, node, isOwner) },
  getTokenAccountsByDelegate: { arity: [2, 3], run: (params, { node }) => ownedBy(params, node, isDelegate) },
};

function isOwner(owner: string): AccountFilter {
  return memcmp(TOKEN_ACCOUNT_OWNER_OFFSET, fromBase58(owner));
}

function isDelegate(delegate: string): AccountFilter {
  const bytes = memcmp(TOKEN_ACCOUNT_DELEGATE_OFFSET, fromBase58(delegate));
  return (account) => bytes(account) && parseTokenAccount(account)?.delegate === delegate;
}

function ownedBy(params: Params, node: LocalNode, filterFor: (address: string) => AccountFilter): Json {
  const filters: AccountFilter[] = [
    filterFor(params.address(0)),
    (account) => parseTokenAccount(account) !== undefined,
  ];
  const config = params.config(2);
  const { program, mint } = readSelector(params.config(1), node);
  if (mint !== undefined) filters.push(memcmp(0, fromBase58(mint)));
  const accounts = keyedAccounts(node, program, filters, accountFormat(config, 'binary'));
  return inContext(node, readCommitment(config, node), accounts);
}

/** `{mint}` or `{programId}`: which accounts of the owner are meant. */
function readSelector(selector: Config, node: LocalNode): { program: string; mint?: string } {
  const mint = selector.optional('mint', asAddress);
  if (mint !== undefined) {
    return { program: readMint(node, mint, 'Invalid param: Token mint could not be unpacked').program, mint };
  }
  const program = selector.optional('programId', asAddress);
  if (program === undefined) throw invalidParams('Invalid params: invalid value: map, expected map with a single key.');
  if (!isTokenProgram(program)) throw invalidParams('Invalid param: unrecognized Token program id');
  return { program };
}

function readMint(node: LocalNode, address: string, complaint: string): { mint: Mint; program: string } {
  const account = node.svm.getAccount(address);
  const mint = account === undefined ? undefined : parseMint(account);
  if (account === undefined || mint === undefined) throw invalidParams(complaint);
  return { mint, program: account.owner };
}

function largestAccounts(node: LocalNode, mint: string, program: string, decimals: number): Json {
  return node.svm
    .getProgramAccounts(program)
    .flatMap(({ address, account }) => {
      const token = parseTokenAccount(account);
      return token?.mint === mint ? [{ address, amount: token.amount }] : [];
    })
    .sort((a, b) => (a.amount < b.amount ? 1 : a.amount > b.amount ? -1 : 0))
    .slice(0, LARGEST_ACCOUNTS)
    .map(({ address, amount }) => ({ address, ...tokenAmount(amount, decimals) }));
}
