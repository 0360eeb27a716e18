import type { Maintenance } from '../domain/maintenance.ts';
import { isQuiet } from '../domain/maintenance.ts';
import { LaneRestart } from '../errors.ts';
import type { Chain } from '../ports.ts';

export const standStill = ({ id, phase }: Pick<Maintenance, 'id' | 'phase'>): LaneRestart =>
  new LaneRestart(`maintenance ${id} is ${phase}: the lane stands still`);

/** While the lane has to stand still nothing is signed or sent, whatever may still be under way. @throws LaneRestart */
export function silenced(chain: Chain, known: { readonly maintenance: Maintenance | undefined }): Chain {
  const requireVoice = () => {
    const { maintenance } = known;
    if (maintenance !== undefined && isQuiet(maintenance)) throw standStill(maintenance);
  };
  const guards: Pick<Chain, 'sign' | 'send'> = {
    async sign(...args) {
      requireVoice();
      return chain.sign(...args);
    },
    async send(...args) {
      requireVoice();
      await chain.send(...args);
    },
  };
  return Object.assign(Object.create(chain) as Chain, guards);
}
