/** Colours by what they mean, for a light and a dark page. Every text colour has a contrast of 4.5 or more with its background. */
const COLOURS = `
:root{color-scheme:light dark;--paper:#f6f6f3;--card:#fff;--ink:#1b1f24;--soft:#59616b;--line:#dfe0db;--track:#e9eae5;
--good:#0d6b5e;--good-fill:#1d9a86;--good-wash:#e2f2ee;--warn:#8a5200;--warn-fill:#d98a1c;--warn-wash:#fbefd9;
--bad:#b3261e;--bad-fill:#d4483f;--bad-wash:#fbe6e3;--calm:#5b7188;--calm-fill:#8aa0b6;--dot:#a9b8b4;--focus:#1a5fd0}
@media (prefers-color-scheme:dark){:root{--paper:#121518;--card:#1a1e22;--ink:#e9ebec;--soft:#a0a9b2;--line:#2e343a;--track:#2a3036;
--good:#6fd6c2;--good-fill:#2fae98;--good-wash:#16312c;--warn:#f0b65c;--warn-fill:#d98a1c;--warn-wash:#362813;
--bad:#ff9a90;--bad-fill:#e0574d;--bad-wash:#3b1d1a;--calm:#a3b6c9;--calm-fill:#5f7890;--dot:#4d5f5b;--focus:#7fb0ff}}`;

const TEXT = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
h1,h2,h3,p,ul,ol,dl,dd,pre{margin:0;padding:0}
ul,ol{list-style:none}
h1{font-size:clamp(1.4rem,1rem + 2vw,2.1rem);line-height:1.15;letter-spacing:-.02em;overflow-wrap:anywhere}
h2{font-size:1.15rem;line-height:1.3;letter-spacing:-.01em}
h3{font-size:1rem;line-height:1.4;overflow-wrap:anywhere}
h3 small{font-weight:400;color:var(--soft)}
code,pre{font:.86em/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
bdi{overflow-wrap:anywhere}
pre{overflow-wrap:anywhere;padding:.7rem .9rem;border:1px solid var(--line);border-radius:8px;background:var(--paper);white-space:pre-wrap;tab-size:2;max-height:30rem;overflow-y:auto}
pre code{font-size:1em}
a{color:inherit;text-decoration-color:var(--soft);text-underline-offset:.2em}
a:hover{text-decoration-thickness:2px}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:4px}
.lead,.meta,.silent,.fine,.reason,.remedy{color:var(--soft)}
.lead{margin:.15rem 0 1rem;max-width:46rem}
.meta{display:flex;flex-wrap:wrap;align-items:center;gap:.3rem .55rem;margin:.15rem 0 .5rem;font-size:.9rem}
.silent,.fine{font-size:.88rem}
.chip{display:inline-block;padding:.05rem .5rem;border-radius:99px;border:1px solid var(--line);font-size:.82rem;line-height:1.5;color:var(--soft);overflow-wrap:anywhere}
.chip.good{color:var(--good);background:var(--good-wash);border-color:transparent}
.chip.warn{color:var(--warn);background:var(--warn-wash);border-color:transparent}
.chip.bad{color:var(--bad);background:var(--bad-wash);border-color:transparent}
svg{display:block;overflow:visible}
svg .track{fill:var(--track)}
svg .fill.good{fill:var(--good-fill)}svg .fill.warn{fill:var(--warn-fill)}svg .fill.bad{fill:var(--bad-fill)}svg .fill.running{fill:var(--calm-fill)}`;

const FRAME = `
.frame{max-width:76rem;margin:0 auto;padding:1.5rem 1.25rem 4rem;display:grid;gap:1.25rem}
.frame>*,main>*{min-width:0}
main{display:grid;gap:1.25rem;align-content:start}
.hero{padding-block:1.1rem}
.hero,section,#decision,.notice main{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:1.25rem 1.35rem}
.notice{min-height:80vh;align-content:center}
.notice main{max-width:34rem;margin:0 auto}
#live:empty{display:none}
.side{display:grid;gap:1.25rem;align-content:start;min-width:0}
.skip{position:fixed;z-index:2;left:1rem;top:-6rem;padding:.7rem 1rem;border-radius:10px;background:var(--ink);color:var(--paper);text-align:center;font-weight:600;text-decoration:none;box-shadow:0 6px 20px rgb(0 0 0/.25)}
.skip:focus{top:1rem}
@media (min-width:60rem){
.frame{grid-template-columns:minmax(0,1fr) 21rem;padding-top:1.5rem}
.hero{grid-column:1/-1}
.notice{grid-template-columns:minmax(0,1fr)}
.contents{position:sticky;top:1.25rem}
}
@media (max-width:59.99rem){.contents{display:none}main{display:contents}main>*,.side{order:3}#live{order:1}#release,#unproved{order:2}.side{order:2}.shown main>#findings:first-of-type{order:1}.asked .frame{padding-bottom:6rem}.asked .skip{top:auto;right:1rem;bottom:.75rem}}
@media print{.skip,form{display:none}body{background:#fff}}`;

const HERO = `
.hero{display:grid;gap:.9rem 2.5rem;border-top:6px solid var(--good-fill)}
.hero:has(.verdict.warn){border-top-color:var(--warn-fill)}.hero:has(.verdict.bad){border-top-color:var(--bad-fill)}
.eyebrow{color:var(--soft);font-size:.9rem;overflow-wrap:anywhere}
.answer{display:flex;align-items:center;gap:.6rem;font-size:1.3rem;font-weight:650;color:var(--good)}
.warn .answer{color:var(--warn)}.bad .answer{color:var(--bad)}
.mark{flex:none;width:.85em;height:.85em;border-radius:50%;background:currentColor}
.warn .mark{border-radius:2px;transform:rotate(45deg)}.bad .mark{border-radius:2px}
.why{color:var(--soft);margin-top:.2rem;overflow-wrap:anywhere}
.score{display:flex;align-items:baseline;gap:.6rem}
.score strong{font-size:2.6rem;line-height:1;letter-spacing:-.03em;font-variant-numeric:tabular-nums}
.score span{color:var(--soft);font-size:.9rem}
.scale{margin-top:.35rem}
.zone.good{fill:var(--good-wash)}.zone.warn{fill:var(--warn-wash)}.zone.bad{fill:var(--bad-wash)}
.zone{stroke:var(--line)}
.tick{fill:var(--soft);font-size:12px}
.needle rect{fill:var(--ink)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.9rem 1.5rem;border-top:1px solid var(--line);padding-top:1rem}
.facts dt{color:var(--soft);font-size:.85rem}
.facts dd{display:grid}
.facts a{font-size:1.2rem;font-weight:650;letter-spacing:-.01em;text-decoration:none;font-variant-numeric:tabular-nums}
.facts a:hover{text-decoration:underline}
.facts span{color:var(--soft);font-size:.85rem}
@media (min-width:60rem){
.hero{grid-template-columns:minmax(0,1.25fr) minmax(0,1fr)}
.hero .eyebrow,.hero h1,.hero .verdict{grid-column:1}
.hero .gauge{grid-column:2;grid-row:1/4;align-self:center}
.facts{grid-column:1/-1;grid-auto-flow:column;grid-template-columns:none;grid-auto-columns:1fr}
}`;

const PARTS = `
.factors{display:grid;gap:.9rem}
.factors li,.waves>li{display:grid;grid-template-columns:1fr auto;gap:.2rem .75rem}
.factors .name,.waves .name{font-weight:600}
.factors .value,.waves .value{font-variant-numeric:tabular-nums;color:var(--soft)}
.factors svg,.factors .reason,.waves svg,.waves .failures{grid-column:1/-1}
.factors .reason{font-size:.9rem;overflow-wrap:anywhere}
.factors+.silent{margin-top:1rem}
.waves{display:grid;gap:.9rem}
.failures{color:var(--bad);font-size:.9rem}
.backfills{margin-top:1.25rem;border-top:1px solid var(--line);padding-top:1rem}
.backfills .waves>li{grid-template-columns:minmax(0,1fr)}
@media (min-width:45rem){.backfills .waves>li{grid-template-columns:1fr auto}}
.backfills .reason{grid-column:1/-1;font-size:.9rem;overflow-wrap:anywhere}
.backfills .bullets{margin-top:.2rem}.backfills .waves+.fine{margin-top:.9rem}
.speed button{margin:.15rem 0}.speed button[aria-pressed=true]{border-color:var(--focus);font-weight:650}
.clusters{display:grid;gap:1rem;align-items:start;grid-template-columns:repeat(auto-fill,minmax(min(100%,19rem),1fr))}
.cluster{border-radius:10px;padding:.9rem 1rem;border:1px solid var(--line);min-width:0}
.cluster.majority{grid-column:1/-1}
.cluster.outlier{border:2px solid var(--warn-fill);background:linear-gradient(var(--warn-wash),transparent 5rem)}
.cluster.outlier.bad{border-color:var(--bad-fill);background:linear-gradient(var(--bad-wash),transparent 5rem)}
.dots{display:flex;flex-wrap:wrap;gap:4px;margin:.25rem 0 .1rem}
.dots i{width:9px;height:9px;border-radius:50%;background:var(--dot)}
.outlier .dots i{width:11px;height:11px;margin:2px;border-radius:2px;transform:rotate(45deg);background:var(--warn-fill)}
.bad .dots i{background:var(--bad-fill)}
.differences{display:grid;gap:.6rem;margin-top:.7rem;font-size:.92rem}
.differences .kind{font-weight:600}
.differences dl{display:grid;grid-template-columns:auto 1fr;gap:0 .7rem;margin-top:.15rem;color:var(--soft);font-size:.92em}
.timeline{margin-bottom:1.4rem}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;font-size:.85rem;color:var(--soft);margin-bottom:.7rem}
.stop::before{content:"";display:inline-block;width:.8em;height:.8em;border-radius:3px;margin-right:.4em;vertical-align:-.06em;background:var(--calm-fill)}
.stop.all::before{background:var(--bad-fill)}.stop.writes::before{background:var(--warn-fill)}.stop.none::before{background:var(--track);outline:1px solid var(--soft)}
.timeline ul{display:grid;gap:.65rem}
.timeline li{display:grid;gap:.1rem .75rem}
.timeline .table{font-weight:600;overflow-wrap:anywhere}
.timeline .mode{color:var(--soft);font-size:.86rem}
.held{fill:var(--calm-fill)}.held.all{fill:var(--bad-fill)}.held.writes{fill:var(--warn-fill)}.held.none{fill:none;stroke:var(--soft)}
.axis{display:flex;justify-content:space-between;color:var(--soft);font-size:.8rem;margin-top:.35rem;font-variant-numeric:tabular-nums}
@media (min-width:45rem){.timeline li{grid-template-columns:1fr auto}.timeline svg{grid-column:1/-1}}
.statements{counter-reset:s;display:grid;gap:1rem}
.statements li{counter-increment:s;display:grid;grid-template-columns:1.9rem minmax(0,1fr)}
.statements li::before{content:counter(s);grid-row:1/3;font-weight:650;color:var(--soft);font-variant-numeric:tabular-nums}
.stack{display:grid;gap:1.1rem}
.card+.card{border-top:1px solid var(--line);padding-top:1.1rem}
.card ul{display:grid;gap:.25rem;margin:.4rem 0}
details{margin-top:.5rem}
summary{cursor:pointer;color:var(--soft)}
summary+pre{margin-top:.5rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;padding:.35rem .9rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--soft);font-weight:500}
.n{text-align:right;font-variant-numeric:tabular-nums}
.left-out{display:grid;gap:.25rem;margin-top:1rem}
.bullets{display:grid;gap:.35rem;padding-left:1.1rem;list-style:disc}
.bullets li::marker{color:var(--soft)}
.migrations{display:grid;gap:.7rem}
.steps{display:grid;margin:.6rem 0 .8rem;font-size:.95rem}
.steps li{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem;padding:.3rem 0;border-top:1px solid var(--line)}
.steps .value{color:var(--soft);font-variant-numeric:tabular-nums}
.steps .note{flex-basis:100%;color:var(--soft);font-size:.88rem}
#plan h3{font-size:.95rem}
#plan .bullets{font-size:.92rem;margin:.2rem 0 .6rem}
.contents{padding:0 1.35rem}
.contents h2{font-size:.95rem}
.contents ul{display:grid;gap:.2rem;margin-top:.35rem;font-size:.92rem}
.held-by{color:var(--warn);margin-bottom:.6rem}
.hold{margin-bottom:1rem}
.ended{margin-top:1rem;color:var(--soft)}
.findings+details{margin-top:1.1rem}
.findings .head{display:flex;flex-wrap:wrap;gap:.2rem .5rem;align-items:center}
.findings{display:grid;gap:1.1rem}
details .findings{margin-top:.8rem}
.findings li{display:grid;gap:.4rem;padding-left:.9rem;border-left:3px solid var(--line)}
.findings li.error{border-color:var(--bad-fill)}.findings li.warning{border-color:var(--warn-fill)}`;

const DECISION = `
#decision{display:grid;gap:.8rem;border-top:6px solid var(--calm-fill)}
#decision.good{border-top-color:var(--good-fill)}#decision.bad{border-top-color:var(--bad-fill)}#decision.warn{border-top-color:var(--warn-fill)}
#decision form{display:grid;gap:.7rem}
.decisions{display:grid;gap:.35rem;overflow-wrap:anywhere}
label{font-weight:600}
label span{font-weight:400;color:var(--soft);font-size:.9rem}
textarea{width:100%;font:inherit;color:inherit;background:var(--paper);border:1px solid var(--soft);border-radius:8px;padding:.5rem .65rem;resize:vertical}
.buttons{display:grid;grid-template-columns:1fr 1fr;gap:.7rem}
button{font:inherit;font-weight:650;min-height:2.9rem;border-radius:10px;cursor:pointer;border:2px solid transparent}
.approve{background:#0d6b5e;color:#fff}
.approve:hover{background:#0a5349}
.reject{background:transparent;color:var(--bad);border-color:currentColor}
.reject:hover{background:var(--bad-wash)}
.quiet,.hold .approve{min-height:2.4rem;padding:0 1.4rem}
.quiet{background:transparent;color:var(--ink);border-color:var(--soft)}
.quiet:hover{background:var(--track)}
button:disabled{opacity:.55;cursor:default}
.starts{font-weight:600}
.lost #answer .why::after{content:" This page has lost the run: it has ended or was stopped. Ask schema-gate status.";display:block;color:var(--warn)}
.refusal{color:var(--bad);background:var(--bad-wash);border-radius:8px;padding:.5rem .7rem}
.binding{display:grid;grid-template-columns:auto 1fr;gap:.1rem .8rem;font-size:.9rem;border-top:1px solid var(--line);padding-top:.8rem}
.binding dt{color:var(--soft)}`;

/** The page's only style sheet. It follows the reader's light or dark setting, and loads nothing from the network. */
export const STYLE = [COLOURS, TEXT, FRAME, HERO, PARTS, DECISION].join("");
