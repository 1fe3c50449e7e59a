/* The C ABI of memo-malloc: memory planning, lifetimes in, offsets out.
 *
 * Columns in, columns out, one call for each problem. Bytes are `double`, exact up to 2^53 - 1;
 * anything else is refused. Every function that returns int32_t returns 0 or the number of a
 * documented code; memo_last_error gives the text of the calling thread's last failure.
 * Every function may be called from any thread.
 *
 * Generated from bindings/c: change it there. SPDX-License-Identifier: MIT OR Apache-2.0 */

#ifndef MEMO_H
#define MEMO_H

#include <stdint.h>

/**
 * Rises when a function or a struct of this header changes; a loader compares it first.
 */
#define MEMO_ABI_VERSION 1

/**
 * Which answer it is.
 */
enum MemoStatus
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Nothing was asked of a planner.
     */
    MEMO_STATUS_NONE = 0,
    /**
     * A plan whose peak is its lower bound.
     */
    MEMO_STATUS_OPTIMAL = 1,
    /**
     * A plan; a smaller peak may exist.
     */
    MEMO_STATUS_FEASIBLE = 2,
    /**
     * Proven: no plan exists.
     */
    MEMO_STATUS_INFEASIBLE = 3,
    /**
     * A limit was reached first.
     */
    MEMO_STATUS_GAVE_UP = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum MemoStatus MemoStatus;
#else
typedef uint32_t MemoStatus;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How a lower bound was proven.
 */
enum MemoCertificate
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Not proven by anything: never returned.
     */
    MEMO_CERTIFICATE_NONE = 0,
    /**
     * So many bytes are live at `step`.
     */
    MEMO_CERTIFICATE_MAX_LOAD = 1,
    /**
     * A pinned buffer ends there.
     */
    MEMO_CERTIFICATE_PIN_TOP = 2,
    /**
     * An exact search found nothing smaller.
     */
    MEMO_CERTIFICATE_FINISHED_SEARCH = 3,
    /**
     * The buffers live at `step` need so many bytes because of their alignments.
     */
    MEMO_CERTIFICATE_ALIGNED_LOAD = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum MemoCertificate MemoCertificate;
#else
typedef uint32_t MemoCertificate;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Why a planner gave up.
 */
enum MemoReason
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * It did not give up.
     */
    MEMO_REASON_NONE = 0,
    /**
     * The method has done all it can.
     */
    MEMO_REASON_HEURISTIC = 1,
    /**
     * The time limit.
     */
    MEMO_REASON_TIME_LIMIT = 2,
    /**
     * Somebody asked it to stop.
     */
    MEMO_REASON_CANCELLED = 3,
    /**
     * The most moves a search may make.
     */
    MEMO_REASON_NODE_LIMIT = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum MemoReason MemoReason;
#else
typedef uint32_t MemoReason;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Why no plan exists.
 */
enum MemoCause
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * It is not proven that none does.
     */
    MEMO_CAUSE_NONE = 0,
    /**
     * The lower bound exceeds `capacity`.
     */
    MEMO_CAUSE_CAPACITY = 1,
    /**
     * The pinned buffer `first` ends beyond the capacity.
     */
    MEMO_CAUSE_PIN_OVER_CAPACITY = 2,
    /**
     * The pinned buffers `first` and `second` conflict and share bytes.
     */
    MEMO_CAUSE_PINS_COLLIDE = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum MemoCause MemoCause;
#else
typedef uint32_t MemoCause;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * The answer of a planner. Fields that do not belong to the status are 0.
 */
typedef struct MemoOutcome {
    /**
     * The largest top, when `has_plan`.
     */
    double peak;
    /**
     * No plan has a smaller peak.
     */
    double lower_bound;
    /**
     * The capacity that is too small.
     */
    double capacity;
    /**
     * Which answer it is.
     */
    MemoStatus status;
    /**
     * How the lower bound was proven.
     */
    MemoCertificate certificate;
    /**
     * The step of a load.
     */
    uint32_t step;
    /**
     * Why the planner gave up.
     */
    MemoReason reason;
    /**
     * Why no plan exists.
     */
    MemoCause cause;
    /**
     * A buffer of the cause.
     */
    uint32_t first;
    /**
     * The other buffer of the cause.
     */
    uint32_t second;
    /**
     * 1 when offsets were written: always, but for an infeasible problem, and for one that was
     * given up before any plan was found.
     */
    uint32_t has_plan;
} MemoOutcome;

/**
 * How much room the columns and ids of an open problem need.
 */
typedef struct MemoProblemSize {
    /**
     * The most bytes a plan may use, INFINITY for no limit.
     */
    double capacity;
    /**
     * The number of buffers.
     */
    uint32_t count;
    /**
     * The number of ids: that of the buffers, or 0 when they go by their index.
     */
    uint32_t id_count;
    /**
     * The bytes of all ids together.
     */
    uint32_t id_bytes;
} MemoProblemSize;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The `MEMO_ABI_VERSION` this library was built with.
 */
uint32_t memo_abi_version(void);

/**
 * Copies the name of a code, for example `EMPTY_LIFETIME` for 101, cut to `capacity` bytes and
 * not NUL-terminated. Returns its full length, 0 for a number that no code has.
 *
 * Required:
 * `name` points to `capacity` writable bytes.
 */
uint32_t memo_code_name(int32_t code, uint8_t *name, uint32_t capacity);

/**
 * Copies the text of this thread's last failure, UTF-8, cut to `capacity` bytes and not
 * NUL-terminated. Returns its full length. `text` may be NULL when `capacity` is 0.
 *
 * Required:
 * `text` points to `capacity` writable bytes.
 */
uint32_t memo_last_error(uint8_t *text, uint32_t capacity);

/**
 * Plans a problem of `count` buffers: buffer `i` has `sizes[i]` bytes and is live in the steps
 * `[starts[i], ends[i])`. Writes `outcome` and, when it has a plan, `offsets[i]`.
 *
 * `alignments` may be NULL (1 for every buffer); `pins` may be NULL, and NaN in it is "not
 * pinned". Every alignment is raised to a common multiple with `align` (1: as they are).
 * `capacity` is the most bytes a plan may use, INFINITY for no limit. `planner` is a name, or NULL
 * for `auto`. `time_limit` is in seconds, INFINITY for none.
 *
 * An infeasible problem is an answer, not a failure: look at `outcome->status`.
 *
 * Required:
 * Each column has `count` elements of its type; `planner` is NULL or ends in NUL; `outcome` is
 * valid for a write. Nobody uses them during the call.
 */
int32_t memo_plan(uint32_t count,
                  const double *sizes,
                  const uint32_t *starts,
                  const uint32_t *ends,
                  const double *alignments,
                  const double *pins,
                  double align,
                  double capacity,
                  const char *planner,
                  double time_limit,
                  double *offsets,
                  struct MemoOutcome *outcome);

/**
 * Judges a plan of a problem, given as for `memo_plan`: its offsets, its peak, and its lower
 * bound with the certificate (a `MemoCertificate`) and the step of it. 0 when it is valid, else the
 * code of the first fault (2xx).
 *
 * Required:
 * As `memo_plan`.
 */
int32_t memo_check(uint32_t count,
                   const double *sizes,
                   const uint32_t *starts,
                   const uint32_t *ends,
                   const double *alignments,
                   const double *pins,
                   double align,
                   double capacity,
                   uint32_t offset_count,
                   const double *offsets,
                   double peak,
                   double bound,
                   uint32_t bound_certificate,
                   uint32_t step);

/**
 * The lower bound of a problem, given as for `memo_plan`: writes `lower_bound`, `certificate`
 * and `step` of `outcome`, and zeros elsewhere.
 *
 * Required:
 * As `memo_plan`.
 */
int32_t memo_lower_bound(uint32_t count,
                         const double *sizes,
                         const uint32_t *starts,
                         const uint32_t *ends,
                         const double *alignments,
                         const double *pins,
                         double align,
                         struct MemoOutcome *outcome);

/**
 * Reads `byte_count` bytes of a file in any known format: a problem, the problem of a plan, or
 * that of a trace. `name` is what messages call the file. Writes a handle, to be closed with
 * `memo_problem_close`.
 *
 * Required:
 * `name` ends in NUL; `bytes` has `byte_count` bytes; `handle` is valid for a write. Nobody uses
 * them during the call.
 */
int32_t memo_problem_read(const char *name,
                          const uint8_t *bytes,
                          uint32_t byte_count,
                          uint32_t *handle);

/**
 * Writes how much room an open problem needs.
 *
 * Required:
 * `size` is valid for a write.
 */
int32_t memo_problem_size(uint32_t handle, struct MemoProblemSize *size);

/**
 * Copies an open problem of `count` buffers out, in the columns that `memo_plan` takes. A pin is
 * NaN where there is none.
 *
 * Required:
 * Each column has room for `count` elements of its type. Nobody uses them during the call.
 */
int32_t memo_problem_columns(uint32_t handle,
                             uint32_t count,
                             double *sizes,
                             uint32_t *starts,
                             uint32_t *ends,
                             double *alignments,
                             double *pins);

/**
 * Copies the ids of an open problem out: `text` holds them one after the other, UTF-8, and
 * `ends[i]` is the end of the id of buffer `i` in it.
 *
 * Required:
 * `text` has room for `id_bytes` bytes, `ends` for `id_count` elements. Nobody uses them during
 * the call.
 */
int32_t memo_problem_ids(uint32_t handle,
                         uint32_t id_bytes,
                         uint8_t *text,
                         uint32_t id_count,
                         uint32_t *ends);

/**
 * Closes a problem. Its handle is refused from then on.
 */
int32_t memo_problem_close(uint32_t handle);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MEMO_H */
