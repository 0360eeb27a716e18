/** How sure the cluster is of a slot, weakest first. */
export const COMMITMENTS = ['processed', 'confirmed', 'finalized'] as const;

export type Commitment = (typeof COMMITMENTS)[number];

export function reaches(actual: Commitment, wanted: Commitment): boolean {
  return COMMITMENTS.indexOf(actual) >= COMMITMENTS.indexOf(wanted);
}
