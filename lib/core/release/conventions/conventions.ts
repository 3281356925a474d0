import type { Convention } from "../../migration/convention.js";
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

/** Conventions that name their files the same way: only the application or the tenants' ledgers can tell them apart. */
const ALIKE: readonly (readonly string[])[] = [
  ["up-down", "sqlx", "golang-migrate"],
  ["plain", "sqlx"],
  ["diesel", "up-down"],
  ["flyway", "refinery"],
];

export function alikeConventions(id: string): readonly string[] {
  return [...new Set(ALIKE.filter((group) => group[0] === id).flat())].filter((other) => other !== id);
}

/** True when one reads the other's files the same way. */
export function areAlike(one: string, other: string): boolean {
  return ALIKE.some((group) => group.includes(one) && group.includes(other));
}
