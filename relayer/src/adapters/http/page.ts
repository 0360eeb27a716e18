/** What is answered at a path. */
export interface Page {
  readonly status: number;
  /** Content type. */
  readonly type: string;
  readonly body: string;
}

/** By path; each makes its page anew. */
export type Pages = Readonly<Record<string, () => Page | Promise<Page>>>;
