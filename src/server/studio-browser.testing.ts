// A real browser for tests of the page: opens it on a made-up server, and finds that nothing was complained of.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before } from "node:test";
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core";
import { type FakeInit, type FakeServer, startFake } from "./studio-fake.testing.js";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
/** Why the tests are skipped, where they are. */
export const skip = existsSync(executablePath) ? false : `no Chromium at ${executablePath}; CHROMIUM names another`;
const args = [
  ...["--headless", "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  ...["--disable-component-update", "--disable-sync", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
];
/** Milliseconds: other tests run beside these on few processors. */
export const patience = 60_000;

export interface Visit {
  readonly query?: string;
  readonly context?: BrowserContextOptions;
  /** What the browser may say of answers that a test requests. */
  readonly allowed?: RegExp;
}

export const results = (page: Page, view: string): Locator => page.getByRole("region", { name: `Results in ${view}` });
export const cards = (place: Page | Locator): Locator => place.locator(".hits a.card");

/** A browser for the tests of one suite. */
export function useBrowser() {
  let browser: Browser;
  before(async () => {
    browser = await chromium.launch({ executablePath, args });
  });
  after(() => browser.close());

  /** Opens the page, runs the body, and then finds that nothing was complained of and nobody else was asked. */
  async function visit(url: string, { query = "", context, allowed }: Visit, body: (page: Page) => Promise<void>) {
    const visitor = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...context });
    const complaints: string[] = [];
    try {
      const page = await visitor.newPage();
      page.setDefaultTimeout(patience);
      page.on("pageerror", (error) => complaints.push(String(error.stack)));
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
      });
      page.on("request", (request) => {
        if (!request.url().startsWith(url) && !request.url().startsWith("data:")) complaints.push(request.url());
      });
      await page.goto(url + query);
      await body(page);
    } finally {
      await visitor.close();
    }
    assert.deepEqual(
      complaints.filter((complaint) => !allowed?.test(complaint)),
      [],
    );
  }

  async function withPage(init: FakeInit & Visit, body: (page: Page, fake: FakeServer) => Promise<void>) {
    const fake = await startFake(init);
    try {
      await visit(fake.url, init, (page) => body(page, fake));
    } finally {
      await fake.close();
    }
  }

  return { visit, withPage };
}
