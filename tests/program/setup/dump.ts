import { readFileSync } from 'node:fs';
import { PublicKey } from '@solana/web3.js';
import { configAddress } from '#client';
import { Chain } from './chain.ts';
import { keyOf } from './keys.ts';
import { releasedObject } from './object.ts';
import { keys, World } from './world.ts';

/** The accounts a market lives in, as a release of the program left them. */
export interface Dump {
  readonly release: string;
  readonly slot: string;
  readonly accounts: readonly { address: string; owner: string; lamports: string; data: string }[];
}

const PEOPLE = ['alice', 'bob', 'carol', 'dave'];
const people = PEOPLE.map((name, index) => ({
  key: keyOf(name),
  index,
  base: keyOf(`${name} base`).publicKey,
  quote: keyOf(`${name} quote`).publicKey,
}));

export function dumpOf(world: World, release: string): Dump {
  const market = keys.market.publicKey;
  const tokens = people.flatMap(({ base, quote }) => [base, quote]);
  const wanted = [
    configAddress(keys.programId),
    market,
    world.baseVault,
    world.quoteVault,
    keys.baseMint,
    keys.quoteMint,
  ];
  return {
    release,
    slot: world.chain.slot.toString(),
    accounts: [...wanted, ...tokens].flatMap((address) => {
      const account = world.chain.get(address);
      if (account === undefined) return [];
      const data = Buffer.from(account.data).toString('base64');
      const { owner, lamports } = account;
      return [{ address: address.toBase58(), owner: owner.toBase58(), lamports: lamports.toString(), data }];
    }),
  };
}

export const readDump = (release: string): Dump =>
  JSON.parse(readFileSync(new URL(`../dumps/${release}.json`, import.meta.url), 'utf8'));

/** A chain with the dump's accounts, and the object that left them deployed. */
export function restored(dump: Dump): World {
  const chain = Chain.deploy(keys.programId, keys.upgradeAuthority.publicKey, releasedObject(dump.release));
  chain.warpTo(BigInt(dump.slot));
  for (const { address, owner, lamports, data } of dump.accounts) {
    chain.put(new PublicKey(address), {
      data: Buffer.from(data, 'base64'),
      owner: new PublicKey(owner),
      lamports: BigInt(lamports),
    });
  }
  const { upgradeAuthority, admin, guardian, relayer, stranger } = keys;
  for (const key of [upgradeAuthority, admin, guardian, relayer, stranger, ...people.map((person) => person.key)]) {
    chain.fund(key.publicKey);
  }
  return new World(chain, people);
}
