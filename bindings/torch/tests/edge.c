/* The service and models from C: edge TINY RAISING. Prints each broken expectation. */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "memo_torch.h"

#define ELEMENTS (2 * 3 * 32 * 32)

static int broken = 0;

#define EXPECT(condition) \
    ((condition) ? (void)0 : (void)(broken++, printf("line %d: %s\n", __LINE__, #condition)))

static float values[ELEMENTS];
static const double shape[4] = {2, 3, 32, 32};

static int last_error_has(const char *expected) {
    char text[512] = {0};
    memo_torch_last_error((uint8_t *)text, sizeof text - 1);
    return strstr(text, expected) != NULL;
}

static void scopes(void) {
    uint64_t ticket = 7;
    uint32_t length = 0;
    char json[4096] = {0};

    EXPECT(memo_torch_abi_version() == MEMO_TORCH_ABI_VERSION);
    EXPECT(memo_torch_stats_json((uint8_t *)json, sizeof json, &length) == 0);
    EXPECT(length == 4 && memcmp(json, "null", 4) == 0);
    EXPECT(memo_torch_scope_begin("off", NULL, &ticket) == 0 && ticket == 0);
    EXPECT(memo_torch_scope_end(0) == 0);

    EXPECT(memo_torch_enable(NULL, 0, -1, NAN, NAN) == 601);
    EXPECT(memo_torch_enable("\xff", 0, INFINITY, NAN, NAN) == 601);
    EXPECT(memo_torch_enable(NULL, 0, INFINITY, NAN, NAN) == 0);
    EXPECT(memo_torch_scope_begin(NULL, NULL, &ticket) == 601);
    EXPECT(memo_torch_scope_begin("a", NULL, NULL) == 601);
    EXPECT(memo_torch_scope_begin("a", "f32[1]\nf32[2]", &ticket) == 0 && ticket != 0);
    EXPECT(memo_torch_scope_end(ticket) == 0);
    EXPECT(memo_torch_scope_end(ticket) == 603);
    EXPECT(last_error_has("used before"));
    EXPECT(memo_torch_scope_end(UINT64_MAX) == 603);
    EXPECT(memo_torch_settle() == 0);
    EXPECT(memo_torch_stats_json((uint8_t *)json, 3, &length) == 0 && length > 3);
    EXPECT(memo_torch_stats_json(NULL, 3, &length) == 601);
    EXPECT(memo_torch_stats_text(NULL, 0, &length) == 0 && length > 3);
    EXPECT(memo_torch_trim(NULL) == 0);
}

static void tensors(void) {
    uint32_t tensor, copy;
    MemoTorchShape what;
    double lengths[4];
    const uint8_t *bytes;
    float back[ELEMENTS];

    EXPECT(memo_torch_tensor_copy(99, 4, shape, sizeof values, (uint8_t *)values, &tensor) == 601);
    EXPECT(memo_torch_tensor_copy(6, 4, shape, 8, (uint8_t *)values, &tensor) == 703);
    EXPECT(memo_torch_tensor_copy(6, 4, NULL, 8, (uint8_t *)values, &tensor) == 601);
    EXPECT(memo_torch_tensor_copy(6, 4, shape, sizeof values, NULL, &tensor) == 601);
    EXPECT(memo_torch_tensor_borrow(6, 4, shape, sizeof values, (uint8_t *)values + 1, &tensor) == 703);
    EXPECT(memo_torch_tensor_borrow(6, 4, shape, sizeof values, (uint8_t *)values, &tensor) == 0);
    EXPECT(memo_torch_tensor_copy(6, 4, shape, sizeof values, (uint8_t *)values, &copy) == 0);
    EXPECT(memo_torch_tensor_shape(tensor, &what) == 0);
    EXPECT(what.rank == 4 && what.kind == MEMO_TORCH_KIND_F32 && what.byte_count == sizeof values);
    EXPECT(memo_torch_tensor_lengths(tensor, 3, lengths) == 601);
    EXPECT(memo_torch_tensor_lengths(tensor, 4, lengths) == 0);
    EXPECT(memcmp(lengths, shape, sizeof shape) == 0);
    EXPECT(memo_torch_tensor_bytes(tensor, &bytes) == 0 && bytes == (uint8_t *)values);
    EXPECT(memo_torch_tensor_bytes(copy, &bytes) == 0 && bytes != (uint8_t *)values);
    EXPECT(memo_torch_tensor_read(copy, sizeof back, (uint8_t *)back) == 0);
    EXPECT(memcmp(back, values, sizeof values) == 0);
    EXPECT(memo_torch_tensor_read(copy, 4, (uint8_t *)back) == 601);
    EXPECT(memo_torch_tensor_close(tensor) == 0 && memo_torch_tensor_close(copy) == 0);
    EXPECT(memo_torch_tensor_close(copy) == 603);
    EXPECT(memo_torch_tensor_shape(copy, &what) == 603);
    EXPECT(memo_torch_tensor_copy(6, 0, NULL, 4, (uint8_t *)values, &tensor) == 0);
    EXPECT(memo_torch_tensor_shape(tensor, &what) == 0 && what.rank == 0);
    EXPECT(memo_torch_tensor_close(tensor) == 0);
}

/* The one result of a run, copied out; the run and the result are closed. */
static void result_of(uint32_t run, float *result) {
    uint32_t count = 0, output;
    EXPECT(memo_torch_run_wait(run, &count) == 0 && count == 1);
    EXPECT(memo_torch_run_take(run, 2, &output) == 601);
    EXPECT(memo_torch_run_take(run, 1, &output) == 0);
    EXPECT(memo_torch_run_take(run, 1, &output) == 603);
    EXPECT(memo_torch_tensor_read(output, 16 * sizeof *result, (uint8_t *)result) == 0);
    EXPECT(memo_torch_tensor_close(output) == 0);
}

static void runs(const char *tiny, const char *raising) {
    uint32_t model, refusing, input, run, pending[16], is_done, count, scalar;
    float expected[16], found[16];

    EXPECT(memo_torch_model_load("/nowhere.pt", &model) == 702);
    EXPECT(memo_torch_model_load(NULL, &model) == 601);
    EXPECT(memo_torch_model_load(tiny, &model) == 0);
    EXPECT(memo_torch_model_load(raising, &refusing) == 0);
    EXPECT(memo_torch_set_threads(1, 2) == 0);
    EXPECT(memo_torch_tensor_borrow(6, 4, shape, sizeof values, (uint8_t *)values, &input) == 0);

    EXPECT(memo_torch_model_run(model, 1, &input, &run) == 0);
    EXPECT(memo_torch_run_is_done(run, &is_done) == 0 && is_done == 1);
    result_of(run, expected);
    for (int turn = 0; turn < 8; turn++) {
        EXPECT(memo_torch_model_run(model, 1, &input, &run) == 0);
        result_of(run, found);
        EXPECT(memcmp(found, expected, sizeof found) == 0);
        EXPECT(memo_torch_settle() == 0);
    }
    for (int idx = 0; idx < 16; idx++) {
        EXPECT(memo_torch_model_start(model, 1, &input, &pending[idx]) == 0);
    }
    EXPECT(memo_torch_run_close(pending[15]) == 0);
    EXPECT(memo_torch_run_close(pending[15]) == 603);
    EXPECT(memo_torch_run_cancel(pending[15]) == 603);
    EXPECT(memo_torch_run_cancel(pending[14]) == 0);
    /* It may have begun. */
    const int32_t status = memo_torch_run_wait(pending[14], &count);
    EXPECT(status == 0 || (status == 603 && last_error_has("before it began")));
    EXPECT(memo_torch_run_is_done(pending[14], &is_done) == 0 && is_done == 1);
    EXPECT(memo_torch_run_close(pending[14]) == 0);
    for (int idx = 0; idx < 14; idx++) {
        result_of(pending[idx], found);
        EXPECT(memcmp(found, expected, sizeof found) == 0);
    }

    EXPECT(memo_torch_model_start(refusing, 1, &input, &run) == 0);
    EXPECT(memo_torch_run_wait(run, &count) == 703);
    EXPECT(last_error_has("this model"));
    EXPECT(memo_torch_run_close(run) == 0);

    /* What the model returns as it is, is not the caller's memory any more. */
    EXPECT(memo_torch_tensor_borrow(6, 0, NULL, 4, (uint8_t *)values, &scalar) == 0);
    EXPECT(memo_torch_model_run(refusing, 1, &scalar, &run) == 0);
    const uint8_t *bytes;
    uint32_t output;
    EXPECT(memo_torch_run_take(run, 1, &output) == 0);
    EXPECT(memo_torch_tensor_bytes(output, &bytes) == 0 && bytes != (uint8_t *)values);
    EXPECT(memcmp(bytes, values, 4) == 0);

    EXPECT(memo_torch_model_close(model) == 0);
    EXPECT(memo_torch_model_run(model, 1, &input, &run) == 603);
    EXPECT(memo_torch_tensor_close(input) == 0);
    EXPECT(memo_torch_model_run(refusing, 1, &input, &run) == 603);
}

/* Two results, with room for one more tensor: neither is opened, and the run can be taken later. */
static void all_or_none(const char *pair) {
    static uint32_t open[1 << 16];
    const double lengths[] = {1, 2, 32};
    uint32_t model, input, run, outputs[2], spare, count = 0;

    EXPECT(memo_torch_model_load(pair, &model) == 0);
    EXPECT(memo_torch_tensor_borrow(6, 3, lengths, 256, (uint8_t *)values, &input) == 0);
    EXPECT(memo_torch_model_run(model, 1, &input, &run) == 0);
    while (count < 1 << 16 && memo_torch_tensor_borrow(6, 0, NULL, 4, (uint8_t *)values, &open[count]) == 0) {
        count++;
    }
    EXPECT(count > 2 && count < 1 << 16);
    EXPECT(memo_torch_tensor_close(open[--count]) == 0);
    EXPECT(memo_torch_run_take(run, 2, outputs) == 601);
    EXPECT(memo_torch_tensor_borrow(6, 0, NULL, 4, (uint8_t *)values, &spare) == 0);
    EXPECT(memo_torch_tensor_close(spare) == 0);
    EXPECT(memo_torch_tensor_close(open[--count]) == 0);
    EXPECT(memo_torch_run_take(run, 2, outputs) == 0);
    EXPECT(memo_torch_tensor_close(outputs[0]) == 0 && memo_torch_tensor_close(outputs[1]) == 0);
    while (count > 0) EXPECT(memo_torch_tensor_close(open[--count]) == 0);
    EXPECT(memo_torch_tensor_close(input) == 0 && memo_torch_model_close(model) == 0);
}

int main(int count, char **args) {
    if (count != 4) return 2;
    for (int idx = 0; idx < ELEMENTS; idx++) values[idx] = (float)(idx % 97) / 97;
    scopes();
    tensors();
    runs(args[1], args[2]);
    all_or_none(args[3]);
    return broken > 0;
}
