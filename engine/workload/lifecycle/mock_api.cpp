#include "engine/workload/lifecycle/mock_api.hpp"

#include <algorithm>
#include <utility>

#include "metrics/splitmix.hpp"

namespace walbench::engine {
namespace {

/// Random numbers that belong to one call: splitmix64 (Steele, Lea, Flood 2014), started from a
/// hash of what the call is about.
class CallRandom {
 public:
  CallRandom(std::uint64_t seed, std::string_view subject, std::int64_t attempt)
      : state_(kFnvOffset ^ seed) {
    for (const char c : subject) {
      state_ = (state_ ^ static_cast<unsigned char>(c)) * kFnvPrime;
    }
    state_ = (state_ ^ static_cast<std::uint64_t>(attempt)) * kFnvPrime;
    // Started anew from its own output: streams whose states differ by a few steps would overlap,
    // so that one attempt's delay would show how the next one ends.
    state_ = metrics::splitmix64(state_);
  }

  /// The next number in (0, 1].
  double uniform() {
    constexpr double kOneBy2To53 = 0x1p-53;
    return static_cast<double>((metrics::splitmix64(state_) >> 11U) + 1) * kOneBy2To53;
  }

 private:
  static constexpr std::uint64_t kFnvOffset = 0xCBF29CE484222325U;
  static constexpr std::uint64_t kFnvPrime = 0x100000001B3U;

  std::uint64_t state_;
};

struct CallDraw {
  std::chrono::nanoseconds delay;
  bool fails;
};

CallDraw draw(const ApiBehaviour& behaviour, std::string_view subject, std::int64_t attempt) {
  if (behaviour.fail_rate == 0 && behaviour.delay.is_constant()) {
    return {behaviour.delay.draw(1, 1), false};
  }
  CallRandom random(behaviour.seed, subject, attempt);
  const double one = random.uniform();
  const double other = random.uniform();
  return {behaviour.delay.draw(one, other), random.uniform() <= behaviour.fail_rate};
}

}  // namespace

std::string api_failure_text(std::string_view call, std::int64_t attempt) {
  return std::string(call) + " failed at attempt " + std::to_string(attempt);
}

MockApi::MockApi(const metrics::Clock& clock, ApiBehaviour behaviour, std::stop_token stop)
    : clock_(clock), behaviour_(std::move(behaviour)), stop_(std::move(stop)) {}

UploadedFile MockApi::uploaded_file(std::string_view path) {
  std::string flat(path);
  std::ranges::replace(flat, '/', '_');
  return {"files/mock_" + flat, "uri://mock_" + flat};
}

std::string MockApi::document_id(std::string_view name) {
  return "doc_" + std::string(name);
}

ApiCall<UploadedFile> MockApi::upload_file(std::string_view path, std::int64_t attempt,
                                           Timer* timer) const {
  return call(path, attempt, timer, uploaded_file(path));
}

ApiCall<std::string> MockApi::import_to_store(std::string_view name, std::int64_t attempt,
                                              Timer* timer) const {
  return call(name, attempt, timer, document_id(name));
}

ApiFate MockApi::fate(std::string_view path) const {
  ApiFate fate;
  if (!can_fail()) return fate;
  const std::string name = uploaded_file(path).name;
  for (std::int64_t attempt = 1;; ++attempt) {
    if (call_fails(path, attempt)) {
      fate.upload_failures += 1;
    } else if (call_fails(name, attempt)) {
      fate.import_failures += 1;
    } else {
      return fate;
    }
  }
}

bool MockApi::call_fails(std::string_view subject, std::int64_t attempt) const {
  return can_fail() && draw(behaviour_, subject, attempt).fails;
}

template <typename Answer>
ApiCall<Answer> MockApi::call(std::string_view subject, std::int64_t attempt, Timer* timer,
                              Answer answer) const {
  const auto [delay, fails] = draw(behaviour_, subject, attempt);
  std::optional<Answer> outcome = fails ? std::nullopt : std::optional(std::move(answer));
  if (delay.count() > 0 && timer != nullptr) {
    return ApiCall<Answer>(std::move(outcome), *timer, clock_.now_ns() + delay.count());
  }
  if (delay.count() > 0 && !clock_.sleep_for(delay, stop_)) throw ApiCallCancelled();
  // An API that fails at once could be called for ever.
  if (fails && stop_.stop_requested()) throw ApiCallCancelled();
  return ApiCall<Answer>(std::move(outcome));
}

}  // namespace walbench::engine
