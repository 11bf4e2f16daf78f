// The OpenAPI description: valid, and of use to programs that make clients of it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { type SmallIndex, smallIndex } from "./fixture.testing.js";
import { createServer } from "./server.js";

interface Operation {
  readonly operationId?: string;
  readonly responses: Record<string, { readonly content?: Record<string, unknown> }>;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
}
interface Description {
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Record<string, Record<string, Operation>>;
}

let small: SmallIndex;
const descriptions: Description[] = [];
before(async () => {
  small = await smallIndex();
  for (const token of [undefined, "a-token-for-tests"]) {
    const server = await createServer({
      indexes: new Map([["s", small.index]]),
      localOnly: false,
      token,
      say: assert.fail,
    });
    const { body } = await server.inject({ url: "/openapi.json", headers: { authorization: `Bearer ${token}` } });
    descriptions.push(JSON.parse(body));
    await server.close();
  }
});
after(() => small.close());

const operations = () =>
  descriptions.flatMap(({ paths }) =>
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    ),
  );

test("it is valid, with a token and without", async () => {
  for (const description of descriptions) {
    const { valid, errors } = await new Validator().validate(structuredClone(description) as never);
    assert.ok(valid, JSON.stringify(errors));
  }
});

test("operations have names of their own, and their paths' parameters", () => {
  for (const { paths, servers } of descriptions) {
    const names = Object.values(paths).flatMap((methods) => Object.values(methods).map((each) => each.operationId));
    assert.ok(
      names.every((name) => /^[a-z]+[A-Za-z]*$/.test(name ?? "")),
      names.join(),
    );
    assert.equal(new Set(names).size, names.length);
    assert.ok(servers.length > 0);
  }
  for (const { path, operation } of operations()) {
    const named = [...path.matchAll(/\{(.*?)\}/g)].map(([, name]) => name);
    const given = (operation.parameters ?? []).filter((each) => each.in === "path");
    assert.deepEqual(given.map(({ name }) => name).sort(), named.sort(), path);
    assert.ok(
      given.every(({ required, name }) => required === true && /^\w+$/.test(name)),
      path,
    );
  }
});

test("every status that a route answers with is there", () => {
  for (const { path, method, operation } of operations()) {
    const statuses = Object.keys(operation.responses);
    const expected = ["/health", "/ready"].includes(path) ? ["200", "500"] : ["200", "401", "403", "429", "500", "503"];
    if (method !== "get") expected.push("400", "404", "413", "415", "507");
    if (path.includes("{")) expected.push("400", "404");
    for (const status of expected) assert.ok(statuses.includes(status), `${method} ${path}: ${status} of ${statuses}`);
  }
});

test("patterns mean the same in JavaScript without flags and in Python", () => {
  const patterns = new Set(
    [...JSON.stringify(descriptions).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)].map((each) => each[1]!),
  );
  assert.ok(patterns.size > 0);
  for (const json of patterns) {
    const pattern: string = JSON.parse(json);
    for (const [text, fits] of [
      ["photo-1", true],
      ["pCs", true],
      ["é 猫 😀", true],
      ["a\tb", false],
      ["a\u0085", false],
    ] as const) {
      assert.equal(new RegExp(pattern).test(text), fits, `${pattern} ${text}`);
      assert.equal(new RegExp(pattern, "u").test(text), fits, `${pattern} ${text}`);
      const python = spawnSync("python3", [
        "-c",
        "import re,sys;print(bool(re.search(sys.argv[1],sys.argv[2])))",
        pattern,
        text,
      ]);
      if (python.status === 0)
        assert.equal(String(python.stdout).trim(), fits ? "True" : "False", `${pattern} ${text}`);
      else assert.equal((python.error as NodeJS.ErrnoException | undefined)?.code, "ENOENT", String(python.stderr));
    }
  }
});
