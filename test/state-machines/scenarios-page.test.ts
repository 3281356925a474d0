import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../lib/adapters/local/package-root.js";
import { SCENARIOS } from "../aws/scenarios/scenarios.js";
import { PAGE, statesOnPage } from "../aws/scenarios/scenarios-page.js";

interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly Catch?: readonly { readonly Next: string }[];
  readonly Choices?: readonly { readonly Next: string }[];
}

const file = join(packageRoot(), "state-machines", "safety-gate.asl.json");
const { StartAt: start, States: states } = JSON.parse(readFileSync(file, "utf8")) as {
  StartAt: string;
  States: Readonly<Record<string, State>>;
};
const page = readFileSync(PAGE, "utf8");

function following(name: string): readonly (string | undefined)[] {
  const { Next, Default, Catch = [], Choices = [] } = states[name] ?? { Type: "none" };
  return [Next, Default, ...Catch.map((each) => each.Next), ...Choices.map((each) => each.Next)];
}

describe("docs/aws-scenarios.md, which npm run test:aws compares with both engines", () => {
  it.each(SCENARIOS)(
    "shows the scenario $name with its outcome on both",
    ({ name, about, outcome, migrated, tenants }) => {
      expect(page).toContain(`| ${name} | ${about} | ${outcome} | ${outcome} | ${migrated.length} of ${tenants} | `);
    },
  );

  it("shows no scenario that is not played", () => {
    const shown = [...page.matchAll(/^\*\*(.+?)\*\*: /gm)].map((match) => match[1]);
    expect(shown).toEqual(SCENARIOS.map(({ name }) => name));
  });

  it.each(SCENARIOS)("shows a way through the state machine as it is: $name", ({ name, outcome }) => {
    const way = statesOnPage(name);
    expect(way[0]).toBe(start);
    for (const [at, state] of way.slice(0, -1).entries()) expect(following(state), state).toContain(way[at + 1]);
    expect(states[way.at(-1) ?? ""]?.Type).toBe(outcome === "passed" ? "Succeed" : "Fail");
  });
});
