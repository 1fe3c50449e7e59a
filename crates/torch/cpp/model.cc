// Tensors and TorchScript modules. Whatever LibTorch throws reaches Rust as its message, without
// the C++ backtrace.

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/core/ivalue.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>
#include <torch/csrc/jit/serialization/import.h>

#include <cstring>
#include <stdexcept>
#include <vector>

#include "memo-torch/cpp/kinds.h"
#include "memo-torch/cpp/shim.h"

#if __has_include(<torch/headeronly/version.h>)
#include <torch/headeronly/version.h>
#else
#include <torch/csrc/api/include/torch/version.h>
#endif

namespace memo {

struct Tensors::Impl {
  std::vector<at::Tensor> tensors;
};

struct Module::Impl {
  torch::jit::Module module;
};

namespace {

template <typename Run>
auto told(Run run) {
  try {
    return run();
  } catch (const c10::Error& error) {
    throw std::runtime_error(error.what_without_backtrace());
  }
}

at::ScalarType scalar_type(std::int8_t kind) { return static_cast<at::ScalarType>(kind); }

/// Appends the tensors of a value; what is no tensor is left out.
void collect(const c10::IValue& value, std::vector<at::Tensor>& tensors) {
  if (value.isTensor()) {
    tensors.push_back(value.toTensor());
  } else if (value.isTuple()) {
    for (const auto& element : value.toTupleRef().elements()) {
      collect(element, tensors);
    }
  } else if (value.isList()) {
    for (const auto& element : value.toListRef()) {
      collect(element, tensors);
    }
  } else if (value.isGenericDict()) {
    for (const auto& entry : value.toGenericDict()) {
      collect(entry.value(), tensors);
    }
  }
}

}  // namespace

std::unique_ptr<Tensors> no_tensors() {
  return std::make_unique<Tensors>(std::make_shared<Tensors::Impl>());
}

void Tensors::push(std::int8_t kind, rust::Slice<const std::int64_t> shape,
                   rust::Slice<const std::uint8_t> bytes) {
  told([&] {
    auto tensor = at::empty(at::IntArrayRef(shape.data(), shape.size()), scalar_type(kind));
    std::memcpy(tensor.data_ptr(), bytes.data(), bytes.size());
    impl->tensors.push_back(std::move(tensor));
  });
}

void Tensors::push_borrowed(std::int8_t kind, rust::Slice<const std::int64_t> shape,
                            const std::uint8_t* bytes) {
  told([&] {
    at::IntArrayRef lengths(shape.data(), shape.size());
    // Not written to: a model that writes to its inputs is none that can be given borrowed ones.
    auto* data = const_cast<std::uint8_t*>(bytes);
    impl->tensors.push_back(at::from_blob(data, lengths, scalar_type(kind)));
  });
}

void Tensors::push_copy(const Tensors& other, std::size_t idx) {
  told([&] { impl->tensors.push_back(other.impl->tensors.at(idx).clone()); });
}

void Tensors::append(const Tensors& other) {
  const auto& tensors = other.impl->tensors;
  impl->tensors.insert(impl->tensors.end(), tensors.begin(), tensors.end());
}

std::unique_ptr<Tensors> Tensors::only(std::size_t idx) const {
  auto one = no_tensors();
  one->impl->tensors.push_back(impl->tensors.at(idx));
  return one;
}

std::size_t Tensors::count() const { return impl->tensors.size(); }

std::int8_t Tensors::kind(std::size_t idx) const {
  return static_cast<std::int8_t>(impl->tensors.at(idx).scalar_type());
}

bool Tensors::shares_memory(std::size_t idx, const Tensors& other, std::size_t of) const {
  const auto& tensor = impl->tensors.at(idx);
  return tensor.has_storage() && tensor.is_alias_of(other.impl->tensors.at(of));
}

rust::String Tensors::signature(std::size_t idx) const {
  return signature_of(impl->tensors.at(idx));
}

rust::Vec<std::int64_t> Tensors::shape(std::size_t idx) const {
  rust::Vec<std::int64_t> shape;
  for (auto length : impl->tensors.at(idx).sizes()) {
    shape.push_back(length);
  }
  return shape;
}

rust::Slice<const std::uint8_t> Tensors::bytes(std::size_t idx) const {
  auto& tensor = impl->tensors.at(idx);
  // Kept in place of the original, so that the bytes live as long as the list does.
  tensor = told([&] { return tensor.contiguous(); });
  return {static_cast<const std::uint8_t*>(tensor.data_ptr()), tensor.nbytes()};
}

std::unique_ptr<Module> load(rust::Str path) {
  return told([&] {
    auto module = torch::jit::load(std::string(path), c10::Device(c10::DeviceType::CPU));
    module.eval();
    return std::make_unique<Module>(
        std::make_shared<Module::Impl>(Module::Impl{std::move(module)}));
  });
}

std::unique_ptr<Tensors> Module::forward(const Tensors& inputs) const {
  return told([&] {
    c10::InferenceMode inference;
    std::vector<c10::IValue> arguments(inputs.impl->tensors.begin(), inputs.impl->tensors.end());
    auto outputs = no_tensors();
    collect(impl->module.forward(std::move(arguments)), outputs->impl->tensors);
    return outputs;
  });
}

void set_threads(std::int32_t count) {
  told([&] { at::set_num_threads(count); });
}

std::int32_t threads() { return at::get_num_threads(); }

rust::String version() { return TORCH_VERSION; }

rust::String configuration() { return at::show_config(); }

}  // namespace memo
