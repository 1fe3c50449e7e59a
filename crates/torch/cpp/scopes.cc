// Where scopes begin and end by themselves: at the calls of a module's method from outside.
//
// LibTorch reports each call of TorchScript code with its arguments, the module first. The outermost
// one on a thread is a scope; Rust decides whether there is one open already, and finds the plan by
// a hash of the module's type, of the arguments' types and shapes, and of the number of threads. The
// texts that a key is made of are asked for only when the hash is new.

#include <ATen/Parallel.h>
#include <ATen/core/ivalue.h>
#include <ATen/record_function.h>
#include <torch/csrc/jit/api/module.h>

#include <pthread.h>

#include <atomic>
#include <mutex>
#include <string_view>
#include <unordered_set>

#include "memo-torch/cpp/kinds.h"
#include "memo-torch/cpp/shim.h"
#include "memo-torch/src/bridge.rs.h"

namespace memo {
namespace {

using Arguments = c10::ArrayRef<const c10::IValue>;

/// One round of a hash that mixes 64 bits: multiply, then fold the high bits in.
void mix(std::uint64_t& hash, std::uint64_t word) {
  hash = (hash ^ word) * 0x9e3779b97f4a7c15;
  hash ^= hash >> 32;
}

void mix_value(std::uint64_t& hash, const c10::IValue& value);

template <typename Elements>
void mix_all(std::uint64_t& hash, const Elements& elements) {
  mix(hash, elements.size());
  for (const auto& element : elements) {
    mix_value(hash, element);
  }
}

void mix_value(std::uint64_t& hash, const c10::IValue& value) {
  if (value.isTensor() && value.toTensor().defined()) {
    const auto& tensor = value.toTensor();
    mix(hash, static_cast<std::uint64_t>(tensor.scalar_type()) << 8 | tensor.dim());
    for (auto length : tensor.sizes()) {
      mix(hash, static_cast<std::uint64_t>(length));
    }
  } else if (value.isInt()) {
    mix(hash, static_cast<std::uint64_t>(value.toInt()));
  } else if (value.isBool()) {
    mix(hash, value.toBool() ? 2 : 1);
  } else if (value.isTuple()) {
    mix_all(hash, value.toTupleRef().elements());
  } else if (value.isList()) {
    mix_all(hash, value.toListRef());
  } else {
    mix(hash, value.isNone() ? 3 : 4);
  }
}

std::string text_of(const c10::IValue& value);

template <typename Elements>
std::string text_of_all(const Elements& elements) {
  std::string text = "(";
  for (const auto& element : elements) {
    text += text.size() > 1 ? "," : "";
    text += text_of(element);
  }
  return text + ")";
}

/// As much of an argument as goes into the hash.
std::string text_of(const c10::IValue& value) {
  if (value.isTensor() && value.toTensor().defined()) {
    return signature_of(value.toTensor());
  }
  if (value.isInt()) {
    return std::to_string(value.toInt());
  }
  if (value.isBool()) {
    return value.toBool() ? "true" : "false";
  }
  if (value.isTuple()) {
    return text_of_all(value.toTupleRef().elements());
  }
  if (value.isList()) {
    return text_of_all(value.toListRef());
  }
  return value.isNone() ? "none" : value.tagKind();
}

Arguments arguments_of(const Call& call) {
  return Arguments(static_cast<const c10::IValue*>(call.arguments), call.count);
}

/// Types of modules that stay alive, so that their addresses are those of no other ones.
struct Kept {
  std::mutex guard;
  std::unordered_set<std::shared_ptr<c10::ClassType>> types;
};

/// Never destroyed. The child of a fork leaves its parent's, whose lock another thread may have had,
/// as they are, and keeps its own.
std::atomic<Kept*> kept{new Kept};

void keep(const c10::IValue& module) {
  auto* here = kept.load();
  std::lock_guard<std::mutex> lock(here->guard);
  here->types.insert(module.toObjectRef().type());
}

/// LibTorch numbers types of one name in the order in which it meets them.
std::string without_numbers(const std::string& text) {
  static constexpr std::string_view mark = "___torch_mangle_";
  std::string rest;
  rest.reserve(text.size());
  std::size_t from = 0;
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
    auto end = text.find_first_not_of("0123456789", at + mark.size());
    if (end != std::string::npos && end > at + mark.size() && text[end] == '.') {
      rest.append(text, from, at - from);
      from = end + 1;
    }
  }
  return rest.append(text, from);
}

void append_shape(std::string& text, const at::Tensor& tensor) {
  text += tensor.defined() ? signature_of(tensor) : "none";
  text += '\n';
}

void append_constants(std::string& text, const torch::jit::Block& block) {
  for (const auto* node : block.nodes()) {
    if (node->kind() == c10::prim::Constant && node->hasAttribute(c10::attr::value) &&
        node->kindOf(c10::attr::value) == torch::jit::AttributeKind::t) {
      append_shape(text, node->t(c10::attr::value));
    }
    for (const auto* inner : node->blocks()) {
      append_constants(text, *inner);
    }
  }
}

struct Opened final : at::ObserverContext {
  explicit Opened(std::uint64_t ticket) : ticket(ticket) {}
  std::uint64_t ticket;
};

std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction& call) {
  auto arguments = call.inputs();
  if (arguments.empty() || !arguments[0].isObject() || !arguments[0].isModule()) {
    return nullptr;
  }
  auto ticket = forward_begins(Call{arguments.data(), arguments.size(), call.name()});
  return ticket == 0 ? nullptr : std::make_unique<Opened>(ticket);
}

void end(const at::RecordFunction&, at::ObserverContext* opened) {
  if (opened != nullptr) {
    forward_ends(static_cast<Opened*>(opened)->ticket);
  }
}

}  // namespace

std::uint64_t Call::code_hash() const {
  std::uint64_t hash = 0;
  mix(hash, reinterpret_cast<std::uintptr_t>(arguments_of(*this)[0].toObjectRef().type().get()));
  for (const char* letter = name; *letter != '\0'; letter++) {
    mix(hash, static_cast<std::uint64_t>(*letter));
  }
  return hash;
}

std::uint64_t Call::hash() const {
  auto hash = code_hash();
  mix(hash, static_cast<std::uint64_t>(at::get_num_threads()));
  mix_all(hash, arguments_of(*this).slice(1));
  return hash;
}

rust::String Call::code() const {
  const auto& value = arguments_of(*this)[0];
  keep(value);
  const torch::jit::Module module(value.toObject());
  auto text = without_numbers(module.dump_to_str(true, false, false));
  if (auto method = module.find_method(name)) {
    append_constants(text, *method->graph()->block());
  }
  return text + name;
}

rust::String Call::weights() const {
  std::string text;
  for (const auto& parameter : torch::jit::Module(arguments_of(*this)[0].toObject()).parameters()) {
    append_shape(text, parameter);
  }
  return text;
}

rust::Vec<rust::String> Call::inputs() const {
  rust::Vec<rust::String> texts;
  for (const auto& value : arguments_of(*this).slice(1)) {
    texts.push_back(text_of(value));
  }
  return texts;
}

void watch_forwards() {
  pthread_atfork(nullptr, nullptr, [] { kept.store(new Kept); });
  at::addGlobalCallback(at::RecordFunctionCallback(&begin, &end)
                            .needsInputs(true)
                            .scopes({at::RecordScope::TORCHSCRIPT_FUNCTION}));
}

}  // namespace memo
