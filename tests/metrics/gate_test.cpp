// Silent bugs these tests would catch: a gate that passes what is too slow, or judges another
// configuration than the one it names; a limit for 818 files held against a run of ten; a run whose
// threads never met that passes as one of ten threads.

#include "metrics/gate.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "metrics/configuration_result.hpp"

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
  result.elapsed_ns = elapsed_ns;
  result.concurrency.os_threads = threads;
  return result;
}

GateVerdict only_verdict(const ConfigurationResult& result, const std::vector<Gate>& gates) {
  const std::vector<GateVerdict> verdicts = judge(result, gates);
  EXPECT_EQ(verdicts.size(), 1U);
  return verdicts.empty() ? GateVerdict{} : verdicts.front();
}

std::string refusal(const std::string& text) {
  try {
    static_cast<void>(parse_gate(text));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Gate, TheStandardOnesAreTheDocumentedOnes) {
  const std::vector<Gate> gates = standard_gates();
  ASSERT_EQ(gates.size(), 2U);
  EXPECT_EQ(gates[0].name, "threshold_1");
  EXPECT_EQ(gates[0].profile, "zero");
  EXPECT_EQ(gates[0].threads, 10);
  EXPECT_EQ(gates[0].limit_ns, 300 * kSecond);
  EXPECT_EQ(gates[0].limit_files, 818);
  EXPECT_EQ(gates[1].name, "threshold_2");
  EXPECT_EQ(gates[1].profile, "realistic");
  EXPECT_EQ(gates[1].threads, 10);
  EXPECT_EQ(gates[1].limit_ns, 6 * kHour);
  EXPECT_EQ(gates[1].limit_files, 818);
}

TEST(Gate, ConcernsItsProfileAndThreadsOnly) {
  EXPECT_EQ(only_verdict(configuration("zero", 10, 818, 1), standard_gates()).gate, "threshold_1");
  EXPECT_EQ(only_verdict(configuration("realistic", 10, 818, 1), standard_gates()).gate,
            "threshold_2");
  EXPECT_TRUE(judge(configuration("zero", 1, 818, 1), standard_gates()).empty());
  EXPECT_TRUE(judge(configuration("realistic", 50, 818, 1), standard_gates()).empty());
  EXPECT_TRUE(judge(configuration("zero", 10, 818, 1), {}).empty());
}

TEST(Gate, ExactlyTheLimitPassesAndANanosecondMoreFails) {
  EXPECT_TRUE(only_verdict(configuration("zero", 10, 818, 300 * kSecond), standard_gates()).passed);
  EXPECT_FALSE(
      only_verdict(configuration("zero", 10, 818, 300 * kSecond + 1), standard_gates()).passed);
}

TEST(Gate, ItsLimitGrowsAndShrinksWithTheFiles) {
  const auto passes = [](std::int64_t files, std::int64_t elapsed_ns) {
    return only_verdict(configuration("zero", 10, files, elapsed_ns), standard_gates()).passed;
  };
  EXPECT_TRUE(passes(409, 150 * kSecond));
  EXPECT_FALSE(passes(409, 150 * kSecond + 1));
  EXPECT_TRUE(passes(1636, 600 * kSecond));
  EXPECT_FALSE(passes(1636, 600 * kSecond + 1));
  EXPECT_TRUE(passes(1, 366'748'166));
  EXPECT_FALSE(passes(1, 366'748'167));
}

TEST(Gate, AsManyFilesAsThereMayBeDoNotTurnItsLimitNegative) {
  const GateVerdict verdict =
      only_verdict(configuration("realistic", 10, 1'000'000'000, kHour), standard_gates());
  EXPECT_TRUE(verdict.passed) << verdict.evidence;
}

TEST(Gate, WhatTheUserWroteHoldsForAnyNumberOfFiles) {
  const std::vector<Gate> gates = {parse_gate("zero:2:10s")};
  EXPECT_TRUE(only_verdict(configuration("zero", 2, 1, 10 * kSecond), gates).passed);
  EXPECT_FALSE(only_verdict(configuration("zero", 2, 100'000, 10 * kSecond + 1), gates).passed);
}

TEST(Gate, EvidenceSaysByHowMuch) {
  const auto evidence = [](std::int64_t files, std::int64_t elapsed_ns) {
    return only_verdict(configuration("zero", 10, files, elapsed_ns), standard_gates()).evidence;
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

TEST(Gate, ALimitOfNothingIsStillToldInFigures) {
  const GateVerdict verdict =
      only_verdict(configuration("zero", 10, 818, kSecond), {{"none", "zero", 10, 0, 0}});
  EXPECT_FALSE(verdict.passed);
  EXPECT_EQ(verdict.evidence.find("inf"), std::string::npos) << verdict.evidence;
}

TEST(Gate, FailsARunWhoseThreadsDidNotAllMeet) {
  ConfigurationResult result = configuration("zero", 10, 818, kSecond);
  result.concurrency.os_threads = 9;
  const std::vector<GateVerdict> verdicts = judge(result, standard_gates());
  ASSERT_EQ(verdicts.size(), 2U) << "besides the others";
  EXPECT_EQ(verdicts[0].gate, "concurrency");
  EXPECT_FALSE(verdicts[0].passed);
  EXPECT_EQ(verdicts[0].evidence, "9 of 10 threads had met when the clock started");
  EXPECT_TRUE(verdicts[1].passed);
  EXPECT_EQ(only_verdict(result, {}).gate, "concurrency") << "also where no gate is set";
}

TEST(Gate, SeveralMayConcernOneConfiguration) {
  std::vector<Gate> gates = standard_gates();
  gates.push_back(parse_gate("zero:10:500ms"));
  const std::vector<GateVerdict> verdicts = judge(configuration("zero", 10, 818, kSecond), gates);
  ASSERT_EQ(verdicts.size(), 2U);
  EXPECT_TRUE(verdicts[0].passed);
  EXPECT_FALSE(verdicts[1].passed);
  EXPECT_EQ(verdicts[1].gate, "zero:10:500ms");
}

TEST(ParseGate, ReadsProfileThreadsAndLimit) {
  const Gate gate = parse_gate("realistic:50:1.5h");
  EXPECT_EQ(gate.name, "realistic:50:1.5h");
  EXPECT_EQ(gate.profile, "realistic");
  EXPECT_EQ(gate.threads, 50);
  EXPECT_EQ(gate.limit_ns, kHour + kHour / 2);
  EXPECT_EQ(gate.limit_files, 0);
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
    EXPECT_NE(refusal(text).find(why), std::string::npos) << '\'' << text << "': " << refusal(text);
  }
}

}  // namespace
}  // namespace walbench::metrics
