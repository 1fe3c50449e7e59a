/**
 * Tensors: bytes of a typed array, row by row, with a type and a shape.
 *
 * @module
 */

import { isDetached, type Words } from "../columns.ts";
import { MemoError } from "../errors.ts";
import type { Octets } from "../native/symbols.ts";
import { badArgument, integer, shown, WORD_MAX } from "../numbers.ts";
import { succeed, torch } from "./library.ts";

/** The array that holds elements of each type. */
export interface ArrayOf {
  /** Unsigned bytes. */
  u8: Uint8Array;
  /** Signed bytes. */
  i8: Int8Array;
  /** Integers of 16 bits. */
  i16: Int16Array;
  /** Integers of 32 bits. */
  i32: Int32Array;
  /** Integers of 64 bits. */
  i64: BigInt64Array;
  /** IEEE floats of 16 bits, as their bits. */
  f16: Uint16Array;
  /** Floats of 32 bits. */
  f32: Float32Array;
  /** Floats of 64 bits. */
  f64: Float64Array;
  /** Bytes that are 0 or 1. */
  bool: Uint8Array;
  /** Floats of 16 bits with the exponent of 32, as their bits. */
  bf16: Uint16Array;
}

/** The type of a tensor's elements. */
export type TensorType = keyof ArrayOf;

/** A tensor of one type. */
export interface TensorOf<T extends TensorType> {
  /** What its elements are. */
  readonly type: T;
  /** The lengths of its dimensions; none for a single number. */
  readonly shape: readonly number[];
  /** Its elements, row by row. */
  readonly data: ArrayOf[T];
}

/** A tensor: branch on `type` for that of its `data`. */
export type Tensor = { [T in TensorType]: TensorOf<T> }[TensorType];

interface Kind<T extends TensorType> {
  /** Its `MEMO_TORCH_KIND` of `memo_torch.h`. */
  readonly number: number;
  readonly array: new (buffer: ArrayBuffer) => ArrayOf[T];
}

/** Each type. */
export const KINDS: Readonly<{ [T in TensorType]: Kind<T> }> = {
  u8: { number: 0, array: Uint8Array },
  i8: { number: 1, array: Int8Array },
  i16: { number: 2, array: Int16Array },
  i32: { number: 3, array: Int32Array },
  i64: { number: 4, array: BigInt64Array },
  f16: { number: 5, array: Uint16Array },
  f32: { number: 6, array: Float32Array },
  f64: { number: 7, array: Float64Array },
  bool: { number: 11, array: Uint8Array },
  bf16: { number: 15, array: Uint16Array },
};

/** A tensor whose fields have been read and checked. */
export interface CheckedTensor {
  readonly kind: number;
  readonly shape: Float64Array<ArrayBuffer>;
  /** The bytes of the caller. */
  readonly bytes: Octets;
}

/**
 * Inputs of a caller. All fields of all are read before any array is looked at: a getter may shorten
 * what was looked at before it.
 */
export function checkedTensors(inputs: readonly Tensor[]): CheckedTensor[] {
  if (!Array.isArray(inputs)) throw badArgument(`inputs ${shown(inputs)} must be an array`);
  const fields = Array.from(inputs as readonly Tensor[], (input, idx) => {
    if (typeof input !== "object" || input === null) {
      throw badArgument(`input ${idx}: ${shown(input)} must be an object { type, shape, data }`);
    }
    const { type, shape, data } = input;
    if (!Array.isArray(shape)) {
      throw badArgument(`input ${idx}: shape ${shown(shape)} must be an array`);
    }
    return { type, shape: Array.from<unknown>(shape), data };
  });
  return fields.map((field, idx) => checked(field, `input ${idx}`));
}

function checked(
  { type, shape, data }: { type: TensorType; shape: unknown[]; data: Tensor["data"] },
  name: string,
): CheckedTensor {
  if (!Object.hasOwn(KINDS, type)) {
    const known = Object.keys(KINDS).join(", ");
    throw badArgument(`${name}: type ${shown(type)} must be one of ${known}`);
  }
  const { number, array } = KINDS[type];
  if (!(data instanceof array && ArrayBuffer.isView(data))) {
    throw badArgument(`${name}: data ${shown(data)} must be a ${array.name} for type ${type}`);
  }
  const lengths = shape.map((length) =>
    integer(length, Number.MAX_SAFE_INTEGER, () => `${name}: length in shape`)
  );
  const bytes = bytesOf(data, `${name}: data`);
  const [wanted, found] = [lengths.reduce((a, b) => a * b, 1), bytes.length / width(array)];
  if (wanted !== found) {
    const of = `shape [${lengths.join(", ")}] has ${wanted}`;
    throw badArgument(`${name}: data has ${found} elements, but ${of}`);
  }
  return { kind: number, shape: Float64Array.from(lengths), bytes };
}

function width(array: unknown): number {
  return (array as { readonly BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT;
}

/** The bytes that an array shows. To ask for its `buffer` also settles where they are. */
function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView, name: string): Octets {
  if (!(buffer instanceof ArrayBuffer)) {
    throw badArgument(`${name} lies in a SharedArrayBuffer; pass a copy: data.slice()`);
  }
  if (byteLength === 0 && isDetached(buffer)) {
    throw badArgument(`${name} is detached: its memory was transferred; pass it before, or a copy`);
  }
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Opens tensors over these bytes, or copies of them. They are the caller's to close. */
export function openTensors(tensors: readonly CheckedTensor[], isBorrowed: boolean): Words {
  const handles = new Uint32Array(tensors.length);
  let opened = 0;
  try {
    for (const { kind, shape, bytes } of tensors) {
      const handle = new Uint32Array(1);
      const given = [kind, shape.length, shape, bytes.length, bytes, handle] as const;
      const { memo_torch_tensor_copy: copy, memo_torch_tensor_borrow: borrow } = torch();
      succeed((isBorrowed ? borrow : copy)(...given));
      handles[opened++] = handle[0] ?? 0;
    }
    return handles;
  } catch (error) {
    closeTensors(handles.subarray(0, opened));
    throw error;
  }
}

/** Closes tensors. */
export function closeTensors(handles: Words): void {
  for (const handle of handles) torch().memo_torch_tensor_close(handle);
}

/** Copies open tensors out, and closes them. */
export function takeTensors(handles: Words): Tensor[] {
  try {
    return Array.from(handles, (handle, idx) => copyOf(handle, `result ${idx}`));
  } finally {
    closeTensors(handles);
  }
}

/** Bytes of `MemoTorchShape`: a double, then two 32-bit integers. */
const SHAPE_BYTES = 8 + 2 * 4;

function copyOf(handle: number, name: string): Tensor {
  const flat = new Uint8Array(new ArrayBuffer(SHAPE_BYTES));
  succeed(torch().memo_torch_tensor_shape(handle, flat));
  const [byteCount = 0] = new Float64Array(flat.buffer, 0, 1);
  const [kind = -1] = new Int32Array(flat.buffer, 8, 1);
  const [rank = 0] = new Uint32Array(flat.buffer, 12, 1);
  const type = (Object.keys(KINDS) as TensorType[]).find((type) => KINDS[type].number === kind);
  if (type === undefined) {
    throw new MemoError("UNSUPPORTED", `${name} has elements of a type that no array here holds`);
  }
  const shape = new Float64Array(integer(rank, WORD_MAX, () => `${name}: rank`));
  succeed(torch().memo_torch_tensor_lengths(handle, rank, shape));
  const bytes = new Uint8Array(new ArrayBuffer(byteCount));
  succeed(torch().memo_torch_tensor_read(handle, byteCount, bytes));
  return { type, shape: [...shape], data: new KINDS[type].array(bytes.buffer) } as Tensor;
}
