// Silent bugs these tests would catch: a configuration compared with another one; a run that is
// quietly left out; unlike runs within a side, which would pass for repeats.

#include "metrics/comparison/run_match.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/compared_results.hpp"

namespace walbench::metrics {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

ConfigurationResult configuration(std::int64_t threads, const std::string& strategy) {
  return measured(threads, "zero", strategy, 1'000'000'000, {{Segment::fsm_net, 1000}});
}

TEST(RunMatch, RunsOfOneConfigurationAreItsRepeats) {
  const RunMatch match =
      match_runs(results_of({configuration(10, "per-file"), configuration(10, "per-file")}),
                 results_of({configuration(10, "per-file")}));
  ASSERT_THAT(match.matched, SizeIs(1));
  EXPECT_THAT(match.matched.front().before, SizeIs(2));
  EXPECT_THAT(match.matched.front().after, SizeIs(1));
  EXPECT_THAT(match.differences, IsEmpty());
  EXPECT_THAT(match.only_before, IsEmpty());
}

TEST(RunMatch, ConfigurationsMatchByThreadsProfileStrategyAndAxes) {
  ConfigurationResult other_axis = configuration(10, "per-file");
  other_axis.planned.queue = "fifo";
  ConfigurationResult other_profile = configuration(10, "per-file");
  other_profile.planned.profile = "realistic";
  const ResultSet before =
      results_of({configuration(10, "per-file"), configuration(50, "per-file")});
  const ResultSet after = results_of({configuration(1, "per-file"), configuration(10, "batch"),
                                      other_axis, other_profile, configuration(50, "per-file")});
  const RunMatch match = match_runs(before, after);
  ASSERT_THAT(match.matched, SizeIs(1));
  EXPECT_EQ(match.matched.front().before.front().configuration->planned.threads, 50);
  EXPECT_THAT(match.only_before, ElementsAre("c=10 zero per-file"));
  EXPECT_THAT(match.only_after, SizeIs(4));
}

TEST(RunMatch, TwoLoneConfigurationsMatchByForce) {
  const RunMatch match = match_runs(results_of({configuration(10, "per-file")}),
                                    results_of({configuration(10, "fair-queue")}));
  EXPECT_THAT(match.matched, SizeIs(1));
  EXPECT_THAT(match.differences, ElementsAre("strategy (per-file and fair-queue)"));
  EXPECT_THAT(match.only_before, IsEmpty());
  EXPECT_THAT(match.only_after, IsEmpty());
}

TEST(RunMatch, SeveralUnlikeConfigurationsDoNotMatch) {
  const RunMatch match =
      match_runs(results_of({configuration(10, "per-file")}),
                 results_of({configuration(10, "fair-queue"), configuration(10, "batch")}));
  EXPECT_THAT(match.matched, IsEmpty());
  EXPECT_THAT(match_runs(results_of({}), results_of({})).matched, IsEmpty());
}

TEST(RunMatch, UnlikePlansAreNamedOnce) {
  ConfigurationResult longer = configuration(10, "per-file");
  longer.planned.files = 50'000;
  const RunMatch match =
      match_runs(results_of({configuration(10, "per-file")}), results_of({longer, longer}));
  EXPECT_THAT(match.differences, ElementsAre("c=10 zero per-file: file_count (100 and 50000)"));
}

TEST(RunMatch, APerturbedRunIsNeverComparedWithOneThatIsNot) {
  ConfigurationResult perturbed = configuration(10, "per-file");
  perturbed.planned.perturb_ns = 1000;
  const ResultSet usual = results_of({configuration(10, "per-file")});
  const ResultSet with_pauses = results_of({perturbed});
  EXPECT_THAT(match_runs(usual, with_pauses).forbidding, ElementsAre(HasSubstr("made to pause")));
  EXPECT_THAT(match_runs(with_pauses, usual).forbidding, SizeIs(1));
  EXPECT_THAT(match_runs(results_of({perturbed, configuration(10, "per-file")}), usual).forbidding,
              SizeIs(1))
      << "as a repeat";
  EXPECT_THAT(match_runs(with_pauses, with_pauses).forbidding, IsEmpty());
  perturbed.planned.strategy = "batch";
  EXPECT_THAT(match_runs(usual, results_of({perturbed})).forbidding, SizeIs(1)) << "a lone pair";
}

TEST(RunMatch, UnlikePlansWithinASideAreNamed) {
  ConfigurationResult longer = configuration(10, "per-file");
  longer.planned.files = 50'000;
  const ResultSet mixed = results_of({configuration(10, "per-file"), longer});
  EXPECT_THAT(match_runs(mixed, results_of({configuration(10, "per-file")})).differences,
              SizeIs(1));
}

TEST(RunMatch, HostsAreComparedByTheirEnvironments) {
  ResultSet before = results_of({configuration(10, "per-file")});
  ResultSet after = before;
  before.runs.front().environment = full_run().environment;
  after.runs.front().environment = full_run().environment;
  after.runs.front().environment_digest = "11111111";
  EXPECT_THAT(match_runs(before, after).differences, IsEmpty()) << "the digest says less";
  after.runs.front().environment->cpu_count = 64;
  after.runs.front().environment->sqlite_version = "3.50.0";
  const RunMatch match = match_runs(before, after);
  EXPECT_THAT(match.differences, ElementsAre("cpu_count (2 and 64)"));
  EXPECT_THAT(match.notes, testing::Contains("differs: sqlite_version (3.40.1 and 3.50.0)"));
}

TEST(RunMatch, HostsOfOldFilesAreComparedByTheirDigests) {
  const ResultSet before = results_of({configuration(10, "per-file")});
  ResultSet after = before;
  EXPECT_THAT(match_runs(before, after).differences, IsEmpty());
  after.runs.front().environment_digest = "11111111";
  EXPECT_THAT(match_runs(before, after).differences,
              ElementsAre(HasSubstr("digests 00000000 and 11111111")));
}

TEST(RunMatch, HostsOfWhatIsNotComparedDoNotMatter) {
  const ResultSet before = results_of({configuration(10, "per-file")});
  ResultSet after = results_of({configuration(10, "per-file"), configuration(50, "per-file")});
  after.runs.back().environment_digest = "11111111";
  EXPECT_THAT(match_runs(before, after).differences, IsEmpty());
}

TEST(RunMatch, ARunOnBothSidesIsNoted) {
  const ResultSet set = results_of({configuration(10, "per-file")});
  EXPECT_THAT(match_runs(set, set).notes, ElementsAre(HasSubstr("run 1 is on both sides")));
  ConfigurationResult slower = configuration(10, "per-file");
  slower.elapsed_ns *= 2;
  EXPECT_THAT(match_runs(set, results_of({slower})).notes, IsEmpty()) << "the same id, by chance";
}

TEST(RunMatch, WhatIsLeftOutIsNoted) {
  const ResultSet before = results_of({configuration(10, "per-file")});
  ResultSet after = before;
  after.runs.front().run_id = "another";
  after.runs.front().mitigations.emplace_back();
  after.lone.resize(2);
  EXPECT_THAT(match_runs(before, after).notes,
              ElementsAre(HasSubstr("files of mitigations"),
                          HasSubstr("after: 2 files from a column of values or")));
}

TEST(UnlikeRuns, AreNamedWithWhatAComparisonWouldRefuse) {
  ConfigurationResult fewer = configuration(10, "batch");
  fewer.planned.files = 7;
  ResultSet set = results_of({configuration(10, "per-file"), configuration(50, "per-file"), fewer});
  set.runs[1].environment_digest = "11111111";
  EXPECT_THAT(
      unlike_runs(set),
      ElementsAre(AllOf(HasSubstr("runs run 1 and run 2 were not measured alike"),
                        HasSubstr("digests 00000000 and 11111111")),
                  AllOf(HasSubstr("run 1 and run 3"), HasSubstr("file_count (100 and 7)"))));
}

TEST(UnlikeRuns, AreNoneAmongRunsThatMayBeSetSideBySide) {
  EXPECT_THAT(unlike_runs(results_of({configuration(10, "per-file"), configuration(50, "batch")})),
              IsEmpty());
  ConfigurationResult realistic = configuration(10, "per-file");
  realistic.planned.profile = "realistic";
  realistic.planned.api_delay = "2s";
  EXPECT_THAT(unlike_runs(results_of({configuration(10, "per-file"), realistic})), IsEmpty());
  EXPECT_THAT(unlike_runs({}), IsEmpty());
}

}  // namespace
}  // namespace walbench::metrics
