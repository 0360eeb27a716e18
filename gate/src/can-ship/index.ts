/** Who is who in the matrix of ci/sim-test; the simulation and `lockstep gate can-ship` must agree on it. */
export type { Engine } from './engine.ts';
export { engineOf } from './engine.ts';
export type { Cell, Counts, Matrix, Reason, RelayerIdentity } from './matrix.ts';
export { EMBEDDED } from './matrix.ts';
export type { Package } from './package.ts';
export { readPackage } from './package.ts';
export type { Environment, Program } from './program.ts';
export { ENVIRONMENTS, programAt, releasedProgram, semverIn } from './program.ts';
export type { Relayer } from './relayer.ts';
export { relayerOf, SOURCE } from './relayer.ts';
