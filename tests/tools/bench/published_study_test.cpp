// Silent bugs these tests would catch: a change published with half a pair, or not at all because
// its last pair failed; a failure that the run's JSON does not name.

#include "tools/bench/published_study.hpp"

#include <gtest/gtest.h>

#include <string>

#include "metrics/result/result_set.hpp"
#include "tests/support/example_results.hpp"
#include "tests/support/temporary_folder.hpp"

namespace walbench::tools {
namespace {

using metrics::ConfigurationResult;
using metrics::Segment;

class PublishedStudyTest : public test_support::TemporaryFolderTest {
 protected:
  PublishedStudyTest() : folder_(directory()) {
    run_.timestamp = "2026-01-31T23:59:59Z";
    plan_.configurations.emplace_back();
    for (const char* const name : {"first", "second"}) {
      engine::MitigationPlan& change = plan_.mitigations.emplace_back();
      change.info = metrics::example_info(name);
      change.repeats = 3;
    }
  }

  static ConfigurationResult result(const std::string& strategy) {
    return metrics::measured(10, "zero", strategy, 1'000'000'000,
                             {{Segment::fsm_net, 1000}, {Segment::lock_wait, 500}});
  }
  void pair(PublishedStudy& study, std::size_t of) const {
    study.on_pair(plan_.mitigations[of], result("per-file"),
                  result(plan_.mitigations[of].info.name));
  }
  metrics::LoadedRun published() const {
    const metrics::ResultSet set = metrics::load_results({directory()});
    EXPECT_TRUE(set.problems.empty());
    return set.runs.empty() ? metrics::LoadedRun() : set.runs.front();
  }

  metrics::ResultsFolder folder_;
  engine::RunPlan plan_;
  metrics::RunResult run_;
};

TEST_F(PublishedStudyTest, AConfigurationAndEachPairAreThereAtOnce) {
  PublishedStudy study(folder_, plan_, run_, [](metrics::RunResult&) {});
  EXPECT_EQ(run_.planned.size(), 3U);
  study.on_measured(result("per-file"));
  EXPECT_EQ(published().configurations.size(), 1U);
  for (const std::size_t pairs : {1U, 2U, 3U}) {
    pair(study, 0);
    ASSERT_EQ(published().mitigations.size(), 1U);
    EXPECT_EQ(published().mitigations[0].baseline.repeats.size(), pairs);
    EXPECT_EQ(published().mitigations[0].mitigation.repeats.size(), pairs);
  }
  EXPECT_FALSE(run_.complete);
  study.finish(true);
  EXPECT_TRUE(run_.complete);
}

TEST_F(PublishedStudyTest, AFailureOrAnInterruptionKeepsTheWholePairsBeforeIt) {
  PublishedStudy study(folder_, plan_, run_, [](metrics::RunResult&) {});
  pair(study, 0);
  study.on_failed({.key = "c=10 zero first", .phase = engine::Phase::verify, .sentence = "why"});
  ASSERT_EQ(published().mitigations.size(), 1U);
  EXPECT_EQ(published().mitigations[0].mitigation.repeats.size(), 1U);
  pair(study, 1);
  pair(study, 1);
  study.finish(false);
  ASSERT_EQ(published().mitigations.size(), 2U);
  EXPECT_EQ(run_.mitigations[1].mitigation.repeats.size(), 2U);
  ASSERT_EQ(run_.failures.size(), 1U);
  EXPECT_EQ(run_.failures[0].phase, "verify");
  EXPECT_FALSE(run_.complete);
}

TEST_F(PublishedStudyTest, NothingMeasuredIsNothingPublished) {
  PublishedStudy study(folder_, plan_, run_, [](metrics::RunResult&) {});
  study.finish(false);
  EXPECT_TRUE(study.paths().empty());
  EXPECT_TRUE(names().empty());
}

TEST_F(PublishedStudyTest, AFailureAloneLeavesItsRecord) {
  PublishedStudy study(folder_, plan_, run_, [](metrics::RunResult&) {});
  study.on_failed({.key = "c=10", .sentence = "why", .planned = result("per-file").planned});
  study.finish(true);
  EXPECT_EQ(study.paths().size(), 2U);
  EXPECT_EQ(published().failures.size(), 1U);
  EXPECT_EQ(published().complete, false);
}

}  // namespace
}  // namespace walbench::tools
