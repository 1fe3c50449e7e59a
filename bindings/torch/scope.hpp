
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
