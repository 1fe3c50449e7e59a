// What Rust sees of LibTorch. Names no header of LibTorch, so that the generated bridge compiles
// in a second.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "rust/cxx.h"

namespace memo {

// allocator.cc

/// Puts the allocator in place of LibTorch's. To be called once.
void install();

/// From now on the ops of this thread are reported, with where they come from if asked.
void ops_begin(bool with_places);

/// Where the ops of a run come from, as LibTorch knew it while they ran.
class Places {
 public:
  struct Impl;
  explicit Places(std::shared_ptr<const Impl> impl) : impl(std::move(impl)) {}
  /// One place for each op that was reported, empty where nobody knows.
  rust::Vec<rust::String> texts() const;

  std::shared_ptr<const Impl> impl;
};

/// Ends that.
std::unique_ptr<Places> ops_end();

// scopes.cc

/// A call of a module's method, while it begins.
struct Call {
  const void* arguments;
  std::size_t count;
  const char* name;

  /// Of the module's type, the method, the other arguments and the number of threads.
  std::uint64_t hash() const;
  /// Of the module's type and the method: as long as the process runs, of no other code.
  std::uint64_t code_hash() const;
  /// The code of the method with all it calls. Takes as long as a run of a small model.
  rust::String code() const;
  /// The shapes of the module's weights, which are not its type's.
  rust::String weights() const;
  rust::Vec<rust::String> inputs() const;
};

/// From now on the calls from outside are reported, on all threads.
void watch_forwards();

// model.cc

/// A list of dense tensors in memory, shared by reference.
class Tensors {
 public:
  struct Impl;
  explicit Tensors(std::shared_ptr<Impl> impl) : impl(std::move(impl)) {}
  /// A copy of the bytes of a tensor of this shape, and of this type as LibTorch numbers them.
  void push(std::int8_t kind, rust::Slice<const std::int64_t> shape,
            rust::Slice<const std::uint8_t> bytes);
  /// The same without a copy: the caller keeps the bytes for as long as the tensor may be used.
  void push_borrowed(std::int8_t kind, rust::Slice<const std::int64_t> shape,
                     const std::uint8_t* bytes);
  void push_copy(const Tensors& other, std::size_t idx);
  void append(const Tensors& other);
  std::unique_ptr<Tensors> only(std::size_t idx) const;
  std::size_t count() const;
  std::int8_t kind(std::size_t idx) const;
  bool shares_memory(std::size_t idx, const Tensors& other, std::size_t of) const;
  rust::String signature(std::size_t idx) const;
  rust::Vec<std::int64_t> shape(std::size_t idx) const;
  rust::Slice<const std::uint8_t> bytes(std::size_t idx) const;

  std::shared_ptr<Impl> impl;
};

std::unique_ptr<Tensors> no_tensors();

/// A TorchScript module.
class Module {
 public:
  struct Impl;
  explicit Module(std::shared_ptr<Impl> impl) : impl(std::move(impl)) {}
  /// The tensors of the result, in order, out of tuples, lists and dictionaries.
  std::unique_ptr<Tensors> forward(const Tensors& inputs) const;

  std::shared_ptr<Impl> impl;
};

std::unique_ptr<Module> load(rust::Str path);
void set_threads(std::int32_t count);
std::int32_t threads();
rust::String version();
/// LibTorch's own description of its build, a line of which names the kernels it chose.
rust::String configuration();

}  // namespace memo
