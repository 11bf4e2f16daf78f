// vantage reproduce --list: the tables of the package, how many of their cells can run here, and what the others need.
import { cellsOf, type Definition, findData, shippedDefinitions } from "../../../reproduce/index.js";
import { printResult } from "../../output/output.js";

interface Listed {
  readonly name: string;
  readonly title: string;
  readonly source: string;
  /** Cells with runs. */
  readonly cells: number;
  /** Those whose data is here. */
  readonly ready: number;
  readonly needs: readonly string[];
}

export function listTables(places: readonly string[]): void {
  const listed = shippedDefinitions().map((definition) => describe(definition, places));
  const width = Math.max(...listed.map(({ name }) => name.length));
  const lines = listed.flatMap(({ name, title, source, cells, ready, needs }) => [
    `${name.padEnd(width)}  ${ready} of ${cells} cells can run: ${title} (${source})`,
    ...needs.map((need) => `${" ".repeat(width)}    ${need}`),
  ]);
  printResult(listed, lines);
}

function describe(definition: Definition, places: readonly string[]): Listed {
  const { name, title, source } = definition;
  const found = cellsOf(definition).flatMap(({ settings }) =>
    settings?.data === undefined ? [] : [findData(settings.data, places)],
  );
  const needs = [...new Set(found.flatMap(({ missing }) => missing ?? []))];
  return { name, title, source, cells: found.length, ready: found.filter(({ argument }) => argument).length, needs };
}
