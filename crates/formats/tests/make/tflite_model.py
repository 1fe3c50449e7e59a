"""Makes tests/made/chain.tflite with the schema of TensorFlow Lite: pip install tflite flatbuffers numpy

Four int8 operators in a row, the third of which reads the results of the first two, so that three
tensors are live at once; weights, a metadata entry, and quantization, as a converter writes them.
"""

import sys

import flatbuffers
import numpy as np
import tflite as t

b = flatbuffers.Builder(1024)


def vector(start, items):
    start(b, len(items))
    for item in reversed(items):
        b.PrependUOffsetTRelative(item)
    return b.EndVector()


def ints(start, items):
    start(b, len(items))
    for item in reversed(items):
        b.PrependInt32(item)
    return b.EndVector()


def buffer(data):
    at = b.CreateNumpyVector(data) if data is not None else None
    t.BufferStart(b)
    if at is not None:
        t.BufferAddData(b, at)
    return t.BufferEnd(b)


def quantization(channels):
    scales = b.CreateNumpyVector(np.full(channels, 0.5, np.float32))
    zeros = b.CreateNumpyVector(np.zeros(channels, np.int64))
    t.QuantizationParametersStart(b)
    t.QuantizationParametersAddScale(b, scales)
    t.QuantizationParametersAddZeroPoint(b, zeros)
    return t.QuantizationParametersEnd(b)


def tensor(name, shape, at=0, kind=t.TensorType.INT8, channels=1):
    shape = ints(t.TensorStartShapeVector, shape)
    quantized, name = quantization(channels), b.CreateString(name)
    t.TensorStart(b)
    t.TensorAddShape(b, shape)
    t.TensorAddType(b, kind)
    t.TensorAddBuffer(b, at)
    t.TensorAddName(b, name)
    t.TensorAddQuantization(b, quantized)
    return t.TensorEnd(b)


def conv_options():
    t.Conv2DOptionsStart(b)
    t.Conv2DOptionsAddPadding(b, t.Padding.SAME)
    t.Conv2DOptionsAddStrideW(b, 1)
    t.Conv2DOptionsAddStrideH(b, 1)
    return t.BuiltinOptions.Conv2DOptions, t.Conv2DOptionsEnd(b)


def add_options():
    t.AddOptionsStart(b)
    return t.BuiltinOptions.AddOptions, t.AddOptionsEnd(b)


def operator(code, inputs, outputs, options):
    kind, table = options()
    inputs = ints(t.OperatorStartInputsVector, inputs)
    outputs = ints(t.OperatorStartOutputsVector, outputs)
    t.OperatorStart(b)
    t.OperatorAddOpcodeIndex(b, code)
    t.OperatorAddInputs(b, inputs)
    t.OperatorAddOutputs(b, outputs)
    t.OperatorAddBuiltinOptionsType(b, kind)
    t.OperatorAddBuiltinOptions(b, table)
    return t.OperatorEnd(b)


def code(number):
    t.OperatorCodeStart(b)
    t.OperatorCodeAddDeprecatedBuiltinCode(b, number)
    t.OperatorCodeAddBuiltinCode(b, number)
    t.OperatorCodeAddVersion(b, 1)
    return t.OperatorCodeEnd(b)


random = np.random.default_rng(0)
buffers = [
    buffer(None),
    buffer(random.integers(-3, 4, 4 * 3 * 3 * 4).astype(np.int8).view(np.uint8)),
    buffer(np.zeros(4, np.int32).view(np.uint8)),
    buffer(np.frombuffer(b"1.14.0\0\0\0\0\0\0\0\0\0\0", np.uint8)),
]
CONV, ADD = 0, 1
image = [1, 8, 8, 4]
tensors = [
    tensor("x", image),
    tensor("w", [4, 3, 3, 4], 1, channels=4),
    tensor("bias", [4], 2, t.TensorType.INT32, channels=4),
    tensor("c", image),
    tensor("d", image),
    tensor("a", image),
    tensor("y", image),
]
operators = [
    operator(CONV, [0, 1, 2], [3], conv_options),
    operator(CONV, [3, 1, 2], [4], conv_options),
    operator(ADD, [3, 4], [5], add_options),
    operator(CONV, [5, 1, 2], [6], conv_options),
]
tensors = vector(t.SubGraphStartTensorsVector, tensors)
inputs, outputs = ints(t.SubGraphStartInputsVector, [0]), ints(t.SubGraphStartOutputsVector, [6])
operators = vector(t.SubGraphStartOperatorsVector, operators)
name = b.CreateString("main")
t.SubGraphStart(b)
t.SubGraphAddTensors(b, tensors)
t.SubGraphAddInputs(b, inputs)
t.SubGraphAddOutputs(b, outputs)
t.SubGraphAddOperators(b, operators)
t.SubGraphAddName(b, name)
subgraphs = vector(t.ModelStartSubgraphsVector, [t.SubGraphEnd(b)])
codes = vector(
    t.ModelStartOperatorCodesVector, [code(t.BuiltinOperator.CONV_2D), code(t.BuiltinOperator.ADD)]
)
name = b.CreateString("min_runtime_version")
t.MetadataStart(b)
t.MetadataAddName(b, name)
t.MetadataAddBuffer(b, 3)
metadata = vector(t.ModelStartMetadataVector, [t.MetadataEnd(b)])
buffers = vector(t.ModelStartBuffersVector, buffers)
description = b.CreateString("four operators in a row")
t.ModelStart(b)
t.ModelAddVersion(b, 3)
t.ModelAddOperatorCodes(b, codes)
t.ModelAddSubgraphs(b, subgraphs)
t.ModelAddDescription(b, description)
t.ModelAddBuffers(b, buffers)
t.ModelAddMetadata(b, metadata)
b.Finish(t.ModelEnd(b), b"TFL3")
with open(sys.argv[1] + "/chain.tflite", "wb") as file:
    file.write(b.Output())
