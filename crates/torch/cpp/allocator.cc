// The allocator that LibTorch asks, and the reports of the ops that ask it.
//
// One immortal allocator stands before LibTorch's own. What it does is decided by thread-local
// state on the Rust side: a request may be planned (Rust gives the block), else it goes where it
// would have gone without us, and may be recorded. A free is decided by the block alone, because
// any thread may free, and because oneDNN's blocks come back through `raw_deleter` of the allocator
// that is current then, whoever allocated them.

#include <ATen/record_function.h>
#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <torch/csrc/jit/frontend/source_range.h>
#include <torch/csrc/jit/runtime/interpreter.h>

#include <string>
#include <string_view>
#include <vector>

#include "memo-torch/cpp/shim.h"
#include "memo-torch/src/bridge.rs.h"

#ifdef MEMO_ALLOCATE_IS_CONST
#define MEMO_ALLOCATE_CONST const
#else
#define MEMO_ALLOCATE_CONST
#endif

namespace memo {
namespace {

/// Serves what is not planned; set once by `install`.
c10::Allocator* general = nullptr;

void free_block(void* block) {
  if (block != nullptr && !freed(static_cast<std::uint8_t*>(block))) {
    general->raw_deallocate(block);
  }
}

void* allocate_block(std::size_t size) {
  if (void* block = planned(size)) {
    return block;
  }
  void* block = general->raw_allocate(size);
  allocated(static_cast<std::uint8_t*>(block), size);
  return block;
}

struct MemoAllocator final : c10::Allocator {
  c10::DataPtr allocate(std::size_t size) MEMO_ALLOCATE_CONST override {
    void* block = allocate_block(size);
    return {block, block, &free_block, c10::Device(c10::DeviceType::CPU)};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &free_block; }

#ifdef MEMO_HAS_COPY_DATA
  void copy_data(void* to, const void* from, std::size_t count) const override {
    default_copy_data(to, from, count);
  }
#endif
};

/// What is remembered of an op: making text of its line later costs the run nothing.
struct Place {
  /// Module by module, from the model inwards; LibTorch has them as text only.
  std::vector<std::string> modules;
  torch::jit::SourceRange line;
};

/// The ops of one recorded thread.
struct Ops {
  at::CallbackHandle callback = at::INVALID_CALLBACK_HANDLE;
  /// How many kernels are open: one called by another has its caller's place.
  int depth = 0;
  bool with_places = false;
  std::vector<Place> places;
};

thread_local Ops ops;

/// The caller keeps the text alive.
rust::Slice<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string joined(const std::vector<std::string>& functions) {
  std::string lines;
  for (const auto& function : functions) {
    lines += function;
    lines += '\n';
  }
  return lines;
}

bool is_kernel(const at::RecordFunction& op) {
  return op.scope() == at::RecordScope::FUNCTION;
}

Place place_of(const at::RecordFunction& op) {
  if (!is_kernel(op) || ops.depth++ > 0) {
    return {};
  }
  auto stack = torch::jit::currentCallstack();
  if (stack.empty()) {
    return {};
  }
  return {torch::jit::currentModuleHierarchy(), std::move(stack.front().range)};
}

// LibTorch hands thread-local callbacks to the threads of a fork, where nobody is recorded; it
// must not matter there, and `op_begins` says whether it does.
std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction& op) {
  const char* name = op.name();
  if (op_begins(bytes_of(name)) && ops.with_places) {
    ops.places.push_back(place_of(op));
  }
  return nullptr;
}

void end(const at::RecordFunction& op, at::ObserverContext*) {
  if (op_ends() && ops.with_places && is_kernel(op)) {
    ops.depth--;
  }
}

/// The text from which the code that LibTorch runs was made. For a traced model that is the Python
/// stack, innermost line first.
std::string text_of(const torch::jit::SourceRange& line) {
  if (!line.source()) {
    return {};
  }
  auto origin = line.findSourceRangeThatGenerated().value_or(line);
  auto text = origin.source()->text_str().str();
  auto file = origin.file_line_col();
  if (!file) {
    return text;
  }
  return std::get<0>(*file) + "(" + std::to_string(std::get<1>(*file)) + ")\n" + text;
}

}  // namespace

struct Places::Impl {
  std::vector<Place> places;
};

void install() {
  auto* current = c10::GetAllocator(c10::DeviceType::CPU);
  general = current->raw_deleter() != nullptr ? current : c10::GetDefaultCPUAllocator();
  // Never destroyed: blocks are freed until the very end of the process.
  c10::SetAllocator(c10::DeviceType::CPU, new MemoAllocator, 255);
}

void ops_begin(bool with_places) {
  ops.depth = 0;
  ops.with_places = with_places;
  // As many as most models have: no growth while they run.
  ops.places.reserve(with_places ? 1024 : 0);
  ops.callback = at::addThreadLocalCallback(
      at::RecordFunctionCallback(&begin, &end)
          .scopes({at::RecordScope::FUNCTION, at::RecordScope::TORCHSCRIPT_FUNCTION,
                   at::RecordScope::USER_SCOPE}));
}

std::unique_ptr<Places> ops_end() {
  at::removeCallback(ops.callback);
  auto places = std::make_shared<const Places::Impl>(Places::Impl{std::move(ops.places)});
  ops.places = {};
  return std::make_unique<Places>(std::move(places));
}

rust::Vec<rust::String> Places::texts() const {
  rust::Vec<rust::String> texts;
  texts.reserve(impl->places.size());
  for (const auto& place : impl->places) {
    auto module = module_place(bytes_of(joined(place.modules)));
    texts.push_back(module.empty() ? source_place(bytes_of(text_of(place.line))) : module);
  }
  return texts;
}

}  // namespace memo
