import type { Convention } from "../../migration/convention.js";
import type { SourceFile } from "../../migration/source-file.js";
import { dbmate } from "./dbmate.js";
import { diesel } from "./diesel.js";
import { drizzle } from "./drizzle.js";
import { flyway } from "./flyway.js";
import { golangMigrate } from "./golang-migrate.js";
import { goose } from "./goose.js";
import { nodePgMigrate } from "./node-pg-migrate.js";
import { plainSql } from "./plain-sql.js";
import { prisma } from "./prisma.js";
import { refinery } from "./refinery.js";
import { seaOrm } from "./sea-orm.js";
import { sqlx } from "./sqlx.js";
import { upDown } from "./up-down.js";

/** In the order in which they are tried: those with the plainest marks first. */
export const CONVENTIONS: readonly Convention[] = [
  drizzle,
  diesel,
  prisma,
  dbmate,
  goose,
  nodePgMigrate,
  seaOrm,
  refinery,
  flyway,
  golangMigrate,
  sqlx,
  upDown,
  plainSql,
];

export function conventionNamed(id: string): Convention | null {
  return CONVENTIONS.find((convention) => convention.id === id) ?? null;
}

/** The first convention whose marks the files bear, or null for files that hold no migration. */
export function detectConvention(files: readonly SourceFile[]): Convention | null {
  return CONVENTIONS.find((convention) => convention.detect(files)) ?? null;
}

/** Conventions that name their files alike: only the application or the tenants' ledgers tell them apart. */
const ALIKE: readonly (readonly string[])[] = [
  ["up-down", "sqlx", "golang-migrate"],
  ["plain", "sqlx"],
  ["flyway", "refinery"],
];

export function alikeConventions(id: string): readonly string[] {
  return [...new Set(ALIKE.filter((group) => group[0] === id).flat())].filter((other) => other !== id);
}
