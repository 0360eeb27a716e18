import type { Idl } from '../idl/model.ts';
import type { FieldLock } from '../proto/lock.ts';
import type { Proto } from '../proto/model.ts';
import type { ProtoSource } from '../proto/parse.ts';
import type { Manifest } from './manifest.ts';

/** A program's IDL and where it was read. */
export interface ProgramSource {
  readonly idl: Idl;
  /** As the caller named it, or below that. */
  readonly file: string;
  readonly text: string;
}

export interface ProtoSide {
  readonly proto: Proto;
  readonly sources: readonly ProtoSource[];
}

/** One build: a release, or what a file or a folder says of the one to come. */
export interface Unit {
  /** What people call it: `settlement 0.1.0`, or a path. */
  readonly label: string;
  /** Whether it is one file that was named itself: the question is about that file then. */
  readonly isFile: boolean;
  readonly program: ProgramSource | undefined;
  readonly proto: ProtoSide | undefined;
  /** Numbers of protobuf fields, where they are kept in a lock. */
  readonly lock: FieldLock | undefined;
  readonly manifest: { readonly content: Manifest; readonly file: string } | undefined;
  /** Files that are not what the manifest says, by what is wrong. */
  readonly altered: readonly { readonly what: 'idl' | 'object'; readonly file: string }[];
}

/** What one of the two arguments stands for: a build, or every release of a folder. */
export type Side = readonly Unit[];
