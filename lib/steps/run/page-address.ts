/** Where the page of a run that waits can be reached. */
export interface PageAddress {
  readonly origin: string;
}
