// Serves a TorchScript model from plans: serve MODEL.pt 1 3 224 224
//
// c++ -std=c++17 -I bindings/torch examples/serve.cc -lmemo_torch_c -ltorch_cpu -lc10

#include <torch/script.h>

#include <cstdlib>
#include <iostream>
#include <vector>

#include "memo_torch.h"

int main(int count, char** args) {
    std::vector<int64_t> shape;
    for (int idx = 2; idx < count; idx++) {
        shape.push_back(std::atoll(args[idx]));
    }
    auto model = torch::jit::load(args[1]);
    model.eval();
    torch::InferenceMode inference;
    const auto input = torch::rand(shape);
    const auto expected = model.forward({input}).toTensor();

    memo::enable();
    for (int run = 0; run < 20; run++) {
        const auto output = model.forward({input}).toTensor();
        if (!output.equal(expected)) {
            return 1;
        }
        memo::settle();
    }
    for (int run = 0; run < 20; run++) {
        memo::Scope scope("softmax of a product", input);
        torch::softmax(input.matmul(input.transpose(-1, -2)), -1);
    }
    memo::settle();
    std::cout << memo::stats() << "\n";
}
