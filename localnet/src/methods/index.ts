import { accountMethods } from './accounts.ts';
import { blockMethods } from './blocks.ts';
import { clusterMethods } from './cluster.ts';
import { feeMethods } from './fees.ts';
import { historyMethods } from './history.ts';
import type { MethodTable } from './method.ts';
import { sendMethods } from './send.ts';
import { slotMethods } from './slots.ts';
import { tokenMethods } from './tokens.ts';

/** Every method that is answered over HTTP. */
export const methods: MethodTable = {
  ...accountMethods,
  ...blockMethods,
  ...clusterMethods,
  ...feeMethods,
  ...historyMethods,
  ...sendMethods,
  ...slotMethods,
  ...tokenMethods,
};
