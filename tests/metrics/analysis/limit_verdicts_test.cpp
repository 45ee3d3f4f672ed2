// Silent bugs these tests would catch: a limit that passes what is too slow, or judges another
// configuration than the one it names; a limit for 818 files held against a run of ten; a run whose
// threads never met that passes as one of ten threads.

#include "metrics/analysis/limit_verdicts.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "metrics/result/configuration_result.hpp"

namespace walbench::metrics {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kHour = 3600 * kSecond;

ConfigurationResult configuration(const std::string& profile, std::int64_t threads,
                                  std::int64_t files, std::int64_t elapsed_ns) {
  ConfigurationResult result;
  result.planned.profile = profile;
  result.planned.threads = threads;
  result.planned.files = files;
  result.elapsed_ns = result.elapsed_longest_ns = elapsed_ns;
  result.concurrency.os_threads = threads;
  result.concurrency.in_flight_peak = threads;
  return result;
}

/// Without the thresholds, which are judged everywhere.
std::vector<LimitVerdict> judged(const ConfigurationResult& result,
                                 const std::vector<Limit>& limits = {}) {
  std::vector<LimitVerdict> verdicts = judge(result, limits);
  std::erase_if(verdicts,
                [](const LimitVerdict& each) { return each.limit.starts_with("threshold_"); });
  return verdicts;
}

LimitVerdict only_of(const std::vector<LimitVerdict>& verdicts) {
  EXPECT_EQ(verdicts.size(), 1U);
  return verdicts.empty() ? LimitVerdict{} : verdicts.front();
}

LimitVerdict only_verdict(const ConfigurationResult& result, const std::vector<Limit>& limits) {
  return only_of(judged(result, limits));
}

LimitVerdict threshold(const ConfigurationResult& result) {
  return only_of(judge(result));
}

TEST(LimitVerdicts, ConcernsItsProfileAndThreadsOnly) {
  EXPECT_EQ(threshold(configuration("zero", 10, 818, 1)).limit, "threshold_1");
  EXPECT_EQ(threshold(configuration("realistic", 10, 818, 1)).limit, "threshold_2");
  EXPECT_TRUE(judge(configuration("zero", 1, 818, 1)).empty());
  EXPECT_TRUE(judge(configuration("realistic", 50, 818, 1)).empty());
}

TEST(LimitVerdicts, ExactlyTheLimitPassesAndANanosecondMoreFails) {
  EXPECT_TRUE(threshold(configuration("zero", 10, 818, 300 * kSecond)).passed);
  EXPECT_FALSE(threshold(configuration("zero", 10, 818, 300 * kSecond + 1)).passed);
}

TEST(LimitVerdicts, FailIfNotEveryFileWasIndexedHoweverFastTheOthersWere) {
  ConfigurationResult result = configuration("zero", 10, 818, kSecond);
  result.iterations = 806;
  result.given_up.busy = 12;
  const std::vector<LimitVerdict> verdicts = judge(result);
  ASSERT_EQ(verdicts.size(), 2U);
  EXPECT_EQ(verdicts[0], (LimitVerdict{"indexed", false, "12 of 818 files were not indexed"}));
  EXPECT_EQ(verdicts[1].limit, "threshold_1");
  EXPECT_FALSE(verdicts[1].passed);
  EXPECT_EQ(verdicts[1].evidence, "12 of 818 files were not indexed; 1 s of 300 s, 300x");
  result.planned.threads = 5;
  EXPECT_EQ(only_of(judge(result)).limit, "indexed") << "of any number of threads";
  result.planned.workload = "claim";
  EXPECT_TRUE(judge(result).empty()) << "scripts have no files";
}

TEST(LimitVerdicts, ItsLimitGrowsAndShrinksWithTheFiles) {
  const auto passes = [](std::int64_t files, std::int64_t elapsed_ns) {
    return threshold(configuration("zero", 10, files, elapsed_ns)).passed;
  };
  EXPECT_TRUE(passes(409, 150 * kSecond));
  EXPECT_FALSE(passes(409, 150 * kSecond + 1));
  EXPECT_TRUE(passes(1636, 600 * kSecond));
  EXPECT_FALSE(passes(1636, 600 * kSecond + 1));
  EXPECT_TRUE(passes(1, 366'748'166));
  EXPECT_FALSE(passes(1, 366'748'167));
}

LimitVerdict realistic(std::int64_t files, std::int64_t api_delay_ns, std::int64_t elapsed_ns) {
  ConfigurationResult result = configuration("realistic", 10, files, elapsed_ns);
  result.planned.api_delay_ns = api_delay_ns;
  return threshold(result);
}

TEST(LimitVerdicts, Threshold2GrowsAndShrinksWithTheDelayOfACall) {
  EXPECT_TRUE(realistic(818, kSecond / 20, 540 * kSecond).passed) << "6 h / 40 is 9 min";
  EXPECT_FALSE(realistic(818, kSecond / 20, 540 * kSecond + 1).passed);
  EXPECT_TRUE(realistic(818, 4 * kSecond, 12 * kHour).passed);
  EXPECT_FALSE(realistic(818, 4 * kSecond, 12 * kHour + 1).passed);
  EXPECT_EQ(realistic(818, kSecond / 20, 270 * kSecond).evidence,
            "270 s of 540 s, 2.00x (limit scaled from 2 s to 50 ms an API call)");
  EXPECT_EQ(realistic(818, 2 * kSecond, 3 * kHour).evidence, "3 h of 6 h, 2.00x");
}

TEST(LimitVerdicts, BothScalingsMultiply) {
  EXPECT_TRUE(realistic(409, kSecond, 90 * 60 * kSecond).passed);
  EXPECT_FALSE(realistic(409, kSecond, 90 * 60 * kSecond + 1).passed);
  EXPECT_EQ(realistic(409, kSecond, 180 * 60 * kSecond).evidence,
            "3 h of 1 h 30 min, 2.00x too long (limit scaled from 818 files to 409 and from 2 s to "
            "1 s an API call)");
}

TEST(LimitVerdicts, ShortDelaysScaleLikeThatOfAQuickRun) {
  const std::int64_t least = 540 * kSecond;
  for (const std::int64_t delay : {std::int64_t{0}, kSecond / 50'000, kSecond / 20}) {
    EXPECT_TRUE(realistic(818, delay, least).passed) << delay;
    EXPECT_FALSE(realistic(818, delay, least + 1).passed) << delay;
  }
  EXPECT_TRUE(realistic(818, kSecond / 10, 2 * least).passed);
  EXPECT_EQ(realistic(818, 0, 270 * kSecond).evidence,
            "270 s of 540 s, 2.00x (limit scaled from 2 s to 50 ms an API call)");
}

TEST(LimitVerdicts, Threshold1IsForAnyDelay) {
  ConfigurationResult result = configuration("zero", 10, 818, 300 * kSecond);
  result.planned.api_delay_ns = 1;
  EXPECT_TRUE(threshold(result).passed);
}

TEST(LimitVerdicts, AsManyFilesAsThereMayBeDoNotTurnItsLimitNegative) {
  const LimitVerdict verdict = threshold(configuration("realistic", 10, 1'000'000'000, kHour));
  EXPECT_TRUE(verdict.passed) << verdict.evidence;
}

TEST(LimitVerdicts, WhatTheUserWroteHoldsForAnyNumberOfFiles) {
  const std::vector<Limit> limits = {parse_limit("elapsed{threads=2}>10s")};
  EXPECT_TRUE(only_verdict(configuration("zero", 2, 1, 10 * kSecond), limits).passed);
  EXPECT_FALSE(only_verdict(configuration("zero", 2, 100'000, 10 * kSecond + 1), limits).passed);
}

TEST(LimitVerdicts, EvidenceSaysByHowMuch) {
  const auto evidence = [](std::int64_t files, std::int64_t elapsed_ns) {
    return threshold(configuration("zero", 10, files, elapsed_ns)).evidence;
  };
  EXPECT_EQ(evidence(818, 1'030'000'000), "1.03 s of 300 s, 291x");
  EXPECT_EQ(evidence(818, 200 * kSecond), "200 s of 300 s, 1.50x");
  EXPECT_EQ(evidence(818, 450 * kSecond), "450 s of 300 s, 1.50x too long");
  EXPECT_EQ(evidence(818, 6000 * kSecond), "1 h 40 min of 300 s, 20x too long");
  EXPECT_EQ(evidence(409, 100 * kSecond),
            "100 s of 150 s, 1.50x (limit scaled from 818 files to 409)");
  EXPECT_EQ(evidence(409, 300 * kSecond),
            "300 s of 150 s, 2.00x too long (limit scaled from 818 files to 409)");
}

TEST(LimitVerdicts, ALimitOfNothingIsStillToldInFigures) {
  const LimitVerdict verdict =
      only_verdict(configuration("zero", 10, 818, kSecond), {parse_limit("elapsed>0")});
  EXPECT_FALSE(verdict.passed);
  EXPECT_EQ(verdict.evidence.find("inf"), std::string::npos) << verdict.evidence;
}

TEST(LimitVerdicts, FailsARunWhoseThreadsDidNotAllMeet) {
  ConfigurationResult result = configuration("zero", 10, 818, kSecond);
  result.concurrency.os_threads = 9;
  const std::vector<LimitVerdict> verdicts = judge(result);
  ASSERT_EQ(verdicts.size(), 2U) << "besides the others";
  EXPECT_EQ(verdicts[0].limit, "concurrency");
  EXPECT_FALSE(verdicts[0].passed);
  EXPECT_EQ(verdicts[0].evidence, "9 of 10 threads had met when the clock started");
  EXPECT_TRUE(verdicts[1].passed);
  EXPECT_EQ(only_verdict(result, {}).limit, "concurrency") << "also where no limit is set";
}

/// 10,000 lifecycles in flight on the four threads that group commit needs.
ConfigurationResult grouped(std::int64_t files, std::int64_t in_flight_peak) {
  ConfigurationResult result = configuration("zero", 10'000, files, kSecond);
  result.planned.commit = "group";
  result.concurrency.os_threads = 4;
  result.concurrency.in_flight_peak = in_flight_peak;
  return result;
}

TEST(LimitVerdicts, WithGroupCommitConcurrencyIsLifecyclesInFlightNotThreads) {
  EXPECT_TRUE(judge(grouped(50'000, 10'000)).empty());
  const LimitVerdict verdict = threshold(grouped(50'000, 9'999));
  EXPECT_EQ(verdict.limit, "concurrency");
  EXPECT_FALSE(verdict.passed);
  EXPECT_EQ(verdict.evidence, "9999 of 10000 lifecycles were in flight at most");
}

TEST(LimitVerdicts, WithGroupCommitNoMoreCanBeInFlightThanThereAreFiles) {
  EXPECT_TRUE(judged(grouped(300, 300)).empty());
  EXPECT_EQ(only_verdict(grouped(300, 299), {}).evidence,
            "299 of 300 lifecycles were in flight at most");
}

TEST(LimitVerdicts, OfOtherStrategiesTheThreadsCountNotThePeak) {
  for (const char* const commit : {"each", "batch:10", ""}) {
    ConfigurationResult result = configuration("zero", 10, 100, kSecond);
    result.planned.commit = commit;
    result.concurrency.in_flight_peak = 3;
    EXPECT_TRUE(judged(result).empty()) << "short lifecycles overlap by chance: " << commit;
    result.concurrency.os_threads = 9;
    result.concurrency.in_flight_peak = 10;
    EXPECT_EQ(only_verdict(result, {}).limit, "concurrency") << commit;
  }
}

TEST(LimitVerdicts, AreOfThresholdsOfThePlanAndOfWhatIsAskedAndOfEachOnce) {
  ConfigurationResult result = configuration("zero", 10, 818, kSecond);
  result.planned.limits = {"elapsed{threads=10}>500ms", "elapsed>2s"};
  std::vector<std::string> names;
  for (const LimitVerdict& verdict :
       judge(result, {parse_limit("elapsed>2s"), parse_limit("elapsed>3s")})) {
    names.push_back(verdict.limit + (verdict.passed ? " PASS" : " FAIL"));
  }
  EXPECT_EQ(names, (std::vector<std::string>{"threshold_1 PASS", "elapsed{threads=10}>500ms FAIL",
                                             "elapsed>2s PASS", "elapsed>3s PASS"}));
}

// A sum over repeats is not what the user bounds, and a mean would hide the repeat that failed.
TEST(LimitVerdicts, OfRepeatsTheLongestTimeAndTheMeanCountAreJudged) {
  ConfigurationResult result = configuration("zero", 10, 818, 5 * kSecond);
  result.repeats = 5;
  result.elapsed_longest_ns = 2 * kSecond;
  result.busy_retries = 100;
  const auto passes = [&](const char* limit) {
    return only_verdict(result, {parse_limit(limit)}).passed;
  };
  EXPECT_TRUE(passes("elapsed>2s"));
  EXPECT_FALSE(passes("elapsed>1900ms"));
  EXPECT_TRUE(passes("busy_retries>20"));
  EXPECT_FALSE(passes("busy_retries>19"));
  EXPECT_TRUE(passes("repeats_pooled<5"));
}

TEST(LimitVerdicts, AnAbsurdRatioIsNotCountedOut) {
  const auto evidence = [](const char* limit) {
    return only_verdict(configuration("zero", 10, 818, kSecond), {parse_limit(limit)}).evidence;
  };
  EXPECT_EQ(evidence("elapsed>1ns"), "1 s of 1 ns, more than 1000x too long");
  EXPECT_EQ(evidence("elapsed>2ms"), "1 s of 2 ms, 500x too long");
  EXPECT_EQ(evidence("elapsed>9h"), "1 s of 9 h, more than 1000x");
}

TEST(LimitVerdicts, PercentilesAndThroughputsAreJudgedInTheirUnits) {
  ConfigurationResult result = configuration("zero", 10, 818, kSecond);
  result.planned.transitions_per_file = 4;
  Histogram waits;
  ASSERT_TRUE(waits.record(5'000'000, 10));
  result.main.segments.push_back({Segment::lock_wait, waits});
  const auto verdict = [&result](const std::string& text) {
    return only_verdict(result, {parse_limit(text)});
  };
  EXPECT_FALSE(verdict("lock_wait.p99>2ms").passed);
  EXPECT_TRUE(verdict("lock_wait.p99>2ms").evidence.starts_with("5 ms of 2 ms, 2.50x too long"));
  EXPECT_TRUE(verdict("lock_wait.p99>6ms").passed);
  EXPECT_TRUE(verdict("lock_wait.p99<2ms").passed);
  EXPECT_EQ(verdict("lock_wait.p99<10ms").evidence, "5 ms of 10 ms, 2.00x too little");
  EXPECT_EQ(verdict("transitions_per_second<6544").evidence, "3272 of 6544, 2.00x too little");
  EXPECT_FALSE(verdict("transitions_per_second>1636").passed);
  EXPECT_TRUE(verdict("transitions_per_second<3272").passed) << "exactly the bound";
}

TEST(LimitVerdicts, NoneOnAFigureThatIsNotThereOrOfAComparison) {
  const ConfigurationResult result = configuration("zero", 10, 818, kSecond);
  EXPECT_TRUE(
      judged(result, {parse_limit("lock_wait.p99>1ms"), parse_limit("elapsed>+10%")}).empty());
}

}  // namespace
}  // namespace walbench::metrics
