import { inPlaceSteps } from './in-place.ts';
import type { ForkPlan } from './plan.ts';
import type { ForkStep } from './scene.ts';
import { successorSteps } from './successor.ts';

/** The steps of a plan, in their order. */
export const stepsOf = ({ kind }: Pick<ForkPlan, 'kind'>): readonly ForkStep[] =>
  kind === 'in-place' ? inPlaceSteps : successorSteps;
