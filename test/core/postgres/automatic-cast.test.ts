import { describe, expect, it } from "vitest";
import { CAST_TYPES, castsByItself } from "../../../lib/core/postgres/automatic-cast.js";
import { MAJORS } from "../../support/majors.js";
import { sharedDatabase } from "../../support/shared-database.js";

const typed = (name: string) => ({ name, modifiers: [], array: false });

describe.each(MAJORS)("casts in an assignment on %s", (major) => {
  const database = sharedDatabase(major);

  it("are those that ALTER COLUMN TYPE makes without USING", async () => {
    const columns = CAST_TYPES.map((name) => `"c_${name}" ${name}`).join(", ");
    await database.session.script(`create table public.casts (${columns})`);
    const wrong: string[] = [];
    for (const from of CAST_TYPES)
      for (const to of CAST_TYPES) {
        await database.session.script("begin");
        const refused = await database.session.script(`alter table public.casts alter "c_${from}" type ${to}`).then(
          () => false,
          () => true,
        );
        await database.session.script("rollback");
        if (castsByItself(typed(from), typed(to)) === refused) wrong.push(`${from} to ${to}`);
      }
    expect(wrong).toEqual([]);
  });
});
