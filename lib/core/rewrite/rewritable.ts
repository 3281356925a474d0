/**
 * Rules whose hazard `schema-gate rewrite` removes: what the kinds of rewriting say that they take away. Written out, since lint names the command for
 * them, and loading the kinds to ask takes longer than linting a file.
 */
export const REWRITABLE: ReadonlySet<string> = new Set([
  ...["SG002", "SG004", "SG005", "SG007", "SG009", "SG010", "SG014", "SG016", "SG025", "SG026", "SG029", "SG030"],
  ...["SG031", "SG041", "SG045", "SG046", "SG047", "SG050", "SG052", "SG058", "SG060", "SG062", "SG068", "SG070"],
  ...["SG095", "SG096", "SG109"],
]);
