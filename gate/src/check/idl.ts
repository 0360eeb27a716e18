import type { Finding } from '../finding.ts';
import type { Idl } from '../idl/model.ts';
import { isPod } from '../layout/pod.ts';
import { resolver } from '../layout/resolve.ts';
import { fits } from '../verdict.ts';
import { checkAccounts } from './accounts.ts';
import { checkConstants } from './constants.ts';
import { checkErrors } from './errors.ts';
import { checkEvents } from './events.ts';
import { checkInstructions } from './instructions.ts';
import { checkLooseTypes } from './loose-types.ts';
import { checkMeta } from './meta.ts';
import type { Sides, Sizes } from './sides.ts';

/** Everything that an IDL tells of what a change does. */
export function checkIdl(old: Idl, next: Idl, sizes: Sizes = new Map(), isOtherBuild = false): readonly Finding[] {
  const isPodded = [old, next].every(isPod);
  const sides: Sides = { old, next, oldTypes: resolver(old), newTypes: resolver(next), sizes, isPod: isPodded };
  const findings = [
    ...checkAccounts(sides),
    ...checkInstructions(sides),
    ...checkEvents(sides),
    ...checkErrors(old.errors, next.errors),
    ...checkConstants(old.constants, next.constants),
    ...checkLooseTypes(sides),
  ];
  const change = { isChanged: findings.length > 0, isFitting: fits(findings), isOtherBuild };
  return [...findings, ...checkMeta(old, next, change)];
}
