import { flush, pause, proof, resume, services, unpause, verify } from './common-steps.ts';
import { configured, deployed } from './deploy.ts';
import { handedOver, imported, opened, rehearsed, takenBack } from './import.ts';
import { nominated, nominationWithdrawn, prepared, unlocked } from './nominate.ts';
import { preflight } from './preflight.ts';
import type { ForkStep } from './scene.ts';
import { swap } from './swap.ts';

/** While trades settle: whatever takes long, the timelock above all. */
const whileLive: readonly ForkStep[] = [
  { name: 'deploy', title: 'the release of the plan is deployed under the new program', run: deployed },
  { name: 'config', title: 'the new program has the same config, paused, and knows its predecessor', run: configured },
  {
    name: 'nominate',
    title: 'the new program is nominated, and its timelock runs',
    run: nominated,
    undo: { title: 'nobody is nominated', run: nominationWithdrawn },
  },
  { name: 'prepare', title: 'the new market is there, empty, and bound to the old one', run: prepared },
  { name: 'timelock', title: 'the timelock is over; trades settle meanwhile', run: unlocked },
];

const move: readonly ForkStep[] = [
  {
    name: 'hand-over',
    title: 'the old market is closed, its vaults are the new one’s',
    run: handedOver,
    undo: { title: 'the vaults are the old market’s again, and it is open', run: takenBack },
  },
  { name: 'import', title: 'every entry but the last is copied', run: imported },
  swap,
  services,
  { name: 'rehearse', title: 'the last import and a heartbeat, simulated, make the market of before', run: rehearsed },
  { name: 'open', title: 'the new market is open: from here on there is no way back', run: opened },
];

/** The market moves to another program. */
export const successorSteps: readonly ForkStep[] = [
  ...[preflight, ...whileLive, flush, pause, ...move, verify, unpause, resume, proof],
];
