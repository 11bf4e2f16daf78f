// Example queries of a retrieval run with their first hits: pictures and words where the data has them, and what is right.
import type { ExampleHit, ExampleItem, RetrievalExamples } from "../../runs/examples.js";
import { arrows, written } from "../metric-names.js";
import { type Html, html } from "./html.js";
import type { ChartData } from "./page-parts.js";

type Direction = RetrievalExamples["directions"][number];
type Query = Direction["queries"][number];

/** Directions that are not folded up. */
const open = 2;

/** The section with the examples of all directions. */
export function exampleSection(examples: RetrievalExamples, data: ChartData): Html | undefined {
  const { directions, rule } = examples;
  if (directions.length === 0) return undefined;
  return html`${data.heading("Example queries")}
<p class="soft">${rule}</p>
${directions.slice(0, open).map((each) => exampleDirection(each, examples))}
${
  directions.length > open &&
  html`<details><summary>${directions.length - open} more directions</summary>${directions.slice(open).map((each) => exampleDirection(each, examples))}</details>`
}`;
}

function exampleDirection({ direction, searched, queries }: Direction, examples: RetrievalExamples): Html {
  return html`<h3>${arrows(direction)} <span class="soft">first ${queries[0]?.hits.length ?? 0} of ${searched} items</span></h3>
<ul class="queries">${queries.map((query) => html`<li class="box query">${exampleQuery(query, examples)}</li>`)}</ul>`;
}

function exampleQuery({ query, hits }: Query, { pictures, measure }: RetrievalExamples): Html {
  const known = hits.filter(({ relevant }) => relevant !== undefined);
  const right = known.filter(({ relevant }) => relevant).length;
  return html`<div class="item asked"><b class="mark">Query</b>${shown(query, pictures)}
${known.length > 0 && html`<small>${right} of ${known.length} hits are of its class</small>`}</div>
<ol class="hits">${hits.map((hit) => html`<li class="item">${mark(hit)}${shown(hit, pictures)}<small>${score(hit, measure)}</small></li>`)}</ol>`;
}

/** Said with words and signs: color alone says nothing to some. */
function mark({ relevant, isPair }: ExampleHit): Html {
  if (isPair) return html`<b class="mark right">★ its pair</b>`;
  if (relevant === undefined) return html`<b class="mark">–</b>`;
  return relevant ? html`<b class="mark right">✓ its class</b>` : html`<b class="mark wrong">✗ other class</b>`;
}

function score({ score: value }: ExampleHit, measure: RetrievalExamples["measure"]): string {
  if (value === null) return "n/a";
  return measure === "Hamming distance" ? `${value} bits apart` : `cosine ${written(value)}`;
}

function shown({ id, labels, text, picture }: ExampleItem, pictures: readonly string[]): Html {
  const source = picture === undefined ? undefined : pictures[picture];
  return html`${source !== undefined && html`<img src="${source}" alt="${id}">`}
${text !== undefined && html`<span class="text">${text}</span>`}
<span class="id" title="${id}">${id.split("/").at(-1) || id}</span>
${labels.length > 0 && html`<small>${labels.join(", ")}</small>`}`;
}
