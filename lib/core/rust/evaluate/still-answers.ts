import type { Machine } from "./machine.js";
import type { Asked, Condition } from "./value.js";

/** Whether the database would still answer as it did when it was asked: the SQL asks when the branch is reached. */
export function stillAnswers(machine: Machine, condition: Condition): boolean {
  return condition.asked.every((asked) => machine.sink.since(asked.after).every((sql) => leaves(sql, asked)));
}

const SIMPLE = /^\s*(create|alter|drop|comment|insert|update|delete|truncate)\b/i;

/** A statement does not change an answer when it does one plain thing to something else. */
function leaves(sql: string | null, { table, part }: Asked): boolean {
  if (sql === null || table === null || !SIMPLE.test(sql) || /^\s*drop\s+(schema|owned)\b/i.test(sql)) return false;
  if (/;\s*\S/.test(sql)) return false;
  const rest = sql.toLowerCase();
  const within = (name: string) => rest.includes(name.toLowerCase());
  if (!within(table)) return part === null || !within(part) || !/\bindex\b/i.test(sql);
  return (
    part !== null &&
    !within(part) &&
    /^\s*(alter\s+table|comment|insert|update|delete)\b/i.test(sql) &&
    !/\brename\s+to\b|\bset\s+schema\b/i.test(sql)
  );
}
