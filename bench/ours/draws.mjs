// What a method drew before and during training, as arrays for PyTorch to train with the same.
import { batches } from "../../dist/data/batches.js";

/** Weights and biases as the model has them now; `rename` gives the names that the PyTorch side looks for. */
export function parametersOf(model, rename = (name) => name) {
  const arrays = {};
  for (const [name, { data, shape }] of model.modelState().tensors) {
    if (/\.(weight|bias)$/.test(name)) arrays[rename(name)] = { data: Float32Array.from(data), shape: [...shape] };
  }
  return arrays;
}

/** The rows of each epoch in the order of its batches, epochs × rows. */
export function ordersOf(rows, epochs, { batch, seed }, settings) {
  const drawn = Array.from({ length: epochs }, (_, epoch) => batches(rows, batch, { seed, epoch }, settings));
  const order = drawn.flatMap((epoch) => epoch.flatMap((each) => [...each]));
  return { data: Int32Array.from(order), shape: [epochs, order.length / epochs] };
}
