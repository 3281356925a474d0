/** A state of an ASL file, as far as its history is concerned. */
export interface HistoryState {
  readonly Type: string;
  readonly Resource?: string;
  readonly ItemProcessor?: { readonly ProcessorConfig: { readonly Mode: string } };
}

/**
 * Events that one visit of a state adds to the history of its execution when all goes well, as the console shows them. An inline Map
 * adds those of its children too; a Distributed Map's children have histories of their own.
 */
export function eventsOf(state: HistoryState, children: { readonly count: number; readonly events: number }): number {
  switch (state.Type) {
    case "Task":
      // Entered, Scheduled, Started, (Submitted,) Succeeded, Exited.
      return state.Resource?.endsWith(".waitForTaskToken") ? 6 : 5;
    case "Map":
      // Entered, Started, Succeeded, Exited; MapRunStarted and MapRunSucceeded, or Iteration Started and Succeeded per child.
      return state.ItemProcessor?.ProcessorConfig.Mode === "DISTRIBUTED"
        ? 6
        : 4 + children.count * (children.events + 2);
    default:
      // Entered, Exited.
      return 2;
  }
}
