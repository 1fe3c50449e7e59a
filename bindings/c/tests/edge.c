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
    return memo_plan(count, sizes, starts, ends, NULL, pins, 1, capacity, planner, time_limit,
                     offsets, outcome);
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
    EXPECT(last_error_is("sizes is NULL; give one element for each buffer"));
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

int main(void) {
    uint8_t name[32];
    EXPECT(memo_abi_version() == MEMO_ABI_VERSION);
    EXPECT(memo_code_name(101, name, sizeof name) == 14 && memcmp(name, "EMPTY_LIFETIME", 14) == 0);
    EXPECT(memo_code_name(1, name, sizeof name) == 0);
    arguments();
    problems();
    return broken != 0;
}
