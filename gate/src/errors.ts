import { LockstepError } from '#client/errors';

/** Why nothing was judged, and what to do about it. All of them end the command with 2. */
const advice = {
  GATE_INPUT_UNREADABLE:
    'Name two IDL files (.json), two .proto files or folders of them, releases, or folders that hold these.',
  GATE_IDL_INVALID: 'Give the IDL as the Anchor CLI writes it (spec 0.1.0, or the form before it).',
  GATE_PROTO_INVALID: 'Make protoc accept the file first.',
  GATE_MANIFEST_INVALID: 'Compare the manifest with releases/README.md.',
  GATE_SIDES_DIFFER: 'Compare like with like: both sides need an IDL, a .proto or a manifest of the same component.',
  GATE_WAIVERS_INVALID: 'docs/reference/gate.md says what a waiver looks like.',
  GATE_SIZES_INVALID: 'Give a JSON object: name of an account type to its allocated bytes, discriminator included.',
  GATE_ENGINE_UNKNOWN:
    'Name a release (feeder@0.2.0), a folder with package and manifest, or a program that can be run.',
  GATE_RELEASE_MISSING:
    'Name one that releases/ has. The C++ engine of this checkout is `candidate` to ci/sim-test, and engine/build/lockstep-engine to can-ship.',
  GATE_MATRIX_MISSING: 'Run `ci/sim-test --out FILE` first, or name what it wrote.',
  GATE_MATRIX_INVALID: 'Give what ci/sim-test wrote with --out; without one, run it first.',
  GATE_CHAIN_UNREADABLE: 'Give the RPC URL of a cluster and the address of its settlement program, both.',
  GATE_LOCK_INVALID: 'Restore field-numbers.json; `npm run generate` writes it.',
  GATE_RECORDING_INVALID: 'Restore golden.json of the release, or record it anew (`npm run -s release:golden`).',
  GATE_OBJECT_INVALID: 'Name the object of a program (.so), or a release that has one.',
  GATE_FAILED: 'This is a fault of the gate: nothing was judged. Report it with both inputs.',
} as const;
export type GateErrorCode = keyof typeof advice;

export function gateError(code: GateErrorCode, message: string, cause?: unknown): LockstepError {
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  return new LockstepError(code, message + reason, advice[code], { cause });
}
