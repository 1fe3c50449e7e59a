/* What only a C caller can do wrong, and what only it can see. Prints each broken expectation. */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "memo.h"

static int broken = 0;

#define EXPECT(condition) \
    ((condition) ? (void)0 : (void)(broken++, printf("line %d: %s\n", __LINE__, #condition)))

static int32_t plan(uint32_t count, const double *sizes, const double *pins, const char *planner,
                    double capacity, double time_limit, double *offsets, MemoOutcome *outcome) {
    static const uint32_t starts[2] = {0, 0}, ends[2] = {1, 1};
    uint32_t problem;
    int32_t code = memo_problem_new(count, sizes, starts, ends, NULL, pins, 1, capacity, &problem);
    if (code != 0) return code;
    code = memo_plan(problem, planner, time_limit, count, offsets, outcome);
    EXPECT(memo_problem_close(problem) == 0);
    return code;
}

static int last_error_is(const char *expected) {
    uint8_t text[512];
    uint32_t length = memo_last_error(text, sizeof text);
    return length == strlen(expected) && memcmp(text, expected, length) == 0;
}

static void arguments(void) {
    const double sizes[2] = {8, 8}, half[2] = {8, 0.5}, pins[2] = {NAN, 0};
    double offsets[2] = {-1, -1};
    MemoOutcome outcome;

    EXPECT(plan(0, NULL, NULL, NULL, INFINITY, INFINITY, NULL, &outcome) == 0);
    EXPECT(outcome.status == MEMO_STATUS_OPTIMAL && outcome.peak == 0);
    EXPECT(plan(2, NULL, NULL, NULL, INFINITY, INFINITY, offsets, &outcome) == 601);
    EXPECT(last_error_is("sizes is NULL; elements expected: 2"));
    EXPECT(plan(2, sizes, NULL, NULL, INFINITY, INFINITY, NULL, &outcome) == 601);
    EXPECT(plan(2, sizes, NULL, NULL, INFINITY, INFINITY, offsets, NULL) == 601);
    EXPECT(plan(2, half, NULL, NULL, INFINITY, INFINITY, offsets, &outcome) == 601);
    EXPECT(last_error_is("buffer 1: size 0.5 must be an integer from 0 to 9007199254740991"));
    EXPECT(plan(2, sizes, NULL, "\xff", INFINITY, INFINITY, offsets, &outcome) == 601);
    EXPECT(plan(2, sizes, NULL, "nobody", INFINITY, INFINITY, offsets, &outcome) == 301);
    EXPECT(plan(2, sizes, NULL, NULL, NAN, INFINITY, offsets, &outcome) == 601);
    EXPECT(plan(2, sizes, NULL, NULL, INFINITY, NAN, offsets, &outcome) == 601);
    EXPECT(plan(2, sizes, NULL, NULL, INFINITY, -1, offsets, &outcome) == 601);
    EXPECT(offsets[0] == -1 && offsets[1] == -1);

    EXPECT(plan(2, sizes, pins, "best_fit", 16, 1, offsets, &outcome) == 0);
    EXPECT(offsets[0] == 8 && offsets[1] == 0 && outcome.peak == 16);
    EXPECT(plan(2, sizes, NULL, NULL, 15, INFINITY, offsets, &outcome) == 0);
    EXPECT(outcome.status == MEMO_STATUS_INFEASIBLE && !outcome.has_plan);
    EXPECT(outcome.cause == MEMO_CAUSE_CAPACITY && outcome.capacity == 15);
}

static void problems(void) {
    const char csv[] = "id,lower,upper,size\na,0,3,4\nbc,3,9,5\n";
    uint32_t handle, starts[2], ends[2], id_ends[2];
    double sizes[2], alignments[2], pins[2];
    uint8_t ids[3];
    MemoProblemSize size;

    EXPECT(memo_problem_read("x.csv", (const uint8_t *)csv, sizeof csv - 1, &handle) == 0);
    EXPECT(memo_problem_size(handle, &size) == 0);
    EXPECT(size.count == 2 && size.id_count == 2 && size.id_bytes == 3);
    EXPECT(isinf(size.capacity));
    EXPECT(memo_problem_columns(handle, 1, sizes, starts, ends, alignments, pins) == 601);
    EXPECT(memo_problem_columns(handle, 2, sizes, starts, ends, alignments, pins) == 0);
    EXPECT(sizes[1] == 5 && starts[1] == 3 && ends[1] == 9 && alignments[1] == 1 && isnan(pins[1]));
    EXPECT(memo_problem_ids(handle, 3, ids, 2, id_ends) == 0);
    EXPECT(memcmp(ids, "abc", 3) == 0 && id_ends[0] == 1 && id_ends[1] == 3);
    EXPECT(memo_problem_close(handle) == 0);
    EXPECT(memo_problem_close(handle) == 603);
    EXPECT(memo_problem_size(handle, &size) == 603);
    EXPECT(memo_problem_read("x.csv", (const uint8_t *)csv, 12, &handle) != 0);
    EXPECT(memo_problem_read(NULL, (const uint8_t *)csv, 12, &handle) == 601);
}

static void ties(void) {
    const double sizes[3] = {8, 8, 8}, pins[3] = {0, NAN, NAN};
    const uint32_t starts[3] = {0, 0, 2}, ends[3] = {9, 4, 4};
    const uint32_t buffers[2] = {0, 0}, from[2] = {0, 6}, to[2] = {2, 9}, share[2] = {1, 2};
    uint32_t problem, read[2], read_from[2], read_to[2], pair[2], live[3];
    double offsets[3], gone[1], freed_by[1], made_at[1];
    MemoOutcome outcome;
    MemoProblemSize size;
    MemoExplanation explanation;

    EXPECT(memo_problem_new(3, sizes, starts, ends, NULL, pins, 1, INFINITY, &problem) == 0);
    EXPECT(memo_problem_tie(problem, 1, buffers, from, to, 0, NULL, 0, NULL) == 109);
    EXPECT(memo_problem_threads(problem, 2) == 0);
    EXPECT(memo_problem_tie(problem, 2, buffers, from, to, 1, share, 0, NULL) == 0);
    EXPECT(memo_plan(problem, NULL, INFINITY, 2, offsets, &outcome) == 601);
    EXPECT(memo_plan(problem, NULL, INFINITY, 3, offsets, &outcome) == 0);
    EXPECT(outcome.peak == 16 && offsets[1] == 8 && offsets[2] == 8);
    EXPECT(memo_problem_size(problem, &size) == 0);
    EXPECT(size.interval_count == 2 && size.share_count == 1 && size.apart_count == 0);
    EXPECT(memo_problem_ties(problem, 2, read, read_from, read_to, 1, pair, 0, NULL) == 0);
    EXPECT(read[1] == 0 && read_from[1] == 6 && read_to[1] == 9 && pair[0] == 1 && pair[1] == 2);
    EXPECT(memo_problem_ties(problem, 2, read, read_from, read_to, 2, pair, 0, NULL) == 601);
    EXPECT(memo_explain(problem, 3, live, 1, read, gone, freed_by, made_at, &explanation) == 0);
    EXPECT(explanation.lower_bound == 16 && explanation.live_count == 2);
    EXPECT(memo_problem_tie(problem, 0, NULL, NULL, NULL, 1, share, 1, share) == 0);
    EXPECT(memo_plan(problem, NULL, INFINITY, 3, offsets, &outcome) == 0);
    EXPECT(outcome.cause == MEMO_CAUSE_TIES_CONTRADICT && outcome.first == 1 && outcome.second == 2);
    EXPECT(memo_problem_close(problem) == 0);
    EXPECT(memo_problem_tie(problem, 0, NULL, NULL, NULL, 0, NULL, 0, NULL) == 603);
    EXPECT(memo_problem_threads(problem, 2) == 603);
}

static void tiers(void) {
    const double sizes[2] = {8, 6}, capacities[2] = {8, INFINITY}, costs[2] = {1, 10};
    const double small[2] = {8, 5};
    const uint32_t starts[2] = {0, 0}, ends[2] = {2, 2}, name_ends[2] = {4, 8}, bad_ends[2] = {4, 9};
    const uint8_t *names = (const uint8_t *)"fastslow";
    const uint64_t allowed[2] = {3, 2};
    uint32_t problem, tier_of[2], spill_ends[1], spill_steps[2], other[1];
    double offsets[2], peaks[2];
    MemoOutcome one;
    MemoSpread spread;

    EXPECT(memo_problem_new(2, sizes, starts, ends, NULL, NULL, 1, INFINITY, &problem) == 0);
    EXPECT(memo_plan_tiered(problem, INFINITY, 2, tier_of, offsets, 2, peaks, spill_ends,
                            spill_steps, &spread) == 601);
    EXPECT(memo_problem_spread(problem, 2, 8, names, bad_ends, capacities, costs, 2, NULL) == 601);
    EXPECT(memo_problem_spread(problem, 2, 8, names, name_ends, capacities, costs, 1, NULL) == 601);
    EXPECT(memo_problem_spread(problem, 0, 0, NULL, NULL, NULL, NULL, 2, NULL) == 111);
    EXPECT(memo_problem_spread(problem, 2, 8, names, name_ends, capacities, costs, 2, allowed) == 0);
    EXPECT(memo_plan(problem, NULL, INFINITY, 2, offsets, &one) == 601);
    EXPECT(memo_plan_tiered(problem, INFINITY, 2, tier_of, offsets, 2, peaks, spill_ends,
                            spill_steps, &spread) == 0);
    EXPECT(spread.status == MEMO_STATUS_OPTIMAL && spread.cost == 68 && spread.has_plan == 1);
    EXPECT(tier_of[0] == 0 && tier_of[1] == 1 && peaks[0] == 8 && peaks[1] == 6);
    EXPECT(spread.certificate == MEMO_CERTIFICATE_SPILL && spill_ends[0] == 0);
    EXPECT(memo_check_tiered(problem, 2, tier_of, offsets, 2, peaks, 68, 68, spread.certificate, 1,
                             spill_ends, spill_steps) == 0);
    other[0] = 1, spill_steps[0] = 5;
    EXPECT(memo_check_tiered(problem, 2, tier_of, offsets, 2, peaks, 68, 69, 5, 1, other,
                             spill_steps) == 207);
    EXPECT(memo_check_tiered(problem, 2, tier_of, offsets, 2, peaks, 68, 68, 1, 0, NULL, NULL) == 601);
    EXPECT(memo_lower_bound(problem, &one) == 601);
    EXPECT(memo_lower_bound_tiered(problem, 2, 1, spill_ends, spill_steps, &spread) == 601);
    EXPECT(memo_lower_bound_tiered(problem, 2, 2, spill_ends, spill_steps, NULL) == 601);
    EXPECT(memo_lower_bound_tiered(problem, 2, 2, spill_ends, spill_steps, &spread) == 0);
    EXPECT(spread.status == MEMO_STATUS_NONE && spread.lower_bound == 68 && spread.cost == 0);
    EXPECT(spread.certificate == MEMO_CERTIFICATE_SPILL && spread.has_plan == 0);
    EXPECT(memo_problem_spread(problem, 2, 8, names, name_ends, small, costs, 2, allowed) == 0);
    EXPECT(memo_lower_bound_tiered(problem, 2, 2, spill_ends, spill_steps, &spread) == 0);
    EXPECT(spread.status == MEMO_STATUS_INFEASIBLE && spread.cause == MEMO_CAUSE_NO_ROOM);
    EXPECT(spread.first == 1 && spread.lower_bound == 0);
    EXPECT(memo_problem_close(problem) == 0);
}

static int is_done(uint32_t job) {
    MemoProgress progress;
    EXPECT(memo_job_progress(job, &progress) == 0);
    return progress.is_done == 1;
}

static void later(void) {
    const double wrong[2] = {8, -1};
    double sizes[2] = {8, 8}, offsets[2];
    uint32_t starts[2] = {0, 0}, ends[2] = {1, 1}, pair[2] = {0, 1};
    uint32_t problem, job;
    MemoOutcome outcome;
    MemoProblemSize size;

    EXPECT(memo_problem_later(2, NULL, starts, ends, NULL, NULL, 1, INFINITY, &problem) == 601);
    EXPECT(memo_problem_later(2, wrong, starts, ends, NULL, NULL, 1, INFINITY, &problem) == 0);
    EXPECT(memo_problem_tie(problem, 0, NULL, NULL, NULL, 1, pair, 0, NULL) == 0);
    EXPECT(memo_job_start(problem, NULL, INFINITY, &job) == 0);
    while (!is_done(job)) continue;
    EXPECT(memo_job_take(job, 2, offsets, &outcome) == 601);
    EXPECT(last_error_is("buffer 1: size -1 must be an integer from 0 to 9007199254740991"));
    EXPECT(memo_job_close(job) == 0);
    EXPECT(memo_problem_size(problem, &size) == 601);
    EXPECT(memo_plan(problem, NULL, INFINITY, 2, offsets, &outcome) == 601);
    EXPECT(memo_problem_tie(problem, 0, NULL, NULL, NULL, 1, pair, 0, NULL) == 601);
    EXPECT(memo_problem_close(problem) == 0);

    EXPECT(memo_problem_later(2, sizes, starts, ends, NULL, NULL, 1, INFINITY, &problem) == 0);
    EXPECT(memo_problem_tie(problem, 0, NULL, NULL, NULL, 0, NULL, 1, pair) == 0);
    sizes[0] = -1, starts[1] = 1, pair[1] = 7;
    EXPECT(memo_plan(problem, NULL, INFINITY, 2, offsets, &outcome) == 0);
    EXPECT(outcome.peak == 16);
    EXPECT(memo_problem_tie(problem, 0, NULL, NULL, NULL, 1, pair, 0, NULL) == 108);
    EXPECT(memo_problem_size(problem, &size) == 0 && size.apart_count == 1);
    EXPECT(memo_problem_close(problem) == 0);
    EXPECT(memo_problem_close(problem) == 603);
}

int main(void) {
    uint8_t name[32];
    EXPECT(memo_abi_version() == MEMO_ABI_VERSION);
    EXPECT(memo_code_name(101, name, sizeof name) == 14 && memcmp(name, "EMPTY_LIFETIME", 14) == 0);
    EXPECT(memo_code_name(1, name, sizeof name) == 0);
    arguments();
    problems();
    ties();
    tiers();
    later();
    return broken != 0;
}
