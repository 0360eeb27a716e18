import { FAUCET_LAMPORTS } from '../faucet.ts';
import { invalidParams } from '../rpc-error.ts';
import { AGAVE_VERSION, LOCALNET_VERSION } from '../version.ts';
import { inContext, type MethodTable, readCommitment } from './method.ts';

/** Agave's MAX_GET_SLOT_LEADERS. */
const MAX_SLOT_LEADERS = 5_000n;

/** What is asked about a cluster, answered for a cluster of one node that has no stake. */
export const clusterMethods: MethodTable = {
  getHealth: { arity: [0, 0], run: () => 'ok' },
  getVersion: {
    arity: [0, 0],
    run: () => ({ 'feature-set': 0, 'solana-core': AGAVE_VERSION, 'lockstep-localnet': LOCALNET_VERSION }),
  },
  getGenesisHash: { arity: [0, 0], run: (_, { node }) => node.timeline.genesisHash },
  getIdentity: { arity: [0, 0], run: (_, { identity }) => ({ identity }) },
  getSlotLeader: {
    arity: [0, 1],
    run: (params, { node, identity }) => {
      readCommitment(params.config(0), node);
      return identity;
    },
  },
  getSlotLeaders: {
    arity: [2, 2],
    run: (params, { identity }) => {
      params.u64(0);
      const count = params.u64(1);
      if (count > MAX_SLOT_LEADERS) throw invalidParams(`Invalid limit; max ${MAX_SLOT_LEADERS}`);
      return new Array<string>(Number(count)).fill(identity);
    },
  },
  getClusterNodes: {
    arity: [0, 0],
    run: (_, { identity, addresses }) => [
      {
        pubkey: identity,
        gossip: null,
        tpu: null,
        rpc: addresses.rpc,
        pubsub: addresses.pubsub,
        version: AGAVE_VERSION,
        featureSet: 0,
        shredVersion: 0,
      },
    ],
  },
  getVoteAccounts: { arity: [0, 1], run: () => ({ current: [], delinquent: [] }) },
  getSupply: {
    arity: [0, 1],
    run: (params, { node }) =>
      inContext(node, readCommitment(params.config(0), node), {
        circulating: FAUCET_LAMPORTS,
        nonCirculating: 0,
        nonCirculatingAccounts: [],
        total: FAUCET_LAMPORTS,
      }),
  },
};
