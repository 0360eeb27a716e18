import { SLOTS_PER_EPOCH } from '../sysvars.ts';
import { type MethodTable, readCommitment } from './method.ts';

export const slotMethods: MethodTable = {
  getSlot: {
    arity: [0, 1],
    run: (params, { node }) => node.timeline.at(readCommitment(params.config(0), node)).slot,
  },
  getBlockHeight: {
    arity: [0, 1],
    run: (params, { node }) => node.timeline.at(readCommitment(params.config(0), node)).height,
  },
  getTransactionCount: {
    arity: [0, 1],
    run: (params, { node }) => {
      readCommitment(params.config(0), node);
      return node.transactionCount;
    },
  },
  getEpochInfo: {
    arity: [0, 1],
    run: (params, { node }) => {
      const { slot, height } = node.timeline.at(readCommitment(params.config(0), node));
      return {
        absoluteSlot: slot,
        blockHeight: height,
        epoch: slot / SLOTS_PER_EPOCH,
        slotIndex: slot % SLOTS_PER_EPOCH,
        slotsInEpoch: SLOTS_PER_EPOCH,
        transactionCount: node.transactionCount,
      };
    },
  },
  getEpochSchedule: {
    arity: [0, 0],
    run: () => ({
      firstNormalEpoch: 0,
      firstNormalSlot: 0,
      leaderScheduleSlotOffset: SLOTS_PER_EPOCH,
      slotsPerEpoch: SLOTS_PER_EPOCH,
      warmup: false,
    }),
  },
};
