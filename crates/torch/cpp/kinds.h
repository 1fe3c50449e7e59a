// What a tensor is, in the words of a key.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace memo {

/// The element type, for example `f32`.
inline std::string kind_of(const at::Tensor& tensor) {
  std::string name(tensor.dtype().name());
  return name == "float" ? "f32" : name;
}

/// Element type and shape, for example `f32[1,3,224,224]`.
inline std::string signature_of(const at::Tensor& tensor) {
  auto text = kind_of(tensor) + "[";
  for (auto length : tensor.sizes()) {
    text += text.back() == '[' ? "" : ",";
    text += std::to_string(length);
  }
  return text + "]";
}

}  // namespace memo
