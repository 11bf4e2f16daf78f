// Words find pictures: CCA on 1594 emoji and their English words, then searches by words that are not the name of any emoji.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { methods } from "vantage-ml";
import { indexRun, SearchIndex } from "vantage-ml/search";
import { trainRun } from "vantage-ml/train";
import { grid, tile } from "./draw.mjs";
import { inTemporaryFolder } from "./place.mjs";

await inTemporaryFolder(async () => {
  const method = methods.find(({ name }) => name === "cca");
  const options = { task: "retrieval", dimensions: 128 };
  await trainRun({ method, options, data: "emoji:views=noto/en", out: "run" });
  await indexRun("run", { out: "index", views: ["noto"] });
  const index = await SearchIndex.open("index");
  const rows = [];
  for (const words of ["sad cat", "red fruit", "boat on water", "snow and ice", "playing music"]) {
    const hits = await index.search({ words, target: "noto", k: 8 });
    const tiles = hits.map(({ metadata }) => tile(readFileSync(join("index/thumbnails", metadata.thumbnail))));
    rows.push({ title: words, tiles: await Promise.all(tiles) });
  }
  await index.close();
  await grid("emoji-search", rows);
});
