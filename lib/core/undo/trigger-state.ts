/** The word of ALTER TABLE … TRIGGER for what `pg_trigger.tgenabled` says. */
export function triggerState(enabled: unknown): "ENABLE" | "ENABLE ALWAYS" | "ENABLE REPLICA" | "DISABLE" {
  switch (enabled) {
    case "D":
      return "DISABLE";
    case "A":
      return "ENABLE ALWAYS";
    case "R":
      return "ENABLE REPLICA";
    default:
      return "ENABLE";
  }
}
