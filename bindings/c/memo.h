/* The C ABI of memo-malloc: memory planning, lifetimes in, offsets out.
 *
 * A problem is opened from columns, bound by ties, spread over tiers, planned at once or on a thread
 * of its own, written, and closed. Bytes are `double`, exact up to 2^53 - 1; anything else is
 * refused. Every function that returns int32_t returns 0 or the number of a documented code; memo_last_error gives the text of the calling thread's last failure.
 * Every function may be called from any thread.
 *
 * Generated from bindings/c: change it there. SPDX-License-Identifier: MIT OR Apache-2.0 */

#ifndef MEMO_H
#define MEMO_H

#include <stdint.h>

/**
 * Rises when a function or a struct of this header changes or comes; a loader compares it first.
 */
#define MEMO_ABI_VERSION 6

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
    /**
     * Of a cost: what the loads at some steps force out of full tiers.
     */
    MEMO_CERTIFICATE_SPILL = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum MemoCertificate MemoCertificate;
#else
typedef uint32_t MemoCertificate;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

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
    /**
     * The buffers `first` and `second` must share their offset and cannot.
     */
    MEMO_CAUSE_TIES_CONTRADICT = 4,
    /**
     * The buffer `first` fits no tier that it may go to.
     */
    MEMO_CAUSE_NO_ROOM = 5,
    /**
     * At `step` more bytes are live than the tiers hold that these may go to.
     */
    MEMO_CAUSE_OVERFULL = 6,
    /**
     * Every way to spread the buffers was tried.
     */
    MEMO_CAUSE_NO_SPREAD = 7,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum MemoCause MemoCause;
#else
typedef uint32_t MemoCause;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What a lower bound stands on.
 */
typedef struct MemoExplanation {
    /**
     * No plan has a smaller peak.
     */
    double lower_bound;
    /**
     * The largest load.
     */
    double load;
    /**
     * The load at `step`.
     */
    double live_bytes;
    /**
     * The largest load of all buffers that are not live at `step`.
     */
    double others;
    /**
     * How the lower bound was proven.
     */
    MemoCertificate certificate;
    /**
     * The step of a load that proves it.
     */
    uint32_t certificate_step;
    /**
     * The step of the largest load.
     */
    uint32_t load_step;
    /**
     * The step that is explained.
     */
    uint32_t step;
    /**
     * The step after the last at which the bound is reached.
     */
    uint32_t end;
    /**
     * The number of buffers with bytes that are live at `step`.
     */
    uint32_t live_count;
    /**
     * The step of `others`.
     */
    uint32_t others_step;
    /**
     * The number of changes that were written.
     */
    uint32_t change_count;
} MemoExplanation;

/**
 * How far a job has come.
 */
typedef struct MemoProgress {
    /**
     * The peak of the best plan so far, over tiers its cost; INFINITY before there is one. Rounded
     * where it is beyond 2^53: a plan on the way may be larger than any answer can be.
     */
    double peak;
    /**
     * The largest lower bound proven so far, rounded in the same way.
     */
    double lower_bound;
    /**
     * 1 when the answer can be taken.
     */
    uint32_t is_done;
    /**
     * Always 0.
     */
    uint32_t reserved;
} MemoProgress;

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
 * The answer to a problem over tiers. Fields that do not belong to the status are 0.
 */
typedef struct MemoSpread {
    /**
     * What all bytes cost, when `has_plan`.
     */
    double cost;
    /**
     * No plan costs less, when `has_plan` or when it was all that was asked for.
     */
    double lower_bound;
    /**
     * Which answer it is.
     */
    MemoStatus status;
    /**
     * How the lower bound was proven: `Spill` or `FinishedSearch`.
     */
    MemoCertificate certificate;
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
     * The step of the cause.
     */
    uint32_t step;
    /**
     * 1 when there is a plan, and all columns were written.
     */
    uint32_t has_plan;
} MemoSpread;

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
    /**
     * The number of intervals of buffers that have several.
     */
    uint32_t interval_count;
    /**
     * The number of pairs that share an offset.
     */
    uint32_t share_count;
    /**
     * The number of pairs that are kept apart.
     */
    uint32_t apart_count;
    /**
     * The number of tiers, 0 for a problem of one arena.
     */
    uint32_t tier_count;
    /**
     * The bytes of the names of all tiers together.
     */
    uint32_t tier_name_bytes;
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
 * Explains the lower bound of an open problem of `count` buffers. Writes `explanation`, the buffers
 * that are `live` at its step, the largest first, and up to `change_max` changes of one buffer that
 * lower the bound, the best first: the buffer, and the bound without it, if it were freed by `step`,
 * and if it were made at `end`, NaN where that cannot be.
 *
 * Required:
 * `live` has room for `count` elements, the last four columns for `change_max`; `explanation` is
 * valid for a write. Nobody uses them during the call.
 */
int32_t memo_explain(uint32_t problem,
                     uint32_t count,
                     uint32_t *live,
                     uint32_t change_max,
                     uint32_t *buffers,
                     double *gone,
                     double *freed_by,
                     double *made_at,
                     struct MemoExplanation *explanation);

/**
 * Starts to plan an open problem on a thread of its own, on Linux one of lower priority: with
 * `planner` (a name, or NULL for `auto`), or over its tiers, if it has some. `time_limit` is in
 * seconds, INFINITY for none. Writes a handle of the job, to be closed with `memo_job_close`; the
 * problem may be closed before.
 *
 * Required:
 * `planner` is NULL or ends in NUL; `job` is valid for a write. Nobody uses them during the call.
 */
int32_t memo_job_start(uint32_t problem, const char *planner, double time_limit, uint32_t *job);

/**
 * Writes how far a job has come.
 *
 * Required:
 * `progress` is valid for a write. Nobody uses it during the call.
 */
int32_t memo_job_progress(uint32_t job, struct MemoProgress *progress);

/**
 * Asks a job to stop: it will soon be done, with the best so far.
 */
int32_t memo_job_cancel(uint32_t job);

/**
 * Writes the answer of a job that is done, as `memo_plan` does, or fails as that would have.
 *
 * Required:
 * `offsets` has room for `count` elements; `outcome` is valid for a write. Nobody uses them during
 * the call.
 */
int32_t memo_job_take(uint32_t job, uint32_t count, double *offsets, struct MemoOutcome *outcome);

/**
 * Writes the answer of a job over tiers that is done, as `memo_plan_tiered` does, or fails as that
 * would have.
 *
 * Required:
 * As `memo_plan_tiered`.
 */
int32_t memo_job_take_tiered(uint32_t job,
                             uint32_t count,
                             uint32_t *tiers,
                             double *offsets,
                             uint32_t tier_count,
                             double *peaks,
                             uint32_t *spill_ends,
                             uint32_t *spill_steps,
                             struct MemoSpread *outcome);

/**
 * Closes a job, done or not. Its handle is refused from then on; a planner at work soon stops.
 */
int32_t memo_job_close(uint32_t job);

/**
 * Plans an open problem of `count` buffers. Writes `outcome` and, when it has a plan, `offsets[i]`.
 * `planner` is a name, or NULL for `auto`. `time_limit` is in seconds, INFINITY for none.
 *
 * An infeasible problem is an answer, not a failure: look at `outcome->status`.
 *
 * Required:
 * `planner` is NULL or ends in NUL; `offsets` has room for `count` elements; `outcome` is valid for
 * a write. Nobody uses them during the call.
 */
int32_t memo_plan(uint32_t problem,
                  const char *planner,
                  double time_limit,
                  uint32_t count,
                  double *offsets,
                  struct MemoOutcome *outcome);

/**
 * Judges a plan of an open problem: its offsets, its peak, and its lower bound with the certificate
 * (a `MemoCertificate`) and the step of it. 0 when it is valid, else the code of the first fault
 * (2xx).
 *
 * Required:
 * `offsets` has `offset_count` elements, which nobody writes during the call.
 */
int32_t memo_check(uint32_t problem,
                   uint32_t offset_count,
                   const double *offsets,
                   double peak,
                   double bound,
                   uint32_t bound_certificate,
                   uint32_t step);

/**
 * The lower bound of an open problem: writes `lower_bound`, `certificate` and `step` of `outcome`,
 * and zeros elsewhere.
 *
 * Required:
 * `outcome` is valid for a write. Nobody uses it during the call.
 */
int32_t memo_lower_bound(uint32_t problem, struct MemoOutcome *outcome);

/**
 * Opens a problem of `count` buffers: buffer `i` has `sizes[i]` bytes and is live in the steps
 * `[starts[i], ends[i])`. Writes a handle, to be closed with `memo_problem_close`.
 *
 * `alignments` may be NULL (1 for every buffer); `pins` may be NULL, and NaN in it is "not
 * pinned". Every alignment is raised to a common multiple with `align` (1: as they are).
 * `capacity` is the most bytes a plan may use, INFINITY for no limit. All columns are copied.
 *
 * Required:
 * Each column has `count` elements of its type; `handle` is valid for a write. Nobody uses them
 * during the call.
 */
int32_t memo_problem_new(uint32_t count,
                         const double *sizes,
                         const uint32_t *starts,
                         const uint32_t *ends,
                         const double *alignments,
                         const double *pins,
                         double align,
                         double capacity,
                         uint32_t *handle);

/**
 * As `memo_problem_new`, for callers that must not wait: the columns are copied, and looked at only
 * by the first function that needs the problem, for example by a job on its thread. That one, and
 * every other, then fails where `memo_problem_new` would have. So it is with `memo_problem_tie`,
 * `memo_problem_spread` and `memo_problem_name` until then.
 *
 * Required:
 * As `memo_problem_new`.
 */
int32_t memo_problem_later(uint32_t count,
                           const double *sizes,
                           const uint32_t *starts,
                           const uint32_t *ends,
                           const double *alignments,
                           const double *pins,
                           double align,
                           double capacity,
                           uint32_t *handle);

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
 * Copies the buffers of an open problem out, in the columns that `memo_problem_new` takes. A pin is
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
 * Lets at most so many threads plan an open problem at once, instead of one. More than two are not
 * used.
 */
int32_t memo_problem_threads(uint32_t problem, uint32_t threads);

/**
 * Closes a problem. Its handle is refused from then on.
 */
int32_t memo_problem_close(uint32_t handle);

/**
 * Plans an open problem of `count` buffers and `tier_count` tiers. Writes `outcome` and, when it has
 * a plan, the tier and the offset there of each buffer, and the peak of each tier.
 *
 * `spill_ends` and `spill_steps` are the certificate, where that is `Spill`: by cost, the steps that
 * tell what is forced out of the cheapest tier, of the cheapest two, and so on, one list after the
 * other, and where each ends.
 *
 * Required:
 * `tiers` and `offsets` have room for `count` elements, `peaks` for `tier_count`, `spill_ends` for
 * `tier_count` − 1, `spill_steps` for `count` times as many; `outcome` is valid for a write. Nobody
 * uses them during the call.
 */
int32_t memo_plan_tiered(uint32_t problem,
                         double time_limit,
                         uint32_t count,
                         uint32_t *tiers,
                         double *offsets,
                         uint32_t tier_count,
                         double *peaks,
                         uint32_t *spill_ends,
                         uint32_t *spill_steps,
                         struct MemoSpread *outcome);

/**
 * The cost below which no plan of an open problem over tiers can go. Writes `lower_bound` and
 * `certificate` of `outcome`, zeros elsewhere, and the steps as `memo_plan_tiered` does; where
 * there is no plan, as far as that is known without a search, `status` and the cause instead.
 *
 * Required:
 * `spill_ends` has room for `tier_count` − 1 elements, `spill_steps` for `count` times as many;
 * `outcome` is valid for a write. Nobody uses them during the call.
 */
int32_t memo_lower_bound_tiered(uint32_t problem,
                                uint32_t count,
                                uint32_t tier_count,
                                uint32_t *spill_ends,
                                uint32_t *spill_steps,
                                struct MemoSpread *outcome);

/**
 * Judges a plan of an open problem over tiers: where each buffer lies, the peaks, the cost, and its
 * lower bound with the certificate (a `MemoCertificate`) and, for `Spill`, its steps as
 * `memo_plan_tiered` writes them. 0 when it is valid, else the code of the first fault (2xx).
 *
 * Required:
 * `tiers` and `offsets` have `count` elements, `peaks` has `tier_count`, `spill_ends` has
 * `spill_count`, `spill_steps` as many as the last of these says. Nobody writes them during the call.
 */
int32_t memo_check_tiered(uint32_t problem,
                          uint32_t count,
                          const uint32_t *tiers,
                          const double *offsets,
                          uint32_t tier_count,
                          const double *peaks,
                          double cost,
                          double bound,
                          uint32_t bound_certificate,
                          uint32_t spill_count,
                          const uint32_t *spill_ends,
                          const uint32_t *spill_steps);

/**
 * Names the buffers of an open problem, in place of the names it had: the id of buffer `i` ends at
 * `ends[i]` in `text`, UTF-8, and begins where the one before ends.
 *
 * Required:
 * `text` has `id_bytes` bytes, `ends` has `count` elements. Nobody writes them during the call.
 */
int32_t memo_problem_name(uint32_t problem,
                          uint32_t id_bytes,
                          const uint8_t *text,
                          uint32_t count,
                          const uint32_t *ends);

/**
 * Makes a text of an open problem without tiers and a plan of it, which is judged first. `name` says
 * which: a name that ends in `.json`, `.csv` or either with `.gz` makes what `memo plan -o` writes to
 * a file of this name, one that ends in `.svg` a picture under `title`. Writes a handle of the text,
 * to be closed with `memo_text_close`, and its number of bytes.
 *
 * Required:
 * `name` and `title` end in NUL; `offsets` has `offset_count` elements; `handle` and `byte_count` are
 * valid for a write. Nobody uses them during the call.
 */
int32_t memo_plan_text(uint32_t problem,
                       uint32_t offset_count,
                       const double *offsets,
                       double peak,
                       double bound,
                       uint32_t bound_certificate,
                       uint32_t step,
                       const char *name,
                       const char *title,
                       uint32_t *handle,
                       uint32_t *byte_count);

/**
 * As `memo_plan_text`, of an open problem with tiers and a plan as `memo_check_tiered` takes it.
 *
 * Required:
 * As `memo_plan_text` and `memo_check_tiered`.
 */
int32_t memo_plan_text_tiered(uint32_t problem,
                              uint32_t count,
                              const uint32_t *tiers,
                              const double *offsets,
                              uint32_t tier_count,
                              const double *peaks,
                              double cost,
                              double bound,
                              uint32_t bound_certificate,
                              uint32_t spill_count,
                              const uint32_t *spill_ends,
                              const uint32_t *spill_steps,
                              const char *name,
                              const char *title,
                              uint32_t *handle,
                              uint32_t *byte_count);

/**
 * Copies a text of `byte_count` bytes out.
 *
 * Required:
 * `bytes` has room for `byte_count` bytes. Nobody uses them during the call.
 */
int32_t memo_text_copy(uint32_t text, uint32_t byte_count, uint8_t *bytes);

/**
 * Closes a text. Its handle is refused from then on.
 */
int32_t memo_text_close(uint32_t text);

/**
 * Spreads an open problem of `count` buffers over `tier_count` arenas, in place of the one or those
 * it had. Tier `t` has `capacities[t]` bytes (INFINITY for no limit), of which each costs
 * `costs[t]`; its name ends at `name_ends[t]` in `names`, UTF-8, and begins where the one before
 * ends. Buffer `i` may go to tier `t` if bit `t` of `allowed[i]` is set; NULL lets all go to any.
 *
 * Required:
 * Each column has as many elements as it is said to have. Nobody writes them during the call.
 */
int32_t memo_problem_spread(uint32_t problem,
                            uint32_t tier_count,
                            uint32_t name_bytes,
                            const uint8_t *names,
                            const uint32_t *name_ends,
                            const double *capacities,
                            const double *costs,
                            uint32_t count,
                            const uint64_t *allowed);

/**
 * Copies the tiers of an open problem out, in the columns that `memo_problem_spread` takes.
 *
 * Required:
 * Each column has room for as many elements as it is said to have. Nobody uses them during the call.
 */
int32_t memo_problem_tiers(uint32_t problem,
                           uint32_t tier_count,
                           uint32_t name_bytes,
                           uint8_t *names,
                           uint32_t *name_ends,
                           double *capacities,
                           double *costs,
                           uint32_t count,
                           uint64_t *allowed);

/**
 * Binds buffers of an open problem without tiers, in place of all ties it had:
 *
 * * `interval_count` intervals `[interval_starts[i], interval_ends[i])` in which the buffer
 *   `interval_buffers[i]` is live, where that is not all of its lifetime: all of a buffer, from the
 *   start of its lifetime to its end. In between, others may use its bytes;
 * * `share_count` pairs `shares[2 i]`, `shares[2 i + 1]` that must have the same offset; pairs with
 *   a common buffer become one group;
 * * `apart_count` pairs `apart[2 i]`, `apart[2 i + 1]` that must not share a byte, though they may
 *   never be live at the same time.
 *
 * Required:
 * Each column has as many elements as it is said to have, the pairs two for each. Nobody writes them
 * during the call.
 */
int32_t memo_problem_tie(uint32_t problem,
                         uint32_t interval_count,
                         const uint32_t *interval_buffers,
                         const uint32_t *interval_starts,
                         const uint32_t *interval_ends,
                         uint32_t share_count,
                         const uint32_t *shares,
                         uint32_t apart_count,
                         const uint32_t *apart);

/**
 * Copies the ties of an open problem out, in the columns that `memo_problem_tie` takes.
 *
 * Required:
 * Each column has room for as many elements as it is said to have, the pairs for two each. Nobody
 * uses them during the call.
 */
int32_t memo_problem_ties(uint32_t problem,
                          uint32_t interval_count,
                          uint32_t *interval_buffers,
                          uint32_t *interval_starts,
                          uint32_t *interval_ends,
                          uint32_t share_count,
                          uint32_t *shares,
                          uint32_t apart_count,
                          uint32_t *apart);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MEMO_H */
