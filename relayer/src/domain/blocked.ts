/** What holds a lane although nothing is wrong with the batch itself: an operator or time will change it. */
export interface Blocked {
  readonly code: string;
  readonly reason: string;
}
