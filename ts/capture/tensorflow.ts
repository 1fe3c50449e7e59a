/**
 * Runs of TensorFlow.js, recorded through its engine.
 *
 * What a kernel makes for itself and frees before it ends is the backend's own and not seen. Data that
 * several tensors show, as after a reshape, is one buffer.
 *
 * @module
 */

import { badArgument } from "../numbers.ts";
import { hooked, hookedAll, type Recorded, Recorder, type Until } from "./recorder.ts";

/** TensorFlow.js: the module `@tensorflow/tfjs`, or `@tensorflow/tfjs-core`. */
export interface TensorFlow {
  /** The engine in force. */
  engine(): unknown;
}

/** A recording, until it is stopped. */
export interface Capture {
  /** Ends the recording; what was recorded. */
  stop(): Recorded;
}

/** The part of a tensor used here. */
interface Tensor {
  readonly dataId: object;
}

/** The part of the engine used here. */
interface Engine {
  readonly state: {
    readonly tensorInfo: { get(id: object): { readonly bytes: number } | undefined };
  };
}

type Inputs = Record<string, Tensor | readonly Tensor[] | null | undefined>;
type Kernel = { readonly kernelName?: string; readonly inputs?: Inputs };

/**
 * Records what TensorFlow.js asks for from now on, on any backend, with the kernel of each buffer.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { plan } from "@memo/malloc";
 * import { captureTensorFlow } from "@memo/malloc/capture";
 *
 * const capture = captureTensorFlow(tf, "used");
 * const scores = model.predict(image);
 * const { buffers } = capture.stop();
 * const answer = plan(buffers, { align: 64 });
 * ```
 */
export function captureTensorFlow(tf: TensorFlow, until: Until = "freed"): Capture {
  if (typeof tf?.engine !== "function") throw badArgument("tf must be the module of TensorFlow.js");
  const engine = tf.engine() as Engine & object;
  const recorder = new Recorder();
  const unhook = hookedAll(hooks(engine, recorder));
  return {
    stop() {
      unhook();
      return recorder.recorded(until);
    },
  };
}

/** Hooks the engine, one method after the other. */
function* hooks(engine: Engine & object, recorder: Recorder): Generator<() => void> {
  const info = ({ dataId }: Tensor) => engine.state.tensorInfo.get(dataId);
  yield hooked<(kernel: Kernel) => unknown>(engine, "runKernelFunc", (original) => (kernel) => {
    recorder.begin(kernel.kernelName ?? "customGrad");
    try {
      return original.call(engine, kernel);
    } finally {
      recorder.end(dataOf(kernel.inputs));
    }
  });
  yield hooked<(tensor: Tensor, ...rest: unknown[]) => void>(
    engine,
    "trackTensor",
    (original) => (tensor, ...rest) => {
      const isNew = info(tensor) === undefined;
      original.call(engine, tensor, ...rest);
      if (isNew) recorder.made(tensor.dataId, info(tensor)?.bytes ?? 0, "tensor");
    },
  );
  yield hooked<(dataId: object, ...rest: unknown[]) => void>(
    engine,
    "removeDataId",
    (original) => (dataId, ...rest) => {
      original.call(engine, dataId, ...rest);
      if (info({ dataId }) === undefined) recorder.freed(dataId);
    },
  );
}

function dataOf(inputs: Inputs = {}): object[] {
  return Object.values(inputs).flat().flatMap((tensor) => tensor?.dataId ?? []);
}
