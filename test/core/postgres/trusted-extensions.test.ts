import { expect, it } from "vitest";
import { TRUSTED_EXTENSIONS } from "../../../lib/core/postgres/trusted-extensions.js";
import { MAJORS } from "../../support/majors.js";
import { onServer } from "../../support/postgres.js";

it.each(MAJORS)("the server marks as trusted what the table has, on %s", async (major) => {
  const { rows } = await onServer(
    major,
    `select e.name, v.trusted from pg_available_extensions e
      join pg_available_extension_versions v on v.name = e.name and v.version = e.default_version`,
  );
  expect(rows.length).toBeGreaterThan(30);
  expect(rows.filter(({ name, trusted }) => TRUSTED_EXTENSIONS.has(name) !== trusted)).toEqual([]);
});
