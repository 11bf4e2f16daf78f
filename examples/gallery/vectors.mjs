// Existing vectors: pictures of the same emoji by two vendors, compared by cosine, without training.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { methods } from "vantage-ml";
import { indexRun, SearchIndex } from "vantage-ml/search";
import { trainRun } from "vantage-ml/train";
import { grid, tile } from "./draw.mjs";
import { inTemporaryFolder } from "./place.mjs";

await inTemporaryFolder(async () => {
  const method = methods.find(({ name }) => name === "identity");
  const options = { task: "retrieval" };
  const { summary } = await trainRun({ method, options, data: "emoji:views=noto/twemoji", out: "run" });
  console.log(summary.metrics.recallAt1);
  await indexRun("run", { out: "index" });
  const index = await SearchIndex.open("index");
  const rows = [];
  for (const id of ["🍎 red apple", "⛵️ sailboat", "🐱 cat face", "🚲️ bicycle", "🌻 sunflower"]) {
    const hits = await index.search({ id, view: "noto", target: "twemoji", k: 8 });
    const own = (await index.get(id)).find(({ view }) => view === "noto");
    const tiles = [own, ...hits].map(({ metadata }) =>
      tile(readFileSync(join("index/thumbnails", metadata.thumbnail))),
    );
    const marked = hits.flatMap((hit, j) => (hit.id === id ? [j + 1] : []));
    rows.push({ title: id.split(" ").slice(1).join(" "), tiles: await Promise.all(tiles), marked });
  }
  await index.close();
  await grid("vectors", rows);
});
