/** What is known of accounts beside their layout. */
export interface Storage {
  /** Bytes allocated behind the discriminator, zeros where nothing was written; undefined: as many as the old layout takes. */
  readonly room: number | undefined;
  /** Whether the program's zero-copy numbers are known to be Pod wrappers, which may start anywhere. */
  readonly isPod: boolean;
}
