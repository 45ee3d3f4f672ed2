// Silent bugs these tests would catch: a share of a ceiling that moved, told as a feat; a loaded
// machine that looks like an idle one; advice on a timeout from waits that are not known.

#include "metrics/analysis/configuration_findings.hpp"

#include <gtest/gtest.h>

#include "tests/support/example_results.hpp"

namespace walbench::metrics {
namespace {

TEST(CeilingShare, IsInWritesNotTransitionsWithItsRange) {
  ConfigurationResult result = measured(10, "zero", "per-file", 2'000'000'000);
  result.writes = 300;
  EXPECT_FALSE(analyse_configuration(result).ceiling_share.has_value()) << "it was not measured";
  result.ceiling = {.group_size = 50,
                    .checkpoint = "auto",
                    .writes_per_second = 200,
                    .least_per_second = 120,
                    .most_per_second = 240};
  const auto share = analyse_configuration(result).ceiling_share;
  ASSERT_TRUE(share.has_value());
  EXPECT_DOUBLE_EQ(share->share, 0.75);
  EXPECT_DOUBLE_EQ(share->low, 0.625);
  EXPECT_DOUBLE_EQ(share->high, 1.25);
  EXPECT_FALSE(share->moved()) << "by chance one round was slower";
  result.ceiling->writes_per_second = 149;
  EXPECT_TRUE(analyse_configuration(result).ceiling_share->moved());
  result.ceiling->writes_per_second = 0;
  EXPECT_FALSE(analyse_configuration(result).ceiling_share.has_value()) << "no number of nothing";
}

TEST(Load, IsSaidAboveAFifthOfACpuOrATenthOfTheTime) {
  ConfigurationResult result = measured(10, "zero", "per-file", 200'000'000);
  const auto loaded = [&](std::optional<double> cores, std::optional<double> pressure) {
    result.load = {cores, pressure};
    return analyse_configuration(result).loaded.has_value();
  };
  EXPECT_FALSE(loaded(std::nullopt, std::nullopt)) << "not known";
  EXPECT_FALSE(loaded(0.2, 0.1));
  EXPECT_TRUE(loaded(0.21, std::nullopt));
  EXPECT_TRUE(loaded(std::nullopt, 0.11));
  result.elapsed_ns = 199'999'999;
  EXPECT_FALSE(loaded(1, 1)) << "too short to tell";
}

TEST(Timeouts, AreKnownIfEveryWaitIs) {
  ConfigurationResult result = measured(10, "zero", "per-file", 200'000'000);
  result.planned.queue = "sqlite";
  result.commits = 3000;
  ASSERT_EQ(analyse_configuration(result).timeouts.size(), 2U);
  EXPECT_EQ(analyse_configuration(result).timeouts[0].timeout_ms, 0) << "nobody waited";
  result.write_lock.waits = 1;
  EXPECT_TRUE(analyse_configuration(result).timeouts.empty()) << "the file is missing";
  result.main.segments = {{Segment::busy_asked, histogram_of(2'000'000)}};
  EXPECT_EQ(analyse_configuration(result).timeouts[0].timeout_ms, 3);
  for (const auto& [queue, commit] : {std::pair("mutex", "each"), std::pair("sqlite", "group")}) {
    result.planned.queue = queue;
    result.planned.commit = commit;
    EXPECT_TRUE(analyse_configuration(result).timeouts.empty()) << "not in SQLite";
  }
}

}  // namespace
}  // namespace walbench::metrics
