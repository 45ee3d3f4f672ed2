// Silent bugs these tests would catch: a mitigation measured without what its baseline pays for; an
// interval so short that writing it down is what is measured, or in a unit that nobody meant.

#include <gtest/gtest.h>

#include <chrono>

#include "tests/tools/bench/parsed_bench.hpp"

namespace walbench::tools {
namespace {

using namespace std::chrono_literals;
using engine::ConfigurationPlan;

TEST(AnatomyOptions, TheLockIsFollowedInEveryConfigurationAndMitigation) {
  const BenchOptions options = accepted(
      {"--threads", "1,10", "--profile", "zero", "--mitigation", "fair-queue", "--anatomy"});
  ASSERT_EQ(options.plan.configurations.size(), 2U);
  for (const ConfigurationPlan& plan : options.plan.configurations) {
    EXPECT_TRUE(plan.anatomy);
  }
  ASSERT_EQ(options.plan.mitigations.size(), 1U);
  EXPECT_TRUE(options.plan.mitigations.front().baseline.anatomy);
  EXPECT_TRUE(options.plan.mitigations.front().mitigation.anatomy) << "or they cannot be compared";
  expect_refused({{{"--anatomy", "deep"}, "deep"}});
}

TEST(AnatomyOptions, IntervalsAreTenMillisecondsOrMore) {
  EXPECT_EQ(accepted({"--interval", "250ms"}).interval, 250ms);
  EXPECT_EQ(accepted({"--interval", "10ms"}).interval, 10ms);
  EXPECT_EQ(accepted({"--interval", "1min"}).interval, 60s);
  expect_refused({{{"--interval", "9.999ms"}, "--interval: '9.999ms' is shorter than 10ms"},
                  {{"--interval", "0"}, "--interval: '0' is shorter than 10ms"},
                  {{"--interval", "1"}, "--interval: '1' has no unit"},
                  {{"--interval=-1s"}, "--interval: '-1s' is negative"},
                  {{"--interval", "often"}, "--interval: 'often' is not a duration"},
                  {{"--interval", "1e9h"}, "--interval"},
                  {{"--interval", ""}, "--interval"},
                  {{"--interval"}, "--interval"}});
}

}  // namespace
}  // namespace walbench::tools
