"""Makes tests/made/chain.onnx with the onnx package: pip install onnx==1.16.2"""

import sys

import onnx
from onnx import TensorProto, helper

batch = ["batch", 3, 8, 8]
weights = helper.make_tensor("w", TensorProto.FLOAT, [4, 3, 3, 3], [0.5] * 108)
shape = helper.make_tensor("flat", TensorProto.INT64, [2], [0, -1])
nodes = [
    helper.make_node("Conv", ["x", "w"], ["c"], "conv", kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2]),
    helper.make_node("Relu", ["c"], ["r"], "relu"),
    helper.make_node("Add", ["c", "r"], ["a"], "add"),
    helper.make_node("Reshape", ["a", "flat"], ["f"], "flatten"),
    helper.make_node("Softmax", ["f"], ["y"], "softmax"),
]
graph = helper.make_graph(
    nodes,
    "chain",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, batch)],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 64])],
    [weights, shape],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
onnx.checker.check_model(model)
bare = sys.argv[1] + "/bare.onnx"
onnx.save(model, bare)
model = onnx.shape_inference.infer_shapes(model, data_prop=True)
for info in model.graph.value_info:
    dims = info.type.tensor_type.shape.dim
    print(info.name, [d.dim_param or d.dim_value for d in dims])
onnx.save(model, sys.argv[1] + "/chain.onnx")
