/** What came of one migration of `schema-gate rewrite --json`, on one line. */
export function lineOf({ outcome, refusal, condition, before, steps }) {
  if (outcome === "refused") return `refused ${refusal.code}: ${refusal.reason}`;
  if (outcome === "unchanged") return condition ? `waits: ${condition}` : "unchanged";
  const most = (key) => Math.max(...steps.map(({ hold }) => hold[key]));
  const span = (ms) => `${ms.toFixed(1)} ms`;
  const held = (each) => `writers ${span(each("writersMs"))}, readers ${span(each("readersMs"))}`;
  return `rewritten in ${steps.length}; as it is: ${held((key) => before[key])}; steps: ${held(most)}`;
}
