/* The LibTorch service of memo-malloc: from C, and at the end of the file from C++17.
 *
 * Every function that returns int32_t returns 0 or the number of a documented code;
 * memo_torch_last_error gives the text of the calling thread's last failure. Every function may be
 * called from any thread. The library needs the version of LibTorch that it was built for.
 *
 * Generated from bindings/torch: change it there. SPDX-License-Identifier: MIT OR Apache-2.0 */

#ifndef MEMO_TORCH_H
#define MEMO_TORCH_H

#include <stdint.h>

/**
 * Rises when a function or a struct of this header changes; a loader compares it first.
 */
#define MEMO_TORCH_ABI_VERSION 2

/**
 * The type of a tensor's elements, numbered as LibTorch does.
 */
enum MemoTorchKind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * One that is not listed here.
     */
    MEMO_TORCH_KIND_OTHER = -1,
    /**
     * Unsigned bytes.
     */
    MEMO_TORCH_KIND_U8 = 0,
    /**
     * Signed bytes.
     */
    MEMO_TORCH_KIND_I8 = 1,
    /**
     * Integers of 16 bits.
     */
    MEMO_TORCH_KIND_I16 = 2,
    /**
     * Integers of 32 bits.
     */
    MEMO_TORCH_KIND_I32 = 3,
    /**
     * Integers of 64 bits.
     */
    MEMO_TORCH_KIND_I64 = 4,
    /**
     * IEEE floats of 16 bits.
     */
    MEMO_TORCH_KIND_F16 = 5,
    /**
     * Floats of 32 bits.
     */
    MEMO_TORCH_KIND_F32 = 6,
    /**
     * Floats of 64 bits.
     */
    MEMO_TORCH_KIND_F64 = 7,
    /**
     * Bytes that are 0 or 1.
     */
    MEMO_TORCH_KIND_BOOL = 11,
    /**
     * Floats of 16 bits with the exponent of 32.
     */
    MEMO_TORCH_KIND_BF16 = 15,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum MemoTorchKind MemoTorchKind;
#else
typedef int32_t MemoTorchKind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What a tensor is.
 */
typedef struct MemoTorchShape {
    /**
     * The number of its bytes.
     */
    double byte_count;
    /**
     * A `MemoTorchKind`.
     */
    int32_t kind;
    /**
     * The number of its dimensions.
     */
    uint32_t rank;
} MemoTorchShape;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The `MEMO_TORCH_ABI_VERSION` this library was built with.
 */
uint32_t memo_torch_abi_version(void);

/**
 * Copies the name and version of the runtime this library was built for, for example
 * `libtorch 2.4.1`, cut to `capacity` bytes and not NUL-terminated. Returns its full length.
 *
 * Required:
 * `text` points to `capacity` writable bytes.
 */
uint32_t memo_torch_version(uint8_t *text, uint32_t capacity);

/**
 * Copies the name of a code, for example `BAD_MODEL` for 702, cut to `capacity` bytes and not
 * NUL-terminated. Returns its full length, 0 for a number that no code has.
 *
 * Required:
 * `name` points to `capacity` writable bytes.
 */
uint32_t memo_torch_code_name(int32_t code, uint8_t *name, uint32_t capacity);

/**
 * Copies the text of this thread's last failure, UTF-8, cut to `capacity` bytes and not
 * NUL-terminated. Returns its full length. `text` may be NULL when `capacity` is 0.
 *
 * Required:
 * `text` points to `capacity` writable bytes.
 */
uint32_t memo_torch_last_error(uint8_t *text, uint32_t capacity);

/**
 * Loads a file written by `torch.jit.save`. Writes a handle, to be closed with
 * `memo_torch_model_close`.
 *
 * Required:
 * `path` ends in NUL; `model` is valid for a write.
 */
int32_t memo_torch_model_load(const char *path, uint32_t *model);

/**
 * Runs a model on this thread, without gradients. Writes the handle of a run that is done: what
 * the model refuses, `memo_torch_run_wait` tells.
 *
 * Required:
 * `inputs` has `input_count` handles of tensors; `run` is valid for a write.
 */
int32_t memo_torch_model_run(uint32_t model,
                             uint32_t input_count,
                             const uint32_t *inputs,
                             uint32_t *run);

/**
 * As `memo_torch_model_run`, on a thread of the library: ask
 * `memo_torch_run_is_done` from time to time.
 *
 * Required:
 * As `memo_torch_model_run`.
 */
int32_t memo_torch_model_start(uint32_t model,
                               uint32_t input_count,
                               const uint32_t *inputs,
                               uint32_t *run);

/**
 * Closes a model. Its handle is refused from then on; runs of it go on.
 */
int32_t memo_torch_model_close(uint32_t model);

/**
 * Writes 1 when a run is done, else 0.
 *
 * Required:
 * `is_done` is valid for a write.
 */
int32_t memo_torch_run_is_done(uint32_t run, uint32_t *is_done);

/**
 * Waits until a run is done, and writes how many results it has: the tensors of what the model
 * returned in order, out of tuples, lists and dictionaries. A run that failed is told here.
 *
 * Required:
 * `output_count` is valid for a write.
 */
int32_t memo_torch_run_wait(uint32_t run, uint32_t *output_count);

/**
 * Cancels a run that has not begun: it is done, and failed. One that has begun goes on to its end.
 */
int32_t memo_torch_run_cancel(uint32_t run);

/**
 * Opens a tensor for each result of a run, and closes the run. When not all can be opened, none is,
 * and the run stays open.
 *
 * Required:
 * `outputs` has room for `output_count` handles.
 */
int32_t memo_torch_run_take(uint32_t run, uint32_t output_count, uint32_t *outputs);

/**
 * Closes a run without its results; one that has not begun never does.
 */
int32_t memo_torch_run_close(uint32_t run);

/**
 * Opens a scope on this thread: eager operations, a training step, several models as one. Writes
 * the ticket to end it with, 0 when none was opened: the service is not enabled, or it is within
 * another scope.
 *
 * Scopes of one `name` with the same `inputs` are expected to make the same requests. `inputs` is
 * one line for each input, such as its element type and shape (`f32[1,3,224,224]`); NULL: none.
 *
 * Required:
 * `name` ends in NUL, `inputs` too or is NULL; `ticket` is valid for a write.
 */
int32_t memo_torch_scope_begin(const char *name, const char *inputs, uint64_t *ticket);

/**
 * Ends the scope of this ticket; 0 does nothing. A scope should end on the thread it began on;
 * ended on another one, it goes on until its own thread opens the next one, or ends.
 */
int32_t memo_torch_scope_end(uint64_t ticket);

/**
 * From now on every call of a TorchScript module from outside is a scope, on any thread: recorded
 * the first time its key is seen, planned in the background, then served. Another call replaces
 * the options.
 *
 * `plans` is a folder for plans, made if missing, whose plans serve from the first call on; NULL:
 * they last as long as the process. `plans_max` is how many are kept in memory, 0 for the default
 * of 256. `memory_limit` is the most bytes that all slabs may have together, INFINITY for no limit.
 * Slabs unused for `trim_after` seconds are given back, and a plan may take `planning_limit`
 * seconds; NaN for their defaults of 60 and 1.
 *
 * Required:
 * `plans` is NULL or ends in NUL. No other thread makes its very first tensor during the first call.
 */
int32_t memo_torch_enable(const char *plans,
                          uint32_t plans_max,
                          double memory_limit,
                          double trim_after,
                          double planning_limit);

/**
 * Ends the service: calls from now on are as without it. What is open goes on to its end.
 */
int32_t memo_torch_disable(void);

/**
 * Waits until every run recorded so far has been planned.
 */
int32_t memo_torch_settle(void);

/**
 * Gives slabs back that have not been used since the last trim. Writes how many bytes they had;
 * `bytes` may be NULL.
 *
 * Required:
 * `bytes` is NULL or valid for a write.
 */
int32_t memo_torch_trim(double *bytes);

/**
 * Copies what the service has done as one line of JSON, or `null` when it is not enabled, cut to
 * `capacity` bytes and not NUL-terminated. Writes the full length, which may differ the next time.
 *
 * Required:
 * `json` points to `capacity` writable bytes; `length` is valid for a write.
 */
int32_t memo_torch_stats_json(uint8_t *json, uint32_t capacity, uint32_t *length);

/**
 * As `memo_torch_stats_json`, for people: a few lines, or `not enabled`.
 *
 * Required:
 * As `memo_torch_stats_json`.
 */
int32_t memo_torch_stats_text(uint8_t *text, uint32_t capacity, uint32_t *length);

/**
 * A tensor with a copy of `byte_count` bytes, row by row, of a `MemoTorchKind` and `rank` lengths.
 * Writes a handle, to be closed with `memo_torch_tensor_close`.
 *
 * Required:
 * `shape` has `rank` elements, `bytes` has `byte_count`; `tensor` is valid for a write.
 */
int32_t memo_torch_tensor_copy(int32_t kind,
                               uint32_t rank,
                               const double *shape,
                               double byte_count,
                               const uint8_t *bytes,
                               uint32_t *tensor);

/**
 * As `memo_torch_tensor_copy`, but the bytes stay where they are. Results of a run that lie in
 * them are copied.
 *
 * Required:
 * As `memo_torch_tensor_copy`. The bytes stay, and nobody writes to them, until the handle is
 * closed and every run with it is done; the model neither writes to its inputs nor keeps them.
 */
int32_t memo_torch_tensor_borrow(int32_t kind,
                                 uint32_t rank,
                                 const double *shape,
                                 double byte_count,
                                 const uint8_t *bytes,
                                 uint32_t *tensor);

/**
 * Writes what a tensor is.
 *
 * Required:
 * `shape` is valid for a write.
 */
int32_t memo_torch_tensor_shape(uint32_t tensor, struct MemoTorchShape *shape);

/**
 * Copies the lengths of a tensor's dimensions out.
 *
 * Required:
 * `lengths` has room for `rank` elements.
 */
int32_t memo_torch_tensor_lengths(uint32_t tensor, uint32_t rank, double *lengths);

/**
 * Writes where the bytes of a tensor are, row by row. They stay until its handle is closed.
 *
 * Required:
 * `bytes` is valid for a write.
 */
int32_t memo_torch_tensor_bytes(uint32_t tensor, const uint8_t **bytes);

/**
 * Copies the bytes of a tensor out, row by row.
 *
 * Required:
 * `bytes` has room for `byte_count` bytes.
 */
int32_t memo_torch_tensor_read(uint32_t tensor, double byte_count, uint8_t *bytes);

/**
 * Closes a tensor. Its handle is refused from then on.
 */
int32_t memo_torch_tensor_close(uint32_t tensor);

/**
 * Sets how many threads one op may use, and how many models run at once in the background; 0 leaves
 * a number as it is. To be called before models run.
 */
int32_t memo_torch_set_threads(uint32_t of_op, uint32_t at_once);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MEMO_TORCH_H */


#ifdef __cplusplus

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>

namespace memo {

/// A refusal; `code` is the number of a documented code.
struct Error : std::runtime_error {
    Error(std::int32_t code, const std::string& message) : std::runtime_error(message), code(code) {}
    std::int32_t code;
};

/// Throws what a call was refused for.
inline void checked(std::int32_t status) {
    if (status != 0) {
        std::string text(memo_torch_last_error(nullptr, 0), '\0');
        memo_torch_last_error(reinterpret_cast<std::uint8_t*>(&text[0]),
                              static_cast<std::uint32_t>(text.size()));
        throw Error(status, text);
    }
}

/// What `memo_torch_enable` takes.
struct Options {
    /// A folder for plans; empty: they last as long as the process.
    std::string plans;
    std::uint32_t plans_max = 256;
    double memory_limit = std::numeric_limits<double>::infinity();
    double trim_after = 60;
    double planning_limit = 1;
};

inline void enable(const Options& options = {}) {
    checked(memo_torch_enable(options.plans.empty() ? nullptr : options.plans.c_str(),
                              options.plans_max, options.memory_limit, options.trim_after,
                              options.planning_limit));
}

inline void disable() { checked(memo_torch_disable()); }

inline void settle() { checked(memo_torch_settle()); }

/// What `tell`, one of the functions for stats, has to say.
inline std::string told(std::int32_t (*tell)(std::uint8_t*, std::uint32_t, std::uint32_t*)) {
    std::string text(4096, '\0');
    for (;;) {
        const auto capacity = static_cast<std::uint32_t>(text.size());
        std::uint32_t length = 0;
        checked(tell(reinterpret_cast<std::uint8_t*>(&text[0]), capacity, &length));
        text.resize(length <= capacity ? length : 2 * length);
        if (length <= capacity) {
            return text;
        }
    }
}

/// What the service has done, for people.
inline std::string stats() { return told(&memo_torch_stats_text); }

/// The same as one line of JSON.
inline std::string stats_json() { return told(&memo_torch_stats_json); }

/// A scope for code that is no TorchScript, until its end: `memo::Scope scope("step", input);`
class Scope {
 public:
    /// `tensors` are those whose types and shapes tell what the scope will ask for.
    template <typename... Tensors>
    explicit Scope(const char* name, const Tensors&... tensors) {
        std::string inputs;
        (append(inputs, tensors), ...);
        checked(memo_torch_scope_begin(name, inputs.c_str(), &ticket));
    }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() { memo_torch_scope_end(ticket); }

 private:
    template <typename Tensor>
    static void append(std::string& inputs, const Tensor& tensor) {
        inputs += std::to_string(static_cast<int>(tensor.scalar_type())) + "[";
        for (auto length : tensor.sizes()) {
            inputs += std::to_string(length) + ",";
        }
        inputs += "]\n";
    }

    std::uint64_t ticket = 0;
};

}  // namespace memo

#endif  // __cplusplus
