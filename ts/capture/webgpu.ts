/**
 * Buffers of a WebGPU device, recorded as they are created and destroyed.
 *
 * @module
 */

import { badArgument, shown } from "../numbers.ts";
import { hooked, type Recorded, Recorder } from "./recorder.ts";
import type { Capture } from "./tensorflow.ts";

/** The part of a `GPUDevice` used here. */
export interface Device {
  /** Creates a buffer. */
  // deno-lint-ignore no-explicit-any
  createBuffer(descriptor: any): { destroy(): void };
}

/** The part of a `GPUBufferDescriptor` used here. */
interface Descriptor {
  readonly size: number;
  readonly label?: string;
}

/**
 * Records the buffers that a device creates from now on. The op of a buffer is its label.
 *
 * Plan with `align: 256`: bindings begin at multiples of that. A buffer cannot be bound read-only and
 * read-write in one dispatch, even in ranges apart from each other: bind it read-write everywhere.
 */
export function captureWebGpu(device: Device): Capture {
  if (typeof device?.createBuffer !== "function") {
    throw badArgument(`device ${shown(device)} must be a GPUDevice`);
  }
  const recorder = new Recorder();
  let isOn = true;
  type Create = Device["createBuffer"];
  const unhook = hooked<Create>(device, "createBuffer", (original) => (descriptor: Descriptor) => {
    const buffer = original.call(device, descriptor);
    recorder.made(buffer, descriptor.size, descriptor.label || "buffer");
    const unhookBuffer = hooked<() => void>(buffer, "destroy", (destroy) => () => {
      unhookBuffer();
      if (isOn) recorder.freed(buffer);
      destroy.call(buffer);
    });
    return buffer;
  });
  return {
    stop(): Recorded {
      if (isOn) unhook();
      isOn = false;
      return recorder.recorded("freed");
    },
  };
}
