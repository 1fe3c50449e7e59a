/**
 * What the runtimes that JavaScript people use ask for, recorded as problems to be planned.
 *
 * @module
 */

export {
  captureOnnx,
  type OnnxRecorded,
  type OnnxRuntime,
  type OnnxSession,
  readOnnxProfile,
} from "./capture/onnx.ts";
export type { Recorded, RecordedBuffer, Until } from "./capture/recorder.ts";
export { type Capture, captureTensorFlow, type TensorFlow } from "./capture/tensorflow.ts";
export { captureWebGpu, type Device } from "./capture/webgpu.ts";
