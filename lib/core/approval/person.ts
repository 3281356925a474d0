import { skeleton } from "./skeleton.js";

/** Someone who may decide, and the names by which each channel knows them. */
export interface Person {
  readonly id: string;
  readonly email?: string | undefined;
  /** Slack's member id, such as `U024BE7LH`. */
  readonly slack?: string | undefined;
  /** Other names of the same person: a login, an operating system user. */
  readonly aliases?: readonly string[] | undefined;
}

export function namesOf(person: Person): ReadonlySet<string> {
  const names = [person.id, person.email, person.slack, ...(person.aliases ?? [])];
  return new Set(names.flatMap((name) => (name === undefined ? [] : [skeleton(name)])).filter((name) => name !== ""));
}

/** The person known by a name, or null; also null when several people claim it. */
export function personOf(people: readonly Person[], name: string): Person | null {
  const wanted = skeleton(name);
  const found = people.filter((person) => namesOf(person).has(wanted));
  return found.length === 1 ? (found[0] ?? null) : null;
}
