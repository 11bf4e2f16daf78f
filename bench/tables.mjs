// The results of the benchmarks as Markdown.

export function upperFirst(words) {
  return words[0].toUpperCase() + words.slice(1);
}

function seconds(value) {
  if (!Number.isFinite(value)) return "–";
  return value < 0.001
    ? `${(value * 1e6).toFixed(1)} µs`
    : value < 1
      ? `${(value * 1000).toFixed(1)} ms`
      : `${value.toFixed(2)} s`;
}

/** One line for each peer: what, ours, peer, its time, ratio, ratio beside a busy process, share of the machine's limit. */
export function ratioTable(rows) {
  return [
    "| what | ours | peer | peer's time | ratio | ratio, busy | ours, share of the limit | |",
    "| --- | ---: | --- | ---: | ---: | ---: | ---: | --- |",
    ...rows.map(({ title, label, own, peer, busy, share, extra }) => {
      const times = (value) => (Number.isFinite(value) ? `${value.toFixed(2)}×` : "–");
      const limit = share === undefined ? "–" : `${Math.round(100 * share)}%`;
      return `| ${title} | ${seconds(own)} | ${label} | ${seconds(peer)} | ${times(peer / own)} | ${times(busy)} | ${limit} | ${extra} |`;
    }),
  ].join("\n");
}

/** A table of one curve: a row for each line and measure, a column for each point. */
export function curveTable({ title, measures, lines }) {
  const places = [...new Set(lines.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  const cell = (points, x, of) => {
    const point = points.find((each) => each.x === x && each.result !== undefined);
    return point === undefined ? "" : `${Number(of(point.result).toPrecision(3))}`;
  };
  return [
    `| ${title} | | ${places.map((x) => x.toLocaleString("en-US")).join(" | ")} |`,
    `| --- | --- | ${places.map(() => "---:").join(" | ")} |`,
    ...lines.flatMap(({ name, points }) =>
      measures.map((each) => `| ${name} | ${each.name} | ${places.map((x) => cell(points, x, each.of)).join(" | ")} |`),
    ),
  ].join("\n");
}
