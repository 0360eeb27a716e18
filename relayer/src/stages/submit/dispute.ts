import type { ProgramRefusal } from '#client';
import type { Blocked } from '../../domain/blocked.ts';
import { TransientError } from '../../errors.ts';
import type { Chain, NodeSimulation, Simulation } from '../../ports.ts';

/**
 * A void can't be taken back and a halt wakes somebody, so neither follows from one node's word where there are several: each is asked,
 * and all that answer have to say the same. The only node of a lane is believed.
 * @returns what they disagree about; undefined when the refusal stands
 * @throws TransientError RPC_UNAVAILABLE while only one of several answers
 */
export async function disputeOf(
  payload: Uint8Array,
  refusal: ProgramRefusal,
  chain: Chain,
): Promise<Blocked | undefined> {
  const answers = await chain.simulateOnAll(payload);
  const heard = answers.filter((answer) => answer !== undefined);
  if (!heard.every(({ simulation }) => isSame(simulation, refusal))) {
    const said = heard.map(({ node, simulation }) => `${node}: ${told(simulation)}`).join('; ');
    const reason = `RPC endpoints disagree whether the program refuses with ${named(refusal)}; nothing was voided. ${said}`;
    return { code: 'SIMULATION_DISPUTED', reason };
  }
  if (heard.length < Math.min(2, answers.length)) throw unconfirmed(refusal, heard);
  return undefined;
}

const isSame = (simulation: Simulation, refusal: ProgramRefusal): boolean =>
  simulation.kind === 'refused' && named(simulation.refusal) === named(refusal);

const named = ({ name, trade }: ProgramRefusal): string =>
  trade === undefined ? name : `${name} of trade ${trade.tradeId} at ${trade.index}`;

const told = (simulation: Simulation): string =>
  simulation.kind === 'refused' ? named(simulation.refusal) : simulation.kind;

function unconfirmed(refusal: ProgramRefusal, heard: readonly NodeSimulation[]): TransientError {
  const who = heard.map(({ node }) => node).join(', ');
  return new TransientError('RPC_UNAVAILABLE', `${who} alone says ${named(refusal)}, and no other endpoint answers`);
}
