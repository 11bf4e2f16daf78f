// The map as an Arrow stream: columns id, x, y, view and label, the names of views and labels in the schema's metadata.
import { columnFromArray, Table, tableFromColumns, tableToIPC, utf8 } from "@uwdata/flechette";
import type { MapReply } from "../api.js";

export const arrowType = "application/vnd.apache.arrow.stream";

/** One record batch, so that a reader has each column as one array of numbers. */
export function mapAsArrow({ projection, views, labels, ids, view, label, x, y }: MapReply): Uint8Array {
  const { schema, children } = tableFromColumns({
    id: columnFromArray(ids, utf8(), { maxBatchRows: Number.POSITIVE_INFINITY }),
    x: columnFromArray(Float32Array.from(x)),
    y: columnFromArray(Float32Array.from(y)),
    view: columnFromArray(Int16Array.from(view)),
    label: columnFromArray(Int32Array.from(label)),
  });
  const metadata = new Map([
    ["projection", projection],
    ["views", JSON.stringify(views)],
    ["labels", JSON.stringify(labels)],
  ]);
  return tableToIPC(new Table({ ...schema, metadata }, children), { format: "stream" })!;
}
