// What is done with the page beyond looking: a request copied, a server that goes away, points outlined, runs compared and removed.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { cards, results, skip, useBrowser } from "./studio-browser.testing.js";
import { fakeRun } from "./studio-fake.testing.js";

// biome-ignore lint/suspicious/noExplicitAny: what the browser has, for functions that run there
type Any = any;
declare const document: Any, navigator: Any;

describe("tasks on the page", { skip }, () => {
  const { withPage } = useBrowser();
  const copied = (page: Page): Promise<string> => page.evaluate(() => navigator.clipboard.readText());
  const context = { permissions: ["clipboard-read", "clipboard-write"] };

  test("a search is copied as a command that finds the same, also with quotation marks in it", async () => {
    await withPage({ query: "?words=green 'square'", context }, async (page, fake) => {
      await cards(results(page, "all views")).first().waitFor();
      await page.getByRole("button", { name: "Copy as curl" }).click();
      await page.getByText("Copied").waitFor();
      const command = await copied(page);
      const reply = JSON.parse(await shell(command));
      assert.deepEqual(fake.searches.at(-1), fake.searches.at(-2));
      assert.deepEqual(
        reply.hits.map(({ id }: { id: string }) => id),
        await cards(page).evaluateAll((links) =>
          links.map((link) => new URL((link as Any).href).searchParams.get("id")),
        ),
      );
    });
    await withPage({ query: "?words=red", token: "let-me-in", context, allowed: /401/ }, async (page) => {
      await page.getByRole("textbox", { name: "Token" }).fill("let-me-in");
      await page.getByRole("button", { name: "Continue" }).click();
      await cards(page).first().waitFor();
      await page.getByRole("button", { name: "Copy as curl" }).click();
      await page.getByText("Copied").waitFor();
      const command = await copied(page);
      assert.match(command, /Bearer \$VANTAGE_TOKEN"/);
      assert.doesNotMatch(command, /let-me-in/);
      assert.equal(JSON.parse(await shell(command, "let-me-in")).hits.length, 24);
    });
  });

  test("a server that is away is reported once, and the page goes on when it is back", async () => {
    const query = "?words=red&target=flat&target=outline&target=english";
    await withPage({ query, allowed: /ERR_FAILED|ERR_INTERNET/ }, async (page) => {
      await cards(results(page, "english")).first().waitFor();
      await page.route("**/search", (route) => route.abort());
      await page.getByRole("searchbox", { name: "Words" }).fill("blue circle");
      await page.keyboard.press("Enter");
      await page.getByRole("alert").getByText("the server does not answer").waitFor();
      assert.equal(await page.getByRole("alert").count(), 1);
      await page.unroute("**/search");
      await page.getByRole("alert").getByRole("button", { name: "Try again" }).click();
      await results(page, "flat").getByText("blue circle 4", { exact: true }).waitFor();
      assert.equal(await page.getByRole("alert").count(), 0);
    });
  });

  test("more results, pictures before words, scores whose bars grow with better", async () => {
    await withPage({ query: "?words=red&target=english&target=outline" }, async (page) => {
      await cards(results(page, "outline")).first().waitFor();
      assert.deepEqual(await page.locator(".target > h2").allInnerTexts(), ["outline", "english"]);
      const outline = results(page, "outline");
      assert.match(await cards(outline).first().innerText(), /0 of 64 bits differ/);
      const widths = await outline
        .locator(".score .bar-of > span")
        .evaluateAll((bars) => bars.map((bar) => Number.parseFloat((bar as Any).style.width)));
      assert.deepEqual(
        widths,
        [...widths].sort((a, b) => b - a),
      );
      assert.equal(widths[0], 100);
      await outline.getByRole("button", { name: "More results" }).click();
      await page.waitForFunction(() => document.querySelectorAll(".target .hits a.card").length === 96);
    });
  });

  test("only what an index takes is offered", async () => {
    await withPage({ takesFeaturesOnly: true }, async (page) => {
      await page.getByRole("searchbox", { name: "Item" }).waitFor();
      assert.equal(await page.getByText("Words", { exact: true }).count(), 0);
      assert.equal(await page.getByText("Picture", { exact: true }).count(), 0);
      await cards(page).first().waitFor();
      assert.equal(await cards(page).first().locator(".label").count(), 1, "first cards have their label");
    });
  });

  test("on a phone the options are folded", async () => {
    await withPage({ bits: [64, 32], context: { viewport: { width: 390, height: 844 } } }, async (page) => {
      const first = cards(page).first();
      await first.waitFor();
      assert.ok((await first.boundingBox())!.y < 844 / 2);
      assert.equal(await page.getByText("Approximate").isVisible(), false);
      await page.getByRole("button", { name: /^Options/ }).click();
      await page.getByText("Approximate").click();
      await page.getByRole("button", { name: /Options.*approximate/ }).waitFor();
    });
  });

  test("groups are named on the map, and points are outlined, counted, searched and copied", async () => {
    await withPage({ query: "?page=map", context }, async (page, fake) => {
      await page.locator("canvas[data-drawn='720']").waitFor();
      const names = page.locator(".group-name");
      await names.first().waitFor();
      assert.deepEqual((await names.allInnerTexts()).sort(), [
        "black",
        "blue",
        "brown",
        "green",
        "orange",
        "purple",
        "red",
        "teal",
      ]);
      const boxes = await names
        .locator("span")
        .evaluateAll((all) => all.map((each) => (each as Any).getBoundingClientRect()));
      for (const [i, a] of boxes.entries()) {
        for (const b of boxes.slice(0, i)) {
          assert.ok(a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top);
        }
      }
      const canvas = (await page.locator("canvas").boundingBox())!;
      const at = (x: number, y: number) => [canvas.x + x * canvas.width, canvas.y + y * canvas.height] as const;
      await page.getByRole("button", { name: "Lasso" }).click();
      await page.mouse.move(...at(0.01, 0.01));
      await page.mouse.down();
      for (const [x, y] of [
        [0.99, 0.01],
        [0.99, 0.85],
        [0.7, 0.85],
        [0.01, 0.99],
      ] as const)
        await page.mouse.move(...at(x, y), { steps: 4 });
      await page.mouse.up();
      const selection = page.getByRole("region", { name: "Selected points" });
      await selection.waitFor();
      const [, points, items] = /([\d\u202f]+) points, (\d+) items/.exec(
        await selection.getByRole("heading").innerText(),
      )!;
      assert.ok(Number(points) > 360 && Number(items) <= 240, `${points} ${items}`);
      await selection.getByRole("button", { name: "Copy ids" }).click();
      await selection.getByText("Copied").waitFor();
      const ids = (await copied(page)).split("\n");
      assert.equal(ids.length, Number(items));
      assert.ok(ids.every((id) => fake.items.some((item) => item.id === id)));
      await selection.getByRole("searchbox").fill("teal");
      await page.keyboard.press("Enter");
      await selection.getByText("nearest items are selected").waitFor();
      await selection.getByRole("button", { name: "Clear" }).click();
      await page.getByRole("region", { name: "Find a point" }).waitFor();
      await page.getByRole("button", { name: /^green\s*90$/ }).click();
      await page.getByRole("button", { name: "Select these points" }).click();
      await selection.getByText("90 points, 30 items").waitFor();
    });
  });

  test("pictures stand on the map once few points are in sight", async () => {
    await withPage({ items: 800, query: "?page=map" }, async (page) => {
      await page.locator("canvas[data-drawn]").waitFor();
      await page.locator("canvas").focus();
      assert.equal(await page.locator(".on-map").count(), 0);
      const name = (await page.locator(".group-name span").first().boundingBox())!;
      await page.mouse.move(name.x + name.width / 2, name.y + name.height / 2);
      for (let turn = 0; turn < 5; turn++) await page.mouse.wheel(0, -120);
      await page.locator(".on-map img").first().waitFor();
    });
  });

  test("runs are sorted and found, compared, and removed after a question", async () => {
    const runs = [
      { ...fakeRun("gmae-a", 20), settings: { method: "gmae", seed: 0, options: { lr: 0.01, batch: 64 } } },
      { ...fakeRun("gmae-bb", 60), settings: { method: "gmae", seed: 0, options: { lr: 0.001, batch: 64 } } },
      fakeRun("cca-ccc", 0, { isRunning: true, isFinished: false }),
    ];
    await withPage({ runs, query: "?page=runs&run=gmae-a&run=gmae-bb" }, async (page, fake) => {
      const compared = page.getByRole("region", { name: "Comparison" });
      await compared.getByText("options.lr").waitFor();
      assert.equal(await compared.getByText("options.batch").count(), 0, "what is the same is left out");
      assert.deepEqual(await compared.locator("tr", { hasText: "options.lr" }).locator("td").allInnerTexts(), [
        "0.001",
        "0.01",
      ]);
      const names = () => page.locator(".runs-list tbody th label").allInnerTexts();
      assert.deepEqual(await names(), ["cca-ccc", "gmae-bb", "gmae-a"]);
      await page.getByRole("button", { name: "Best" }).click();
      assert.deepEqual(await names(), ["gmae-bb", "gmae-a", "cca-ccc"]);
      await page.getByRole("button", { name: "Run", exact: true }).click();
      assert.deepEqual(await names(), ["cca-ccc", "gmae-a", "gmae-bb"]);
      assert.equal(await page.locator("th[aria-sort=ascending]").innerText(), "Run ↑");
      await page.getByRole("searchbox", { name: "Find runs" }).fill("gmae BB");
      assert.deepEqual(await names(), ["gmae-bb"]);
      await page.getByRole("searchbox", { name: "Find runs" }).fill("");
      await page.getByRole("checkbox", { name: /gmae-bb/ }).uncheck();
      await page.getByRole("checkbox", { name: /cca-ccc/ }).check();
      await page.getByRole("button", { name: "Delete…" }).click();
      const dialog = page.getByRole("dialog", { name: "Delete 1 run?" });
      await dialog.getByText("gmae-a", { exact: true }).waitFor();
      await dialog.getByText("still training and stay").waitFor();
      assert.equal(await dialog.getByText("cca-ccc").count(), 0);
      await dialog.getByRole("button", { name: "Delete 1 run" }).click();
      await page.waitForFunction(() => document.querySelectorAll(".runs-list tbody tr").length === 2);
      assert.ok(fake.paths.includes("/runs/gmae-a"));
      assert.deepEqual(await names(), ["cca-ccc", "gmae-bb"]);
    });
  });

  test("what was measured once is a number, not a chart", async () => {
    const once = fakeRun("cca-once", 0);
    once.lines.push({ stage: "solve", epoch: 1, seconds: 1, losses: { total: 0.5 }, metrics: { acc: 0.79 } });
    await withPage({ runs: [once], query: "?page=runs" }, async (page) => {
      await page.getByRole("region", { name: "Measured once" }).getByText("0.790").waitFor();
      assert.equal(await page.locator("figure").count(), 0);
    });
  });
});

/** Runs a command as it is pasted; the server that it asks is in this process. */
async function shell(command: string, token?: string): Promise<string> {
  const { stdout } = await promisify(execFile)("sh", ["-c", command], {
    env: { ...process.env, VANTAGE_TOKEN: token },
  });
  return stdout;
}
