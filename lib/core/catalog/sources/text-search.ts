import { notMember, ownerOf, source } from "./source.js";

const FIELDS = ["form", "schema", "name", "owner", "parts", "options"] as const;
type Field = (typeof FIELDS)[number];

/** Text search configurations, dictionaries, parsers and templates; the id's signature says which. */
export const textSearch = source<Field>({
  tag: "text search",
  rare: { catalogs: [3600, 3601, 3602, 3764] },
  select: () => ({
    fields: {
      form: "x.form",
      schema: "ns.name",
      name: "x.name",
      owner: "x.owner",
      parts: "x.parts",
      options: "x.options",
    },
    from: `from ns join (
      select 'configuration' as form, c.cfgnamespace as namespace, c.cfgname as name, ${ownerOf("c.cfgowner")} as owner,
        array[(select format('%I.%I', pn.nspname, p.prsname) from pg_ts_parser p join pg_namespace pn on pn.oid = p.prsnamespace where p.oid = c.cfgparser)]
        || array(select m.maptokentype::text || ' ' || string_agg(m.mapdict::regdictionary::text, ' ' order by m.mapseqno)
          from pg_ts_config_map m where m.mapcfg = c.oid group by m.maptokentype order by m.maptokentype) as parts, null as options
      from pg_ts_config c where c.oid >= 16384 and ${notMember("pg_ts_config", "c.oid")}
      union all select 'dictionary', d.dictnamespace, d.dictname, ${ownerOf("d.dictowner")},
        array[(select format('%I.%I', tn.nspname, t.tmplname) from pg_ts_template t join pg_namespace tn on tn.oid = t.tmplnamespace where t.oid = d.dicttemplate)],
        d.dictinitoption
      from pg_ts_dict d where d.oid >= 16384 and ${notMember("pg_ts_dict", "d.oid")}
      union all select 'parser', p.prsnamespace, p.prsname, null,
        array[p.prsstart::text, p.prstoken::text, p.prsend::text, p.prsheadline::text, p.prslextype::text], null
      from pg_ts_parser p where p.oid >= 16384 and ${notMember("pg_ts_parser", "p.oid")}
      union all select 'template', t.tmplnamespace, t.tmplname, null, array[t.tmplinit::text, t.tmpllexize::text], null
      from pg_ts_template t where t.oid >= 16384 and ${notMember("pg_ts_template", "t.oid")}
    ) x on x.namespace = ns.oid`,
  }),
  read(row, assembly) {
    assembly.add({
      kind: "text search",
      id: { schema: row.text("schema"), name: row.text("name"), signature: row.text("form") },
      definition: null,
      attributes: { owner: row.nullable("owner"), parts: row.list("parts"), options: row.nullable("options") },
    });
  },
});
