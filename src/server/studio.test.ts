// The page in a real browser, against a server of made-up items: what is seen, what is sent, and that nothing breaks the policy.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { BrowserContextOptions, Page } from "playwright-core";
import { featuresOf, smallIndex } from "./fixture.testing.js";
import { createServer } from "./server.js";
import { cards, patience, results, skip, useBrowser } from "./studio-browser.testing.js";
import { colors, distance, type FakeServer, fakeLine, fakeRun, unknownWords } from "./studio-fake.testing.js";

// biome-ignore lint/suspicious/noExplicitAny: what the browser has, for functions that run there
type Any = any;
declare const document: Any, window: Any, location: Any, getComputedStyle: Any;
declare const DataTransfer: Any, ClipboardEvent: Any, DragEvent: Any;

const onePixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

describe("the page", { skip }, () => {
  const { visit, withPage } = useBrowser();

  test("words find each item once in one search; its views one by one are chosen, and kept by link and back button", async () => {
    await withPage({}, async (page, fake) => {
      const box = page.getByRole("searchbox", { name: "Words" });
      await box.fill("green square");
      await box.press("Enter");
      await cards(results(page, "all views")).first().waitFor();
      const ids = await cards(results(page, "all views")).evaluateAll((links) =>
        links.map((link) => new URL((link as Any).href).searchParams.get("id")),
      );
      assert.equal(ids.length, 24);
      assert.equal(new Set(ids).size, 24);
      assert.equal(fake.searches.length, 1);
      assert.deepEqual([fake.searches[0]!.distinct, fake.searches[0]!.target], [true, undefined]);
      fake.searches.length = 0;
      for (const view of ["flat", "outline", "english"]) await page.getByRole("button", { name: view }).click();
      for (const view of ["flat", "outline", "english"]) {
        await cards(results(page, view)).first().waitFor();
        assert.equal(await cards(results(page, view)).count(), 24);
      }
      assert.match(await cards(results(page, "flat")).first().innerText(), /green square/);
      assert.ok(
        await results(page, "flat")
          .locator("img")
          .first()
          .evaluate((img: { naturalWidth: number }) => img.naturalWidth > 0),
      );
      assert.equal(await results(page, "english").locator("img").count(), 0);
      assert.deepEqual(new Set(fake.searches.map(({ target }) => target)), new Set(["flat", "outline", "english"]));
      assert.ok(fake.searches.every(({ words, view }) => words === "green square" && view === "english"));
      assert.ok(fake.searches.every(({ distinct }) => distinct === undefined));

      await box.fill("blue circle");
      await box.press("Enter");
      await results(page, "flat").getByText("blue circle 4", { exact: true }).waitFor();
      assert.equal(new URL(page.url()).searchParams.get("words"), "blue circle");
      await page.goBack();
      await results(page, "flat").getByText("green square 10", { exact: true }).waitFor();
      assert.equal(await box.inputValue(), "green square");
    });
  });

  test("indexes side by side, view, mode, re-ranking and number of results are sent and kept in the link", async () => {
    await withPage({ bits: [64, 32], query: "?words=red" }, async (page, fake) => {
      await cards(results(page, "all views")).first().waitFor();
      await page.getByRole("button", { name: "shapes-32" }).click();
      await page.getByRole("button", { name: "flat" }).click();
      await page.getByText("Approximate").click();
      await page.getByRole("combobox", { name: "Re-rank" }).selectOption("100");
      await page.getByRole("combobox", { name: "Results" }).selectOption("12");
      const panels = results(page, "flat").locator("section.panel");
      for (const name of ["shapes-64", "shapes-32"]) {
        const panel = panels.filter({ hasText: name });
        await page.waitForFunction(
          ([name]) =>
            document.querySelectorAll(`section.panel[aria-label="${name}"][aria-busy=false] .hits a.card`).length ===
            12,
          [name],
        );
        assert.match(await panel.locator(".facts").innerText(), new RegExp(`dchn · ${name.slice(7)} bits`));
        assert.match(await cards(panel).first().innerText(), /cosine 1\.00/);
      }
      assert.equal(await page.locator("section.target").count(), 1);
      const { searchParams } = new URL(page.url());
      assert.deepEqual(searchParams.getAll("index"), ["shapes-64", "shapes-32"]);
      const sent = fake.searches.slice(-2);
      assert.deepEqual(sent.map(({ index }) => index).sort(), ["shapes-32", "shapes-64"]);
      for (const { mode, rerank, k, target } of sent) {
        assert.deepEqual({ mode, rerank, k, target }, { mode: "approximate", rerank: 100, k: 12, target: "flat" });
      }
      await page.reload();
      await page.waitForFunction(() => document.querySelectorAll(".hits a.card").length === 24);
    });
  });

  test("an item is shown in all its views, with distance and label agreement of each neighbor", async () => {
    await withPage({}, async (page, fake) => {
      const query = fake.items[11]!;
      const targets = "target=flat&target=outline&target=english";
      await page.goto(`${fake.url}?id=${encodeURIComponent(query.id)}&view=outline&${targets}`);
      await cards(results(page, "flat")).first().waitFor();
      assert.deepEqual(await page.locator(".query-item .views .soft").allInnerTexts(), ["flat", "outline", "english"]);
      const { k, view } = fake.searches.at(-1)!;
      assert.equal(view, "outline");
      const near = fake.items
        .map((item) => ({ item, far: distance(item.code, query.code, 64) }))
        .sort((a, b) => a.far - b.far)
        .slice(0, k);
      const shown = await results(page, "flat").locator(".score .number").allInnerTexts();
      assert.deepEqual(
        shown.map(Number),
        near.map(({ far }) => far),
      );
      const same = near.filter(({ item }) => item.color === query.color).length;
      await results(page, "flat").getByText(`${same} of ${k} with the query’s label`).waitFor();
      assert.equal(await results(page, "flat").locator(".label.same").count(), same);

      const next = cards(results(page, "flat")).nth(1);
      const title = await next.locator(".title").innerText();
      await next.click();
      await page.getByRole("heading", { name: title }).waitFor();
      assert.equal(new URL(page.url()).searchParams.get("view"), "flat");
    });
  });

  test("among all views the item that is searched by is no result, and counts for nothing", async () => {
    await withPage({}, async (page, fake) => {
      const query = fake.items[11]!;
      await page.goto(`${fake.url}?id=${encodeURIComponent(query.id)}`);
      const all = results(page, "all views");
      await cards(all).first().waitFor();
      const { k, distinct, id } = fake.searches.at(-1)!;
      assert.deepEqual([k, distinct, id], [25, true, query.id], "its own item is requested besides");
      assert.equal(await cards(all).count(), 24);
      const texts = await cards(all).allInnerTexts();
      assert.deepEqual(
        texts.filter((text) => text.includes(query.title)),
        [],
      );
      const same = texts.filter((text) => text.includes(`${query.color} `)).length;
      await all.getByText(`${same} of 24 with the query’s label`).waitFor();
    });
  });

  test("that none of the words is known stands above what was found all the same", async () => {
    await withPage({ query: `?words=${unknownWords}` }, async (page) => {
      const all = results(page, "all views");
      await all.getByRole("note").getByText("The index knows none of these words.", { exact: true }).waitFor();
      assert.equal(await cards(all).count(), 24);
      await page.getByRole("searchbox", { name: "Words" }).fill("green square");
      await page.keyboard.press("Enter");
      await all.getByText("green square 10", { exact: true }).first().waitFor();
      assert.equal(await all.getByRole("note").count(), 0);
    });
  });

  test("labels agree by what each index holds", async () => {
    await withPage({ bits: [64, 32] }, async (page, fake) => {
      const query = fake.items[11]!;
      await page.goto(`${fake.url}?id=${encodeURIComponent(query.id)}&index=shapes-64&index=shapes-32&target=flat`);
      for (const [name, key] of [
        ["shapes-64", "color"],
        ["shapes-32", "shape"],
      ] as const) {
        const panel = page.getByRole("region", { name, exact: true });
        await cards(panel).first().waitFor();
        const titles = await cards(panel).locator(".title").allInnerTexts();
        const same = titles.filter((title) => title.includes(query[key])).length;
        assert.ok(same > 0);
        assert.equal(await panel.locator(".label.same").count(), same);
        assert.equal(await panel.locator(".label.other").count(), 24 - same);
      }
    });
  });

  test("a picture is chosen, pasted or dropped, and sent as PNG or SVG", async () => {
    await withPage({}, async (page, fake) => {
      await page.getByText("Picture", { exact: true }).click();
      const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><circle r="3" fill="red"/></svg>';
      await page
        .locator("input[type=file]")
        .setInputFiles({ name: "a.svg", mimeType: "image/svg+xml", buffer: Buffer.from(svg) });
      await cards(results(page, "all views")).first().waitFor();
      assert.equal(Buffer.from(fake.searches.at(-1)!.image!, "base64").toString(), svg);
      assert.equal(fake.searches.at(-1)!.view, "flat");

      const give = (event: "paste" | "drop", type: string, bytes: string) =>
        page.evaluate(
          ([event, type, bytes]) => {
            const data = new DataTransfer();
            const file = new File([Uint8Array.from(atob(bytes!), (sign) => sign.charCodeAt(0))], "a", { type });
            data.items.add(file);
            const made =
              event === "paste"
                ? new ClipboardEvent("paste", { clipboardData: data, cancelable: true })
                : new DragEvent("drop", { dataTransfer: data, cancelable: true });
            window.dispatchEvent(made);
          },
          [event, type, bytes],
        );
      const lastImage = async (wanted: (image: string) => boolean) => {
        const end = Date.now() + patience;
        while (!wanted(fake.searches.at(-1)!.image ?? "") && Date.now() < end) await page.waitForTimeout(50);
        return fake.searches.at(-1)!.image;
      };
      await give("paste", "image/png", onePixel);
      assert.equal(await lastImage((image) => image === onePixel), onePixel);
      await give("drop", "text/plain", btoa("words"));
      await page.getByRole("alert").getByText("this is not a picture").waitFor();
      await give("drop", "image/svg+xml", btoa(svg));
      assert.equal(await lastImage((image) => image === btoa(svg)), btoa(svg));
      await page.goBack();
      assert.equal(await lastImage((image) => image === onePixel), onePixel);
    });
  });

  test("keys reach everything: the box, result to result, neighbors, pages", async () => {
    await withPage({ query: "?words=teal&target=flat" }, async (page) => {
      await cards(results(page, "flat")).first().waitFor();
      const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent);
      await page.keyboard.press("/");
      await page.waitForFunction(() => document.activeElement?.id === "query");
      await cards(results(page, "flat")).first().focus();
      const titles = await cards(results(page, "flat")).locator(".title").allInnerTexts();
      await page.keyboard.press("ArrowRight");
      assert.ok((await focused())!.startsWith(titles[1]!));
      await page.keyboard.press("ArrowLeft");
      assert.ok((await focused())!.startsWith(titles[0]!));
      await page.keyboard.press("ArrowDown");
      const below = (await focused())!;
      assert.ok(
        !below.startsWith(titles[0]!) &&
          !below.startsWith(titles[1]!) &&
          titles.some((title) => below.startsWith(title)),
      );
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle);
      assert.equal(outline, "solid");
      const chosen = await page.evaluate(() => document.activeElement!.querySelector(".title")!.textContent);
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: chosen! }).waitFor();
      await page.locator("body").press("?");
      await page.getByRole("dialog", { name: "Keys" }).waitFor();
      await page.keyboard.press("Escape");
      await page.keyboard.press("3");
      await page.getByText("No runs yet").waitFor();
      await page.keyboard.press("1");
      await page.getByRole("heading", { name: chosen! }).waitFor();
    });
  });

  test("mistakes and empty places say what to do", async () => {
    await withPage({ query: "?words=fail", allowed: /status of (404|503)/ }, async (page, fake) => {
      const alert = page.getByRole("alert").first();
      await alert.getByText("the server is too busy: try again").waitFor();
      const before = fake.searches.length;
      await alert.getByRole("button", { name: "Try again" }).click();
      await page.waitForTimeout(200);
      assert.ok(fake.searches.length > before);
      await page.goto(`${fake.url}?id=nobody`);
      await page.getByText('there is no item "nobody"').waitFor();
      await page.goto(`${fake.url}?by=picture`);
      await page.getByText("The picture is not part of the link").waitFor();
    });
    await withPage({ bits: [] }, async (page) => {
      await page.getByText("vantage serve INDEX").waitFor();
    });
    await withPage({ hasMap: false, query: "?page=map" }, async (page) => {
      await page.getByText("shapes-64 has no map").waitFor();
    });
  });

  /** Where a point of the map is on the screen when all of it is shown. */
  async function placeOf(page: Page, fake: FakeServer, point: number): Promise<[number, number]> {
    const map = (await (await fetch(`${fake.url}map`)).json()) as { x: number[]; y: number[] };
    const box = (await page.locator("canvas").boundingBox())!;
    const bounds = (values: number[]) => [
      values.reduce((a, b) => Math.min(a, b)),
      values.reduce((a, b) => Math.max(a, b)),
    ];
    const [[left, right], [bottom, top]] = [bounds(map.x), bounds(map.y)] as [[number, number], [number, number]];
    const half = Math.max(right - left, top - bottom) / 2;
    const scale = box.height / 2 / (1.06 * Math.max(1, box.height / box.width)) / half;
    return [
      box.x + box.width / 2 + (map.x[point]! - (left + right) / 2) * scale,
      box.y + box.height / 2 - (map.y[point]! - (bottom + top) / 2) * scale,
    ];
  }

  test("the map draws 50 000 points; one that is pointed at is named, one that is clicked shows its neighbors", async () => {
    await withPage({ items: 16_700, query: "?page=map" }, async (page, fake) => {
      await page.locator("canvas[data-drawn='50100']").waitFor();
      const map = (await (await fetch(`${fake.url}map`)).json()) as { x: number[]; ids: string[]; view: number[] };
      const point = map.x.reduce((best, x, i) => (x > map.x[best]! ? i : best), 0);
      const [x, y] = await placeOf(page, fake, point);
      await page.mouse.move(x - 1, y);
      await page.mouse.move(x, y);
      const title = fake.items.find(({ id }) => id === map.ids[point])!.title;
      await page.locator(".tip").getByText(title).waitFor();
      await page.mouse.click(x, y);
      const chosen = page.getByRole("region", { name: "Chosen item" });
      await chosen.getByRole("heading", { name: title }).waitFor();
      for (const view of ["flat", "outline", "english"]) {
        const near = chosen.getByRole("region", { name: `Neighbors in ${view}` });
        assert.equal(await near.getByRole("listitem").count(), 8);
      }
      assert.equal(new URL(page.url()).searchParams.get("id"), map.ids[point]);
      const sent = fake.searches.slice(-3);
      assert.deepEqual(new Set(sent.map(({ target }) => target)), new Set(["flat", "outline", "english"]));
      assert.ok(
        sent.every(
          ({ id, view }) => id === map.ids[point] && view === ["flat", "outline", "english"][map.view[point]!],
        ),
      );
    });
  });

  test("the map by keys: points, colors, the legend, the list", async () => {
    await withPage({ query: "?page=map" }, async (page, fake) => {
      await page.locator("canvas[data-drawn]").waitFor();
      const legend = page.getByRole("group", { name: "Legend: label" });
      assert.deepEqual(
        (await legend.getByRole("button").allInnerTexts()).map((text) => text.split(/\s/)[0]),
        [...colors],
      );
      await page.getByText("View", { exact: true }).click();
      await page.getByRole("group", { name: "Legend: view" }).getByRole("button", { name: "outline" }).click();
      const pressed = page.getByRole("group", { name: "Legend: view" }).locator("[aria-pressed=true]");
      assert.equal(await pressed.count(), 1);
      await page.getByRole("searchbox", { name: "Id of an item" }).fill("diamond 30");
      await page.locator(".finder li button").first().click();
      const chosen = page.getByRole("region", { name: "Chosen item" });
      await chosen
        .getByRole("heading", { name: "purple diamond 29" })
        .or(chosen.getByRole("heading"))
        .first()
        .waitFor();
      const idOf = () =>
        `${new URL(page.url()).searchParams.get("id")} ${new URL(page.url()).searchParams.get("view")}`;
      const before = idOf();
      await page.locator("canvas").focus();
      await page.keyboard.press("ArrowRight");
      await page.waitForFunction((was) => {
        const now = new URLSearchParams(location.search);
        return `${now.get("id")} ${now.get("view")}` !== was;
      }, before);
      assert.ok(idOf().endsWith(" outline"), "only points that are shown are gone to");
      assert.ok(fake.items.some(({ id }) => idOf().startsWith(id)));
      await page.keyboard.press("Escape");
      await page.getByRole("region", { name: "Find a point" }).waitFor();
    });
  });

  test("runs: several in one chart, live while one trains, requested only while the page is seen", async () => {
    const live = fakeRun("dchn-emoji-live", 12, { isRunning: true, isFinished: false, hasReport: false });
    const done = fakeRun("dchn-emoji-0", 40);
    const other = fakeRun("gmae-digits-0", 20, { dataset: "Digits-2V" });
    await withPage({ runs: [live, done, other], query: "?page=runs" }, async (page, fake) => {
      await page.getByText("training, epoch 12").waitFor();
      const charts = page.locator("figure canvas");
      await charts.first().waitFor();
      assert.ok((await charts.count()) >= 6);
      assert.deepEqual(
        await page
          .getByRole("checkbox")
          .evaluateAll((boxes) => boxes.map((box) => (box as unknown as { checked: boolean }).checked)),
        [true, false, true],
      );
      live.lines.push(fakeLine(13), fakeLine(14));
      await page.getByText("training, epoch 14").waitFor();
      const requested = () => fake.paths.filter((path) => path.startsWith("/runs"));
      assert.ok(requested().includes("/runs/dchn-emoji-live?after=12"));
      assert.equal(requested().filter((path) => path.startsWith("/runs/dchn-emoji-0?")).length, 1);

      const see = (state: string) =>
        page.evaluate((state) => {
          Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state });
          document.dispatchEvent(new Event("visibilitychange"));
        }, state);
      await see("hidden");
      await page.waitForTimeout(2500);
      const quiet = requested().length;
      await page.waitForTimeout(3000);
      assert.equal(requested().length, quiet, "a page that is not seen asks nothing");
      Object.assign(live.summary, { isRunning: false, isFinished: true, hasReport: true });
      live.lines.push(fakeLine(15));
      await see("visible");
      await page.locator("tr", { hasText: "dchn-emoji-live" }).getByText("finished").waitFor();
      const ended = requested().length;
      await page.waitForTimeout(3000);
      assert.equal(requested().length, ended, "nothing trains, nothing is asked");
      assert.equal(await page.getByRole("link", { name: "Report" }).count(), 3);

      await page.getByRole("checkbox", { name: /gmae-digits-0/ }).check();
      await page.waitForFunction(() => document.querySelectorAll("input[type=checkbox]:checked").length === 3);
      assert.deepEqual(new URL(page.url()).searchParams.getAll("run").sort(), [
        "dchn-emoji-0",
        "dchn-emoji-live",
        "gmae-digits-0",
      ]);
    });
  });

  test("runs are followed on after the server was busy", async () => {
    const live = fakeRun("dchn-emoji-live", 12, { isRunning: true, isFinished: false });
    await withPage({ runs: [live], query: "?page=runs", busy: 1, allowed: /status of 503/ }, async (page) => {
      await page.getByRole("alert").getByText("too much to do").waitFor();
      await page.locator("tr", { hasText: "dchn-emoji-live" }).waitFor();
      assert.equal(await page.getByRole("alert").count(), 0);
    });
  });

  test("behind a proxy's prefix the page has its data and its pictures", async () => {
    await withPage({ prefix: "/vantage", query: "?words=brown&target=flat" }, async (page, fake) => {
      const picture = results(page, "flat").locator("img").first();
      await picture.waitFor();
      await page.waitForFunction(() => document.querySelector(".hits img")?.naturalWidth > 0);
      assert.ok(fake.paths.some((path) => path.startsWith("/thumbnails/")));
    });
  });

  test("a token is requested once, kept for the tab, and sent with everything, pictures too", async () => {
    const init = { token: "let-me-in", query: "?words=brown&target=flat", allowed: /status of 401/ };
    await withPage(init, async (page, fake) => {
      const dialog = page.getByRole("dialog", { name: "This server wants a token" });
      await dialog.getByLabel("Token").fill("wrong");
      await dialog.getByLabel("Token").press("Enter");
      await dialog.getByText("The server refused this token.").waitFor();
      await dialog.getByLabel("Token").fill("let-me-in");
      await dialog.getByRole("button", { name: "Continue" }).click();
      const picture = results(page, "flat").locator("img").first();
      await picture.waitFor();
      assert.match((await picture.getAttribute("src"))!, /^data:image\/svg\+xml/);
      assert.ok(fake.searches.length > 0);
      await page.reload();
      await cards(results(page, "flat")).first().waitFor();
      assert.equal(await dialog.count(), 0);
    });
  });

  test("the real server serves it, with a policy under which it works", async () => {
    const small = await smallIndex();
    const server = await createServer({ indexes: new Map([["small", small.index]]), localOnly: true, say: () => {} });
    try {
      const items = [0b1111, 0b0111, 0b1111_0000].flatMap((bits, i) =>
        ["a", "b"].map((view) => ({
          id: `item ${i}/ü`,
          view,
          features: featuresOf(bits),
          metadata: { title: `Title ${i}`, label: i < 2 ? "near" : { toString: 1 } },
        })),
      );
      await small.index.add(items);
      const url = `${await server.listen({ host: "127.0.0.1", port: 0 })}/`;
      await visit(url, { query: `?id=${encodeURIComponent("item 0/ü")}&target=b` }, async (page) => {
        await cards(results(page, "b")).first().waitFor();
        assert.deepEqual(await results(page, "b").locator(".picture").allInnerTexts(), [
          "Title 0",
          "Title 1",
          "Title 2",
        ]);
        assert.deepEqual(await results(page, "b").locator(".score .number").allInnerTexts(), ["0", "1", "8"]);
        await results(page, "b").getByText("2 of 3 with the query’s label").waitFor();
        await page.keyboard.press("3");
        await page.getByText("No runs yet").waitFor();
        await page.keyboard.press("2");
        await page.getByText("small has no map").waitFor();
      });
    } finally {
      await server.close();
      await small.close();
    }
  });

  for (const colorScheme of ["light", "dark"] as const) {
    test(`360 pixels wide, ${colorScheme}: nothing is cut off, text stands out, and nothing moves for who wants that`, async () => {
      const context: BrowserContextOptions = {
        viewport: { width: 360, height: 740 },
        colorScheme,
        reducedMotion: "reduce",
        hasTouch: true,
      };
      const runs = [fakeRun("a-run-with-quite-a-long-name-for-a-phone", 12, { isRunning: true })];
      await withPage({ bits: [64, 32], runs, context }, async (page, fake) => {
        const id = encodeURIComponent(fake.items[3]!.id);
        for (const query of [
          "",
          "?words=blue&index=shapes-64&index=shapes-32&rerank=100",
          `?id=${id}`,
          "?page=map",
          `?page=map&id=${id}`,
          "?page=runs",
        ]) {
          await page.goto(fake.url + query);
          await page.waitForFunction(() =>
            document.querySelector(".card:not(.empty-card),canvas[data-drawn],figure canvas"),
          );
          const wide = await page.evaluate(() => document.documentElement.scrollWidth);
          assert.ok(wide <= 360, `${query} is ${wide} pixels wide`);
        }
        assert.equal(
          await page.locator(".state.running").evaluate((state) => getComputedStyle(state, "::before").animationName),
          "none",
        );
        const roles = await page.evaluate(() => {
          const style = getComputedStyle(document.documentElement);
          return Object.fromEntries(
            ["ink", "soft", "bad", "good", "accent", "onAccent", "paper", "ground", "tint", "edge"].map((role) => [
              role,
              style.getPropertyValue(`--${role}`).trim(),
            ]),
          );
        });
        for (const ground of ["paper", "ground", "tint"]) {
          for (const text of ["ink", "soft", "accent"]) {
            const ratio = contrast(roles[text]!, roles[ground]!);
            assert.ok(ratio >= 4.5, `${text} on ${ground} has ${ratio.toFixed(2)}`);
          }
        }
        assert.ok(contrast(roles.onAccent!, roles.accent!) >= 4.5);
        assert.ok(contrast(roles.edge!, roles.paper!) >= 3);
        const header = page.getByRole("button", { name: /^Colors: auto/ });
        await header.click();
        assert.equal(await page.evaluate(() => document.documentElement.dataset.scheme), "light");
        await page.reload();
        assert.equal(await page.evaluate(() => document.documentElement.dataset.scheme), "light");
      });
    });
  }
});

/** Contrast of two colors as WCAG 2 defines it. */
function contrast(a: string, b: string): number {
  const luminance = (color: string) => {
    const whole = color.length === 4 ? color.replace(/[\da-f]/gi, "$&$&") : color;
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(whole.slice(at, at + 2), 16) / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}
