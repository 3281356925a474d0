/** What the report has beyond the review page's style: the table of tenants, its search and the log. */
export const REPORT_STYLE = `.search{display:grid;gap:.35rem;max-width:34rem;margin-bottom:.6rem}
.search[hidden]{display:none}
.search input{width:100%;padding:.5rem .75rem;font:inherit;color:var(--ink);background:var(--paper);border:1px solid var(--line);border-radius:8px}
#found{min-height:1.5em}
.tenants li{padding:.45rem 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
.tenants small{display:block;color:var(--soft)}
.log{display:grid;gap:.75rem}
.log time{font-variant-numeric:tabular-nums;color:var(--soft)}
.log dl{margin-top:.2rem;padding-top:0;border-top:0}
.log dd,#record dd{overflow-wrap:anywhere}
#record pre{margin-top:.8rem}
@media print{.search,.skip{display:none}}`;
