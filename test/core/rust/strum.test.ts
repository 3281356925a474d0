import { describe, expect, it } from "vitest";
import { sqlOf } from "./body-sql.js";

const BODY = `db.execute_unprepared(&format!("drop table {}", Kind::OneTwo)).await?;`;

describe("what strum prints", () => {
  it.each([
    ["the variant's name", "#[derive(strum::Display)] enum Kind { OneTwo }", ["drop table OneTwo"]],
    [
      "a style",
      `#[derive(Debug, strum::Display)] #[strum(serialize_all = "snake_case")] enum Kind { OneTwo }`,
      ["drop table one_two"],
    ],
    ["a style that is imported", `use strum::Display; #[derive(Display)] enum Kind { OneTwo }`, ["drop table OneTwo"]],
    ["a name", `#[derive(strum::Display)] enum Kind { #[strum(serialize = "x")] OneTwo }`, ["drop table x"]],
    [
      "a name that goes before",
      `#[derive(strum::Display)] enum Kind { #[strum(serialize = "x", to_string = "y")] OneTwo }`,
      ["drop table y"],
    ],
    [
      "itself, and no name of the database",
      "#[derive(DeriveIden, strum::Display)] enum Kind { OneTwo }",
      ["drop table OneTwo"],
    ],
    [
      "the longest of several",
      `#[derive(strum::Display)] enum Kind { #[strum(serialize = "x", serialize = "xx")] OneTwo }`,
      "opaque",
    ],
    ["what has a prefix", `#[derive(strum::Display)] #[strum(prefix = "p")] enum Kind { OneTwo }`, "opaque"],
    ["of another crate's derive", "use derive_more::Display; #[derive(Display)] enum Kind { OneTwo }", "opaque"],
    ["of a derive that is not told", "#[derive(DeriveIden, Display)] enum Kind { OneTwo }", "opaque"],
    [
      "a style that is not known",
      `#[derive(strum::Display)] #[strum(serialize_all = "odd")] enum Kind { OneTwo }`,
      "opaque",
    ],
  ])("is %s", async (_name, items, right) => {
    expect(await sqlOf(BODY, items)).toEqual(right);
  });
});
