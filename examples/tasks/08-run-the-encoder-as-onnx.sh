# Run an exported encoder on raw features in another program, with ONNX Runtime (npm install onnxruntime-node).
npx vantage train cca --data study.csv --task retrieval --dimensions 4 --out run
ls run/model
cat > encode.mjs <<'END'
import { InferenceSession, Tensor } from "onnxruntime-node";

const session = await InferenceSession.create("run/model/rna.onnx");
const features = Float32Array.from({ length: 2 * 12 }, (_, i) => i / 10);
const { representation } = await session.run({ rna: new Tensor("float32", features, [2, 12]) });
console.log(representation.dims); // [ 2, 4 ]
END
node encode.mjs | grep '2, 4'
