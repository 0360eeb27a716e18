/** The parts of an Anchor IDL the generators read, and how to build it from the program's source. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export interface IdlField {
  readonly name: string;
  readonly docs?: readonly string[];
  readonly type: unknown;
}

export interface IdlTypeDef {
  readonly name: string;
  readonly docs?: readonly string[];
  readonly type: { readonly kind: string; readonly fields?: readonly IdlField[] };
}

export interface Idl {
  readonly types: readonly IdlTypeDef[];
}

/** The Rust toolchain can't be had on this machine: what needs it was neither built nor checked. */
export class RustMissing extends Error {
  override readonly name = 'RustMissing';
}

export function structFields(idl: Idl, typeName: string): readonly IdlField[] {
  const fields = idl.types.find(({ name }) => name === typeName)?.type.fields;
  if (fields === undefined) throw new Error(`the IDL has no struct ${typeName}`);
  return fields;
}

/** What `tools/with-rust` answers when there is no toolchain. */
const TOOLCHAIN_MISSING = 3;

/**
 * Compiles the program's IDL and returns it as the text of idl/settlement.json.
 * @throws RustMissing when the toolchain can't be had, Error when the program does not compile.
 */
export function buildIdl(repo: string): string {
  const manifest = join(repo, 'tools/idl-builder/Cargo.toml');
  const built = spawnSync(
    join(repo, 'tools/with-rust'),
    ['cargo', 'run', '--quiet', '--locked', '--manifest-path', manifest, '--', join(repo, 'programs/settlement')],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 64 * 1024 * 1024, cwd: repo },
  );
  if (built.error !== undefined) throw built.error;
  if (built.status === TOOLCHAIN_MISSING) throw new RustMissing('no Rust toolchain');
  if (built.status !== 0) throw new Error(`the IDL could not be built from programs/settlement (exit ${built.status})`);
  return `${JSON.stringify(JSON.parse(built.stdout), null, 2)}\n`;
}
