// Silent bugs these tests would catch: a cost of measuring that is told as nothing, or does not
// follow the clock.

#include "metrics/recording/measure_self_cost.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>

namespace walbench::metrics {
namespace {

/// Goes on by a fixed step at each reading.
class SteppingClock final : public Clock {
 public:
  explicit SteppingClock(std::int64_t step_ns) : step_ns_(step_ns) {}
  std::int64_t now_ns() const noexcept override { return now_ns_ += step_ns_; }
  [[nodiscard]] bool sleep_for(std::chrono::nanoseconds, const std::stop_token&) const override {
    return true;
  }
  void pause_for(std::chrono::nanoseconds) const override {}
  void wait_until(std::int64_t, std::unique_lock<std::mutex>&,
                  std::condition_variable&) const override {}

 private:
  std::int64_t step_ns_;
  mutable std::int64_t now_ns_ = 0;
};

TEST(SelfCost, IsMeasured) {
  const SelfCost cost = measure_self_cost(SteadyClock());
  EXPECT_GT(cost.clock_resolution_ns, 0);
  EXPECT_GT(cost.clock_read_ns, 0);
  EXPECT_GT(cost.record_enqueue_ns, 0);
  EXPECT_GT(cost.sample_record_ns, 0);
}

TEST(SelfCost, ResolutionAndCostFollowTheClock) {
  const SelfCost cost = measure_self_cost(SteppingClock(40));
  EXPECT_EQ(cost.clock_resolution_ns, 40);
  EXPECT_NEAR(cost.clock_read_ns, 40, 0.1) << "a reading of this clock takes a step";
  EXPECT_EQ(measure_self_cost(SteppingClock(0)).clock_resolution_ns, 0) << "it stands still";
}

}  // namespace
}  // namespace walbench::metrics
