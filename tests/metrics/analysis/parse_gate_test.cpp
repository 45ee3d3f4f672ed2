// Silent bugs these tests would catch: a limit on another segment or percentile than the user
// wrote; a percentile just below its limit that fails, or at it that passes; a gate with a slip of
// the pen that is taken for another gate instead of being refused.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "metrics/analysis/gate.hpp"
#include "metrics/result/configuration_result.hpp"
#include "tests/support/example_results.hpp"

namespace walbench::metrics {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kHour = 3600 * kSecond;

std::string refusal(const std::string& text) {
  try {
    static_cast<void>(parse_gate(text));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

TEST(ParseGate, ReadsProfileThreadsAndLimit) {
  const Gate gate = parse_gate("realistic:50:1.5h");
  EXPECT_EQ(gate.name, "realistic:50:1.5h");
  EXPECT_EQ(gate.profile, "realistic");
  EXPECT_EQ(gate.threads, 50);
  EXPECT_EQ(gate.limit_ns, kHour + kHour / 2);
  EXPECT_EQ(gate.limit_files, 0);
  EXPECT_EQ(gate.limit_api_delay_ns, 0);
  EXPECT_FALSE(gate.statistic.has_value());
}

TEST(ParseGate, RefusesEverythingElse) {
  const std::vector<std::pair<std::string, std::string>> refused = {
      {"", "is not a gate"},
      {"zero", "is not a gate"},
      {"zero:10", "is not a gate"},
      {":10:300s", "is no profile"},
      {"fast:10:300s", "is no profile"},
      {"Zero:10:300s", "is no profile"},
      {"zero::300s", "is no number of threads"},
      {"zero:0:300s", "is no number of threads"},
      {"zero:-1:300s", "is no number of threads"},
      {"zero:+1:300s", "is no number of threads"},
      {"zero:1.5:300s", "is no number of threads"},
      {"zero:ten:300s", "is no number of threads"},
      {"zero: 10:300s", "is no number of threads"},
      {"zero:10 :300s", "is no number of threads"},
      {"zero:99999999999999999999:300s", "is no number of threads"},
      {"zero:10:", "is not a duration"},
      {"zero:10:300", "has no unit"},
      {"zero:10:-1s", "is negative"},
      {"zero:10:300s:", "has an unknown unit"},
      {"zero:10:300s:400s", "has an unknown unit"},
  };
  for (const auto& [text, why] : refused) {
    EXPECT_THAT(refusal(text), HasSubstr(why)) << '\'' << text << '\'';
  }
}

TEST(ParseGate, ReadsAPercentileOfASegment) {
  const Gate gate = parse_gate("zero:10:lock_wait.p99<5ms");
  EXPECT_EQ(gate.name, "zero:10:lock_wait.p99<5ms");
  EXPECT_EQ(gate.profile, "zero");
  EXPECT_EQ(gate.threads, 10);
  EXPECT_EQ(gate.limit_ns, 5'000'000);
  ASSERT_TRUE(gate.statistic.has_value());
  EXPECT_EQ(gate.statistic->segment, Segment::lock_wait);
  EXPECT_EQ(gate.statistic->percentile, 99);
  EXPECT_EQ(gate.statistic->name, "lock_wait.p99");
}

TEST(ParseGate, ReadsEveryPercentileThereIs) {
  const std::vector<std::pair<std::string, double>> percentiles = {
      {"p0", 0}, {"p50", 50}, {"p99.9", 99.9}, {"p99.999", 99.999}, {"p100", 100}, {"max", 100}};
  for (const auto& [name, percentile] : percentiles) {
    const Gate gate = parse_gate("realistic:1:fsm_net." + name + "<1s");
    ASSERT_TRUE(gate.statistic.has_value()) << name;
    EXPECT_EQ(gate.statistic->percentile, percentile) << name;
  }
}

TEST(ParseGate, RefusesStatisticsThatAreNone) {
  const std::string segment = "is no segment; there are fsm_net, lock_wait,";
  const std::string percentile =
      "behind 'lock_wait' must follow a percentile or max, as in lock_wait.p99";
  const std::vector<std::pair<std::string, std::string>> refused = {
      {"<5ms", "'' " + segment},
      {".p99<5ms", "'' " + segment},
      {"p99<5ms", "'p99' " + segment},
      {"lockwait.p99<5ms", "'lockwait' " + segment},
      {"lock_wait_ms.p99<5ms", "'lock_wait_ms' " + segment},
      {"lock_wait<5ms", percentile},
      {"lock_wait.<5ms", percentile},
      {"lock_wait.p<5ms", percentile},
      {"lock_wait.99<5ms", percentile},
      {"lock_wait.P99<5ms", percentile},
      {"lock_wait.p99 <5ms", percentile},
      {"lock_wait.p100.1<5ms", percentile},
      {"lock_wait.p-1<5ms", percentile},
      {"lock_wait.p-0<5ms", percentile},
      {"lock_wait.p1e1<5ms", percentile},
      {"lock_wait.pnan<5ms", percentile},
      {"lock_wait.pinf<5ms", percentile},
      {"lock_wait.mean<5ms", percentile},
      {"lock_wait.maximum<5ms", percentile},
      {"lock_wait.p99", "is not a duration"},
      {"lock_wait.p99<", "is not a duration"},
      {"lock_wait.p99<=5ms", "is not a duration"},
      {"lock_wait.p99<5", "has no unit"},
      {"lock_wait.p99<-5ms", "is negative"},
      {"lock_wait.p99<5ms<6ms", "has an unknown unit"},
      {"lock_wait.p99>5ms", "is not a duration"},
  };
  for (const auto& [statistic, why] : refused) {
    EXPECT_THAT(refusal("zero:10:" + statistic), HasSubstr(why)) << '\'' << statistic << '\'';
  }
}

GateVerdict verdict_of(const ConfigurationResult& result, const std::string& statistic) {
  const std::vector<GateVerdict> verdicts = judge(result, {parse_gate("zero:10:" + statistic)});
  EXPECT_EQ(verdicts.size(), 1U) << statistic;
  return verdicts.empty() ? GateVerdict{} : verdicts.front();
}

ConfigurationResult with_lock_wait(const Histogram& histogram) {
  ConfigurationResult result = measured(10, "zero", "per-file", 100 * kHour);
  result.segments.push_back({Segment::lock_wait, histogram});
  return result;
}

TEST(PercentileGate, LimitsItsPercentileAndNothingElse) {
  const ConfigurationResult result = with_lock_wait(example_histogram());
  const std::vector<std::pair<std::string, std::int64_t>> statistics = {
      {"p0", 100}, {"p50", 100}, {"p95", 200}, {"p99", 300}, {"p99.9", 400}, {"max", 500}};
  for (const auto& [name, ns] : statistics) {
    const std::string limit = "lock_wait." + name + "<";
    EXPECT_TRUE(verdict_of(result, limit + std::to_string(ns + 1) + "ns").passed) << name;
    EXPECT_FALSE(verdict_of(result, limit + std::to_string(ns) + "ns").passed)
        << name << ": at its limit is not below it";
  }
}

TEST(PercentileGate, EvidenceHasTheFigures) {
  const ConfigurationResult result = with_lock_wait(example_histogram());
  EXPECT_EQ(verdict_of(result, "lock_wait.p99.9<800ns").evidence,
            "lock_wait.p99.9 is 400 ns, limit 800 ns, 2.00x");
  EXPECT_EQ(verdict_of(result, "lock_wait.max<10ns").evidence,
            "lock_wait.max is 500 ns, limit 10 ns, 50x too long");
  EXPECT_EQ(verdict_of(result, "lock_wait.max<10ns").gate, "zero:10:lock_wait.max<10ns");
  EXPECT_EQ(verdict_of(result, "lock_wait.max<0").evidence, "lock_wait.max is 500 ns, limit 0 ns");
}

TEST(PercentileGate, FailsWhereThereAreNoSamples) {
  const GateVerdict verdict =
      verdict_of(measured(10, "zero", "per-file", kSecond), "failed_attempt.max<1h");
  EXPECT_FALSE(verdict.passed);
  EXPECT_EQ(verdict.evidence, "this configuration has no failed_attempt");
}

TEST(PercentileGate, ItsLimitDoesNotGrowWithTheFiles) {
  ConfigurationResult result = with_lock_wait(histogram_of(400));
  result.planned.files = 1'000'000;
  result.planned.api_delay_ns = kHour;
  EXPECT_FALSE(verdict_of(result, "lock_wait.max<400ns").passed);
}

TEST(PercentileGate, ConcernsItsProfileAndThreadsOnly) {
  const std::vector<Gate> gates = {parse_gate("zero:10:lock_wait.max<1ns"),
                                   parse_gate("zero:1:lock_wait.max<1ns"),
                                   parse_gate("realistic:10:lock_wait.max<1ns")};
  const std::vector<GateVerdict> verdicts = judge(with_lock_wait(histogram_of(400)), gates);
  ASSERT_EQ(verdicts.size(), 1U);
  EXPECT_EQ(verdicts[0].gate, "zero:10:lock_wait.max<1ns");
}

}  // namespace
}  // namespace walbench::metrics
