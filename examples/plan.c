/* Plans three buffers and checks the plan.
 *
 * cargo build --release -p memo-malloc-c
 * cc -Ibindings/c examples/plan.c -Ltarget/release -lmemo_malloc_c -o plan
 * LD_LIBRARY_PATH=target/release ./plan */

#include <math.h>
#include <stdio.h>

#include "memo.h"

enum { COUNT = 3 };

static int failed(int32_t code) {
    uint8_t name[64], text[512];
    uint32_t name_length = memo_code_name(code, name, sizeof name);
    uint32_t length = memo_last_error(text, sizeof text);
    if (length > sizeof text) length = sizeof text;
    fprintf(stderr, "%.*s: %.*s\n", (int)name_length, name, (int)length, text);
    return 1;
}

int main(void) {
    const double sizes[COUNT] = {1024, 512, 1024};
    const uint32_t starts[COUNT] = {0, 1, 2}, ends[COUNT] = {2, 3, 4};
    double offsets[COUNT];
    uint32_t problem;
    MemoOutcome outcome;

    if (memo_abi_version() != MEMO_ABI_VERSION) return 2;
    int32_t code = memo_problem_new(COUNT, sizes, starts, ends, NULL, NULL, 64, INFINITY, &problem);
    if (code == 0) code = memo_plan(problem, NULL, INFINITY, COUNT, offsets, &outcome);
    if (code != 0) return failed(code);
    if (!outcome.has_plan) return 3;

    printf("peak %.0f, lower bound %.0f%s\n", outcome.peak, outcome.lower_bound,
           outcome.status == MEMO_STATUS_OPTIMAL ? ": optimal" : "");
    for (int i = 0; i < COUNT; i++) printf("buffer %d at %.0f\n", i, offsets[i]);

    code = memo_check(problem, COUNT, offsets, outcome.peak, outcome.lower_bound,
                      outcome.certificate, outcome.step);
    if (code == 0) code = memo_problem_close(problem);
    return code == 0 ? 0 : failed(code);
}
