import { accessMethods } from "./access-methods.js";
import { aggregates } from "./aggregates.js";
import { casts } from "./casts.js";
import { collations } from "./collations.js";
import { columns } from "./columns.js";
import { constraints } from "./constraints.js";
import { conversions } from "./conversions.js";
import { databaseSettings } from "./database-settings.js";
import { defaultPrivileges } from "./default-privileges.js";
import { enumsAndDomains } from "./enums-and-domains.js";
import { eventTriggers } from "./event-triggers.js";
import { extensionDependences } from "./extension-dependences.js";
import { extensions } from "./extensions.js";
import { foreignDataWrappers, servers, userMappings } from "./foreign-data.js";
import { functions } from "./functions.js";
import { home } from "./home.js";
import { indexes } from "./indexes.js";
import { languages } from "./languages.js";
import { operatorClasses } from "./operator-classes.js";
import { operatorFamilies } from "./operator-families.js";
import { operators } from "./operators.js";
import { policies } from "./policies.js";
import { publications } from "./publications.js";
import { relations } from "./relations.js";
import { labels, remarks } from "./remarks.js";
import { rules } from "./rules.js";
import { schemas } from "./schemas.js";
import { sequences } from "./sequences.js";
import type { Source } from "./source.js";
import { statisticsObjects } from "./statistics-objects.js";
import { subscriptions } from "./subscriptions.js";
import { systemObjects } from "./system-objects.js";
import { textSearch } from "./text-search.js";
import { transforms } from "./transforms.js";
import { switchedClones, triggers, unguarded } from "./triggers.js";
import { types } from "./types.js";

/**
 * Every source, in reading order: columns name what constraints and indexes are on, constraints name what indexes carry, and triggers and remarks add
 * to what is there.
 */
export const SOURCES: readonly Source[] = [
  home,
  schemas,
  relations,
  columns,
  constraints,
  indexes,
  sequences,
  functions,
  aggregates,
  enumsAndDomains,
  types,
  triggers,
  switchedClones,
  unguarded,
  rules,
  policies,
  statisticsObjects,
  extensions,
  defaultPrivileges,
  operators,
  operatorClasses,
  operatorFamilies,
  collations,
  conversions,
  textSearch,
  casts,
  transforms,
  languages,
  accessMethods,
  eventTriggers,
  publications,
  subscriptions,
  foreignDataWrappers,
  servers,
  userMappings,
  databaseSettings,
  systemObjects,
  extensionDependences,
  remarks,
  labels,
];
