import { canonicalPrivileges } from "../privileges.js";
import { inScope, notMember, ownerOf, source } from "./source.js";

const FIELDS = [
  "schema",
  "name",
  "signature",
  "owner",
  "acl",
  "returns",
  "parallel",
  "kind",
  "directArguments",
  "transition",
  "final",
  "finalExtra",
  "finalModify",
  "combine",
  "serialize",
  "deserialize",
  "movingTransition",
  "movingInverse",
  "movingFinal",
  "movingFinalExtra",
  "movingFinalModify",
  "sortOperator",
  "stateType",
  "stateSpace",
  "movingStateType",
  "movingStateSpace",
  "initial",
  "movingInitial",
] as const;
type Field = (typeof FIELDS)[number];

/** Object id of pg_proc. */
const PROCEDURES = 1255;

const proc = (column: string) => `nullif(${column}, 0)::regproc::text`;

/** Aggregates, as functions whose parts are their attributes. */
export const aggregates = source<Field>({
  tag: "aggregate",
  rare: {
    catalogs: [PROCEDURES],
    census: () => `select '${PROCEDURES}'::oid, aggfnoid::oid from pg_aggregate where aggfnoid >= 16384`,
  },
  select: (scope) => ({
    fields: {
      schema: "ns.name",
      name: "p.proname",
      signature: "pg_get_function_identity_arguments(p.oid)",
      owner: ownerOf("p.proowner"),
      acl: "p.proacl",
      returns: "pg_get_function_result(p.oid)",
      parallel: "p.proparallel",
      kind: "a.aggkind",
      directArguments: "a.aggnumdirectargs",
      transition: proc("a.aggtransfn"),
      final: proc("a.aggfinalfn"),
      finalExtra: "a.aggfinalextra",
      finalModify: "a.aggfinalmodify",
      combine: proc("a.aggcombinefn"),
      serialize: proc("a.aggserialfn"),
      deserialize: proc("a.aggdeserialfn"),
      movingTransition: proc("a.aggmtransfn"),
      movingInverse: proc("a.aggminvtransfn"),
      movingFinal: proc("a.aggmfinalfn"),
      movingFinalExtra: "a.aggmfinalextra",
      movingFinalModify: "a.aggmfinalmodify",
      sortOperator: "nullif(a.aggsortop, 0)::regoperator::text",
      stateType: "format_type(a.aggtranstype, null)",
      stateSpace: "a.aggtransspace",
      movingStateType: "case when a.aggmtranstype <> 0 then format_type(a.aggmtranstype, null) end",
      movingStateSpace: "a.aggmtransspace",
      initial: "a.agginitval",
      movingInitial: "a.aggminitval",
    },
    from: `from ns join pg_proc p on p.pronamespace = ns.oid and ${inScope(scope, "pg_proc", "p.oid")} and p.prokind = 'a'
      join pg_aggregate a on a.aggfnoid = p.oid
      where ${notMember("pg_proc", "p.oid")}`,
  }),
  read(row, assembly) {
    const owner = row.text("owner");
    const parts = FIELDS.slice(5).map((field) => [field, row.nullable(field)] as const);
    assembly.add({
      kind: "function",
      id: { schema: row.text("schema"), name: row.text("name"), signature: row.text("signature") },
      definition: null,
      attributes: {
        ...Object.fromEntries(parts),
        kind: "a",
        aggregateKind: row.text("kind"),
        owner,
        privileges: canonicalPrivileges("function", owner, row.nullable("acl"), assembly.role),
      },
    });
  },
});
