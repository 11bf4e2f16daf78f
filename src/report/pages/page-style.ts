// The page's style sheet: light and dark, phone and print.
import { palettes, type Scheme } from "../charts/palette.js";

function variables(scheme: Scheme, extra: string): string {
  const { paper, ink, soft, line, bad, series0 } = palettes[scheme];
  return `--paper:${paper};--ink:${ink};--soft:${soft};--line:${line};--bad:${bad};--accent:${series0};${extra}`;
}

const light = variables("light", "--ground:#f5f6f8;--tint:#eef4fa;--good:#0b6e4a");
const dark = variables("dark", "--ground:#101319;--tint:#1d2a38;--good:#4ed08a");

export const pageStyle = `
:root{color-scheme:light dark;${light}}
@media (prefers-color-scheme:dark){:root{${dark}}}
:root.printing{color-scheme:light;${light}}
*{box-sizing:border-box}
[hidden]{display:none!important}
html{-webkit-text-size-adjust:100%}
html{scroll-padding-top:60px}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:1160px;margin:0 auto;padding:40px 24px 64px}
.contents{position:sticky;top:0;z-index:20;background:var(--paper);border-bottom:1px solid var(--line)}
.contents ul{display:flex;gap:2px;max-width:1160px;margin:0 auto;padding:0 16px;list-style:none;overflow-x:auto;scrollbar-width:thin;-webkit-mask-image:linear-gradient(to right,transparent 0,#000 16px,#000 calc(100% - 24px),transparent);mask-image:linear-gradient(to right,transparent 0,#000 16px,#000 calc(100% - 24px),transparent)}
.contents a{display:block;padding:11px 10px;color:var(--soft);font-size:13.5px;line-height:1.4;white-space:nowrap;text-decoration:none;max-width:220px;overflow:hidden;text-overflow:ellipsis}
.contents a:hover{color:var(--ink)}
.contents a[aria-current]{color:var(--ink);box-shadow:inset 0 -2px var(--accent)}
h1{font-size:30px;line-height:1.2;margin:0;font-weight:650;letter-spacing:-.015em;overflow-wrap:anywhere}
h2{font-size:19px;margin:44px 0 14px;font-weight:620;letter-spacing:-.005em}
h3{font-size:15px;margin:24px 0 10px;font-weight:600}
p{margin:0 0 12px}
.soft,.note{color:var(--soft)}
.note{font-size:13px;margin:10px 0 0}
.facts{display:flex;flex-wrap:wrap;gap:2px 18px;margin:10px 0 0;padding:0;list-style:none;color:var(--soft)}
.facts b{color:var(--ink);font-weight:500}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:26px 0 0;padding:0;list-style:none}
.card,figure,.box{background:var(--paper);border:1px solid var(--line);border-radius:10px}
.card{padding:14px 16px 13px}
.card .name{font-weight:600;font-size:13px}
.card .value{display:block;font-size:32px;line-height:1.2;font-weight:620;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
.card small{display:block;color:var(--soft);font-size:12.5px;line-height:1.4}
.grid{display:grid;gap:14px;grid-template-columns:repeat(3,minmax(0,1fr))}
.pair{display:grid;gap:14px;grid-template-columns:repeat(auto-fit,minmax(min(460px,100%),1fr));align-items:start}
.grid>.large{grid-column:span 2;grid-row:span 2;display:flex;flex-direction:column}
figure{margin:0;padding:14px 16px 12px;min-width:0}
figcaption{font-weight:600;font-size:14px;margin-bottom:6px}
figcaption small{display:block;font-weight:400;font-size:12.5px;color:var(--soft)}
.chart{width:100%;height:220px}
.large .chart{flex:1;min-height:260px}
.square{height:auto;aspect-ratio:1;max-height:620px}
.matrix{height:auto;aspect-ratio:1/.96;max-height:620px}
.card small.better{color:var(--ink)}
.values{display:flex;flex-wrap:wrap;gap:8px 28px;margin:0 0 14px}
.values div{display:flex;flex-direction:column-reverse}
.values dt{color:var(--soft);font-size:12.5px}
.values dd{margin:0;font-size:19px;font-weight:600;font-variant-numeric:tabular-nums}
.wide{position:relative}
.wide .hint{display:none;margin:6px 0 0;color:var(--soft);font-size:12.5px}
.wide.more .hint{display:block}
.wide.more:not(.end) .scroll{-webkit-mask-image:linear-gradient(to left,transparent 0,#000 36px);mask-image:linear-gradient(to left,transparent 0,#000 36px)}
.scroll{overflow-x:auto;border-radius:10px}
.more .scroll th:first-child{position:sticky;left:0;z-index:1;background:var(--paper);box-shadow:1px 0 var(--line)}
.more .scroll tr.mean th:first-child,.more .scroll tr.differs th:first-child{background:var(--tint)}
.queries{display:grid;gap:12px;grid-template-columns:repeat(auto-fill,minmax(min(500px,100%),1fr));margin:0;padding:0;list-style:none}
.query{display:grid;grid-template-columns:minmax(96px,1fr) 5fr;min-width:0}
.hits{display:grid;grid-template-columns:repeat(5,minmax(0,1fr));gap:10px;margin:0;padding:12px 14px;list-style:none;min-width:0}
.item{font-size:13px;line-height:1.35;min-width:0;overflow-wrap:anywhere}
.item img{display:block;width:56px;height:56px;object-fit:contain;margin:6px 0;border-radius:4px;background:#fff}
.item small{display:block;color:var(--soft);font-size:12px}
.item .text{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:4;line-clamp:4;overflow:hidden;margin:4px 0}
.item .id{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;line-clamp:2;overflow:hidden;font-weight:500}
.asked{padding:12px 14px;background:var(--tint);border-radius:9px 0 0 9px}
.mark{display:block;font-size:12px;font-weight:600;color:var(--soft)}
.mark.right{color:var(--good)}
.mark.wrong{color:var(--bad)}
.scroll:focus-visible,summary:focus-visible,button:focus-visible,pre:focus-visible,input:focus-visible+span{outline:2px solid var(--accent);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:13.5px;font-variant-numeric:tabular-nums}
th,td{padding:7px 12px;text-align:right;white-space:nowrap;border-top:1px solid var(--line)}
thead th{border-top:0;color:var(--soft);font-weight:500;vertical-align:bottom}
tbody th{font-weight:500}
th:first-child,.words th,.words td{text-align:left}
.settings td,.settings th{white-space:normal;overflow-wrap:anywhere;text-align:left;vertical-align:top}
.settings th{color:var(--soft);font-weight:400;width:1%;min-width:180px}
tr.mean td,tr.mean th{background:var(--tint)}
tr.differs td,tr.differs th{background:var(--tint)}
tr.baseline td,tr.baseline th{color:var(--soft);font-weight:400}
tr.baseline th::after{content:" · baseline";font-size:12px}
tbody td.best{font-weight:700;color:var(--accent)}
.two{columns:2 340px;column-gap:14px}
.two>.box{break-inside:avoid;margin-bottom:14px}
.chips,.switch{display:flex;flex-wrap:wrap;gap:6px;margin:8px 0 0;padding:0;border:0;list-style:none}
.switch{display:inline-flex;gap:0;margin:0 0 8px;border:1px solid var(--line);border-radius:8px;overflow:hidden}
.switch input{position:absolute;opacity:0;pointer-events:none}
.switch span{display:block;padding:4px 12px;font-size:13px;cursor:pointer;color:var(--soft)}
.switch label+label span{border-left:1px solid var(--line)}
.switch input:checked+span{background:var(--tint);color:var(--ink);font-weight:550}
.switch input:focus-visible+span{outline-offset:-2px}
.chips button,.key{font:inherit;font-size:12.5px;line-height:1.3;color:var(--ink);background:none;border:1px solid var(--line);border-radius:99px;padding:3px 10px 3px 8px;display:inline-flex;align-items:center;gap:6px;max-width:100%;overflow-wrap:anywhere;text-align:left}
.chips button{cursor:pointer}
.chips button:hover{border-color:var(--soft)}
.chips button[aria-pressed=false]{opacity:.45;text-decoration:line-through}
.chips i,.key i{width:10px;height:10px;border-radius:50%;flex:none}
.chips i.diamond{border-radius:1px;transform:rotate(45deg) scale(.85)}
.chips i.triangle{border-radius:0;clip-path:polygon(50% 0,100% 100%,0 100%)}
.chips i.rect{border-radius:1px}
.key{border:0;padding:0 12px 0 0}
.keys{margin:0 0 12px}
pre{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:14px 16px;margin:0;overflow-x:auto;font:13px/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre-wrap;overflow-wrap:anywhere}
details{margin-top:14px}
summary{cursor:pointer;color:var(--soft);font-size:13.5px;width:fit-content}
details .scroll{margin-top:10px;max-height:420px;overflow-y:auto}
details thead th{position:sticky;top:0;background:var(--paper)}
footer{margin-top:52px;color:var(--soft);font-size:13px}
@media (max-width:1040px){
.grid{grid-template-columns:repeat(2,minmax(0,1fr))}
.grid>.large{grid-row:auto}
}
@media (max-width:700px){
.grid{grid-template-columns:minmax(0,1fr)}
.grid>.large{grid-column:auto}
}
@media (max-width:560px){
main{padding:24px 14px 40px}
h1{font-size:25px}
.cards{grid-template-columns:1fr 1fr;gap:10px}
.card{padding:11px 13px}
.card .value{font-size:27px}
figure{padding:12px 10px 10px}
th,td{padding:6px 10px}
tbody th{white-space:normal;min-width:96px;max-width:40vw;overflow-wrap:anywhere}
.query{grid-template-columns:minmax(0,1fr)}
.asked{border-radius:9px 9px 0 0}
.hits{grid-template-columns:minmax(0,1fr);gap:8px}
.item{display:grid;grid-template-columns:104px minmax(0,1fr);column-gap:12px;align-items:start}
.item>*{grid-column:2}
.item>.mark,.item>img{grid-column:1}
.item>.mark{grid-row:1}
.item>img{grid-row:2/span 4;width:44px;height:44px;margin:2px 0 0}
.item .text{margin:0;-webkit-line-clamp:2;line-clamp:2}
.settings th{min-width:130px}
}
:root.printing main{max-width:180mm;padding:0}
:root.printing .grid{grid-template-columns:repeat(3,minmax(0,1fr))}
:root.printing .grid>.large{grid-column:span 2;grid-row:span 2}
:root.printing .pair{grid-template-columns:1fr 1fr}
:root.printing .chart{height:150px}
:root.printing .square,:root.printing .matrix{height:auto}
:root.printing .two{columns:2 200px}
:root.printing th,:root.printing td{white-space:normal;padding:4px 7px;font-size:11px}
@media print{
@page{margin:14mm}
body{background:none;font-size:11px}
h2{break-after:avoid}
figure,.card,.box,pre{break-inside:avoid}
.switch,details,.contents,.wide .hint{display:none!important}
.wide .scroll{-webkit-mask-image:none!important;mask-image:none!important}
.scroll{overflow:visible}
}
`;
