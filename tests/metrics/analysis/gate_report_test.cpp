// Silent bugs these tests would catch: a study accepted that was never made, or in which a
// threshold was missed, a database not verified, or no mitigation measured on both sides.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "metrics/analysis/findings.hpp"
#include "tests/support/example_results.hpp"

namespace walbench::metrics {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A whole study, in which all is well.
struct Study {
  std::vector<ConfigurationResult> configurations;
  std::vector<MitigationResult> mitigations;

  std::vector<Criterion> report() const {
    return analyse(configurations, mitigations).gate_report.value_or(std::vector<Criterion>(3));
  }
};

Study good_study() {
  Study study;
  for (const char* const profile : {"zero", "realistic"}) {
    ConfigurationResult& each = study.configurations.emplace_back(
        measured(10, profile, "per-file", 2'000'000'000,
                 {{Segment::fsm_net, 1000}, {Segment::db_total, 900}, {Segment::commit, 500}}));
    each.planned.api_delay_ns = 2'000'000'000;
  }
  study.configurations.push_back(measured(1, "zero", "per-file", 8'000'000'000));
  study.mitigations.push_back({example_info("shared-connection"),
                               repeated("per-file", {{2, 4'000'000}}),
                               repeated("shared-connection", {{1, 2'000'000}})});
  return study;
}

TEST(GateReport, IsOfThreeCriteriaThatAGoodStudyPasses) {
  const std::vector<Criterion> report = good_study().report();
  ASSERT_EQ(report.size(), 3U);
  EXPECT_EQ(report[0].name, "throughput measured");
  EXPECT_EQ(report[1].name, "bottleneck identified, and a mitigation tested before and after");
  EXPECT_EQ(report[2].name, "thresholds defined and met");
  for (const Criterion& criterion : report) {
    EXPECT_TRUE(criterion.passed) << criterion.name << ": " << criterion.evidence;
  }
}

TEST(GateReport, HasTheFiguresThatItIsJudgedBy) {
  const std::vector<Criterion> report = good_study().report();
  EXPECT_EQ(report[0].evidence,
            "3 configurations, every database verified; c=10 zero per-file: 200 transitions/s; "
            "c=10 realistic per-file: 200 transitions/s");
  EXPECT_EQ(report[1].evidence,
            "db_total, root cause commit; shared-connection: lock_wait P95 2.000 -> 1.000 ms (no "
            "difference shown)");
  EXPECT_THAT(report[2].evidence, HasSubstr("threshold_1 PASS: 2 s of 36.7 s"));
  EXPECT_THAT(report[2].evidence, HasSubstr("; threshold_2 PASS: 2 s of "));
}

TEST(GateReport, ThereIsNoneOfWhatIsNoStudy) {
  const Study whole = good_study();
  EXPECT_TRUE(analyse(whole.configurations, whole.mitigations).gate_report.has_value());
  EXPECT_FALSE(analyse(whole.configurations, {}).gate_report.has_value());
  EXPECT_FALSE(analyse({}, whole.mitigations).gate_report.has_value());
  for (const std::size_t without : {0U, 1U}) {
    Study study = good_study();
    study.configurations.at(without).planned.threads = 9;
    EXPECT_FALSE(analyse(study.configurations, study.mitigations).gate_report.has_value())
        << "no threshold " << without + 1;
  }
}

TEST(GateReport, FailsWhereADatabaseWasNotVerified) {
  Study study = good_study();
  study.configurations.back().verified = false;
  const std::vector<Criterion> report = study.report();
  EXPECT_FALSE(report[0].passed);
  EXPECT_THAT(report[0].evidence, HasSubstr("not every database was verified"));
  EXPECT_TRUE(report[1].passed);
  EXPECT_TRUE(report[2].passed);
}

TEST(GateReport, FailsWhereNothingWasWritten) {
  Study study = good_study();
  study.configurations.back().planned.files = 0;
  EXPECT_FALSE(study.report()[0].passed);
}

TEST(GateReport, FailsWhereNoBottleneckWasFound) {
  Study study = good_study();
  for (ConfigurationResult& each : study.configurations) {
    each.main.segments.clear();
  }
  const std::vector<Criterion> report = study.report();
  EXPECT_TRUE(report[0].passed);
  EXPECT_FALSE(report[1].passed);
  EXPECT_THAT(report[1].evidence, HasSubstr("no bottleneck was found"));
}

TEST(GateReport, FailsWhereNoMitigationHasBothSides) {
  Study study = good_study();
  study.mitigations[0].baseline = RepeatedResult();
  const std::vector<Criterion> report = study.report();
  EXPECT_FALSE(report[1].passed);
  EXPECT_THAT(report[1].evidence, Not(HasSubstr("shared-connection")));
  study.mitigations.push_back(good_study().mitigations.front());
  EXPECT_TRUE(study.report()[1].passed) << "one is enough";
}

TEST(GateReport, FailsWhereAThresholdWasMissed) {
  for (const std::size_t missed : {0U, 1U}) {
    Study study = good_study();
    study.configurations.at(missed).elapsed_longest_ns = 9'000'000'000'000;
    const std::vector<Criterion> report = study.report();
    EXPECT_TRUE(report[0].passed);
    EXPECT_TRUE(report[1].passed);
    EXPECT_FALSE(report[2].passed);
    EXPECT_THAT(report[2].evidence, HasSubstr("threshold_" + std::to_string(missed + 1) + " FAIL"));
  }
}

TEST(GateReport, FailsWhereTheUsersOwnGateOrTheThreadsFail) {
  Study limited = good_study();
  limited.configurations.back().planned.limits = {"elapsed>1s"};
  EXPECT_FALSE(limited.report()[2].passed);
  EXPECT_THAT(limited.report()[2].evidence, HasSubstr("elapsed>1s FAIL: 8 s of 1 s"));
  Study alone = good_study();
  alone.configurations.back().concurrency.os_threads = 0;
  EXPECT_FALSE(alone.report()[2].passed);
  EXPECT_THAT(alone.report()[2].evidence, HasSubstr("concurrency FAIL: 0 of 1 threads"));
}

}  // namespace
}  // namespace walbench::metrics
