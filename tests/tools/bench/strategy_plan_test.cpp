// Silent bugs these tests would catch: group commit with a queue or connections of its own, so that
// it measures something else; a checkpointer for a strategy whose cost it would hide; a limit on
// threads where there are none, or none where each lifecycle blocks one.

#include "tools/bench/strategy_plan.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "storage/strategies.hpp"
#include "tests/tools/bench/parsed_bench.hpp"
#include "tools/bench/run_environment.hpp"

namespace walbench::tools {
namespace {

using engine::ConfigurationPlan;
using engine::MitigationPlan;
using storage::Axes;
using storage::BeginAxis;
using storage::CheckpointKind;
using storage::CheckpointMode;
using storage::CheckpointPlan;
using storage::ConnectionAxis;
using storage::QueueAxis;

constexpr Axes kGroup = {.connection = ConnectionAxis::shared(),
                         .begin = BeginAxis::immediate,
                         .commit = storage::CommitAxis::group()};

CheckpointPlan checkpoint(const Arguments& arguments) {
  return planned(arguments).settings.checkpoint;
}

TEST(GroupCommit, IsAPointInTheAxes) {
  const ConfigurationPlan plan = planned("--strategy group-commit");
  EXPECT_EQ(plan.strategy, "group-commit");
  EXPECT_EQ(plan.axes, kGroup);
  EXPECT_EQ(plan.axes.queue, QueueAxis::sqlite) << "nobody queues in front of it";
}

/// As bench plans it with a library that has the WAL-reset bug, or has not.
CheckpointPlan with_library(bool wal_reset_bug, const Axes& axes,
                            std::optional<CheckpointChoice> choice = {}) {
  BenchRequest request;
  request.common.library.wal_reset_bug = wal_reset_bug;
  request.checkpoint = choice;
  return checkpoint_plan(request, axes);
}

TEST(WalResetBug, DecidesHowGroupCommitCheckpoints) {
  const CheckpointPlan apart{
      .mode = CheckpointMode::background, .every_frames = 125, .kind = CheckpointKind::passive};
  EXPECT_EQ(with_library(false, kGroup), apart);
  EXPECT_EQ(with_library(true, kGroup).mode, CheckpointMode::automatic);
  EXPECT_EQ(with_library(true, kGroup).every_frames, 1000);
}

TEST(WalResetBug, IsMetInTheBackgroundOnlyIfThatIsAskedFor) {
  const CheckpointChoice usual{CheckpointMode::background};
  EXPECT_EQ(with_library(false, kGroup, usual).kind, CheckpointKind::passive);
  EXPECT_EQ(with_library(true, kGroup, usual).kind, CheckpointKind::full);
  for (const CheckpointKind kind : {CheckpointKind::passive, CheckpointKind::restart}) {
    const CheckpointChoice asked{CheckpointMode::background, kind};
    EXPECT_EQ(with_library(true, kGroup, asked).kind, kind);
    EXPECT_EQ(with_library(false, kGroup, asked).kind, kind);
  }
}

TEST(WalResetBug, IsNotedOfEveryMeasurementThatCanMeetIt) {
  BenchRequest request;
  request.threads = {1, 10};
  request.profiles = {engine::Profile::zero};
  request.tries = {{.strategies = {"fair-queue"}, .changes = {}}};
  request.common.library = {.version = "3.40.1", .wal_reset_bug = true};
  const engine::RunPlan plan = plan_bench(request).plan;
  EXPECT_FALSE(plan.configurations[0].wal_reset_exposed) << "one thread";
  EXPECT_TRUE(plan.configurations[1].wal_reset_exposed);
  EXPECT_TRUE(plan.configurations[1].planned().wal_reset_exposed);
  EXPECT_TRUE(plan.mitigations[0].baseline.wal_reset_exposed);
  EXPECT_FALSE(plan.mitigations[0].mitigation.wal_reset_exposed);
  const std::string warning = exposure_warning(plan).value();
  EXPECT_NE(warning.find("SQLite 3.40.1 can lose commits"), std::string::npos) << warning;
  EXPECT_NE(warning.find("exposed: c=10 zero per-file. SQLite"), std::string::npos) << warning;

  request.common.library.wal_reset_bug = false;
  EXPECT_FALSE(exposure_warning(plan_bench(request).plan).has_value());
}

TEST(GroupCommit, IsACommitAxisToo) {
  EXPECT_EQ(planned("--commit group --connection shared --begin immediate").axes, kGroup);
  EXPECT_EQ(planned("--strategy group-commit --commit group").strategy, "group-commit");
  EXPECT_EQ(planned("--strategy group-commit --queue sqlite").axes, kGroup);
  const ConfigurationPlan version = planned("--strategy group-commit --guard version");
  EXPECT_EQ(version.strategy, "group-commit+guard-version");
  EXPECT_TRUE(version.axes.commit.is_group());
  const ConfigurationPlan each = planned("--strategy group-commit --commit each --queue fifo");
  EXPECT_FALSE(each.axes.commit.is_group());
  EXPECT_EQ(each.settings.checkpoint.mode, CheckpointMode::automatic) << "as without a committer";
  EXPECT_EQ(planned("--strategy group-commit --commit batch:5").axes.queue, QueueAxis::mutex)
      << "without a committer, one connection for all needs a queue";
}

TEST(GroupCommit, GoesWithNothingThatWouldBypassTheCommitter) {
  const std::string why = "--commit group needs --connection shared, --begin immediate";
  expect_refused({{"--commit group", why},
                  {"--commit group --connection shared", why},
                  {"--commit group --begin immediate", why},
                  {"--strategy pooled-connection --commit group", why},
                  {"--strategy fair-queue --commit group", why},
                  {"--strategy group-commit --connection per-worker", why},
                  {"--strategy group-commit --connection per-file", why},
                  {"--strategy group-commit --begin deferred", why},
                  {"--strategy group-commit --queue mutex", why},
                  {"--strategy group-commit --queue fifo", why}});
}

TEST(GroupCommit, RefusesCommitsThatAreNone) {
  for (const char* const commit : {"Group", "group:0", "groups", "group "}) {
    expect_refused({{{"--commit", commit}, "is not one of each, batch:10, group"},
                    {{"--strategy", "group-commit", "--commit", commit}, "--commit: '"}});
  }
}

TEST(Checkpoint, IsMadeByWhoIsNamed) {
  const auto mode = [](const std::string& strategy, const std::string& named) {
    return checkpoint({"--strategy", strategy, "--checkpoint", named}).mode;
  };
  for (const char* const strategy : {"group-commit", "pooled-connection", "shared-connection"}) {
    EXPECT_EQ(mode(strategy, "auto"), CheckpointMode::automatic) << strategy;
    EXPECT_EQ(mode(strategy, "background"), CheckpointMode::background) << strategy;
    EXPECT_EQ(mode(strategy, "off"), CheckpointMode::off) << strategy;
  }
  EXPECT_EQ(mode("per-file", "off"), CheckpointMode::off);
  EXPECT_EQ(checkpoint({}).mode, CheckpointMode::automatic);
  EXPECT_EQ(checkpoint("--strategy pooled-connection").mode, CheckpointMode::automatic);
  expect_refused({{"--checkpoint never", "--checkpoint"},
                  {"--checkpoint automatic", "--checkpoint"},
                  {{"--checkpoint", ""}, "--checkpoint"}});
}

TEST(Checkpoint, IsDueAtTheSameNumberOfFramesWhoeverMakesIt) {
  for (const char* const mode : {"auto", "background", "off"}) {
    EXPECT_EQ(checkpoint({"--strategy", "group-commit", "--checkpoint", mode,
                          "--wal-autocheckpoint", "77"})
                  .every_frames,
              77)
        << mode;
  }
}

TEST(Checkpoint, IsDueEarlierInTheBackgroundUnlessItIsSaidWhen) {
  const auto frames = [](const std::string& strategy, const std::string& mode) {
    return checkpoint({"--strategy", strategy, "--checkpoint", mode}).every_frames;
  };
  EXPECT_EQ(frames("group-commit", "background"), 125);
  EXPECT_EQ(frames("pooled-connection", "background"), 125);
  EXPECT_EQ(frames("group-commit", "auto"), 1000);
  EXPECT_EQ(checkpoint("--strategy pooled-connection").every_frames, 1000);
  EXPECT_EQ(checkpoint("--strategy group-commit --checkpoint background --wal-autocheckpoint 1000")
                .every_frames,
            1000)
      << "not taken for the default";
}

TEST(Checkpoint, TheCapIsOfTheBackgroundAlone) {
  EXPECT_EQ(
      checkpoint("--strategy group-commit --checkpoint background --wal-cap 1").wal_cap_frames, 1);
  EXPECT_EQ(checkpoint("--strategy pooled-connection --checkpoint background --wal-cap 2147483647")
                .wal_cap_frames,
            2147483647);
  const std::string why = "--wal-cap: belongs to --checkpoint background";
  expect_refused(
      {{"--wal-cap 5000", why},
       {"--strategy pooled-connection --wal-cap 5000", why},
       {"--strategy group-commit --checkpoint auto --wal-cap 5000", why},
       {"--strategy group-commit --checkpoint off --wal-cap 5000", why},
       {"--strategy group-commit --wal-cap 0", "--wal-cap: '0' is not a whole number"},
       {"--strategy group-commit --wal-cap 2147483648", "--wal-cap: '"},
       {"--strategy group-commit --wal-cap 8k", "--wal-cap: '8k' is not a whole number"}});
}

// A mitigation is one of the run's measurements.
TEST(Checkpoint, TheCapMayBeThatOfAMitigation) {
  const BenchOptions options = accepted(
      "--strategy pooled-connection --mitigation group-commit "
      "--checkpoint background --wal-cap 5000");
  ASSERT_EQ(options.plan.mitigations.size(), 1U);
  const MitigationPlan& plan = options.plan.mitigations.front();
  EXPECT_EQ(plan.mitigation.settings.checkpoint.wal_cap_frames, 5000);
}

TEST(Checkpoint, InTheBackgroundNeedsConnectionsThatStayOpen) {
  const std::string why = "--checkpoint: background needs connections that stay open";
  expect_refused(
      {{"--checkpoint background", why},
       {"--strategy reduced-guards --checkpoint background", why},
       {"--strategy pooled-connection --connection per-file --checkpoint background", why}});
}

TEST(Checkpoint, MitigationsCheckpointAsTheirConnectionsLetThem) {
  const BenchOptions options =
      accepted("--strategy pooled-connection --checkpoint background --mitigation all");
  ASSERT_EQ(options.plan.mitigations.size(), 9U);
  for (const MitigationPlan& plan : options.plan.mitigations) {
    const bool closes = plan.mitigation.axes.connection == ConnectionAxis::per_file();
    EXPECT_EQ(plan.mitigation.settings.checkpoint.mode,
              closes ? CheckpointMode::automatic : CheckpointMode::background)
        << plan.info.name;
    EXPECT_EQ(plan.baseline.settings.checkpoint.mode, CheckpointMode::background);
  }
}

TEST(InFlight, AThousandThreadsAreTheMostThatBlock) {
  for (const storage::Strategy& strategy : storage::kStrategies) {
    const std::string name(strategy.name);
    EXPECT_EQ(planned({"--strategy", name, "--threads", "1000"}).threads, 1000);
    if (strategy.axes.commit.is_group()) continue;
    expect_refused(
        {{{"--strategy", name, "--threads", "1001"},
          "--threads: " + name + " blocks an OS thread for each lifecycle, and no more than 1000 "},
         {{"--strategy", name, "--threads", "1,10000"},
          "--strategy group-commit has that many in flight on a few threads"}});
  }
}

TEST(InFlight, GroupCommitTakesAHundredThousand) {
  EXPECT_EQ(planned("--strategy group-commit --threads 100000").threads, 100'000);
  expect_refused({{"--strategy group-commit --threads 100001",
                   "--threads: '100001' is not a whole number between 1 and 100000"},
                  {"--strategy group-commit --threads 0", "--threads: '0'"}});
}

TEST(InFlight, TheLimitHoldsForBothSidesOfAMitigation) {
  const std::string blocks =
      " blocks an OS thread for each lifecycle, and no more than 1000 are started, not 1001";
  EXPECT_EQ(accepted("--mitigation batch --mitigate-at 1000:zero")
                .plan.mitigations.front()
                .baseline.threads,
            1000);
  expect_refused(
      {{"--mitigation batch --mitigate-at 1001:zero", "--mitigate-at: per-file" + blocks},
       {"--mitigation group-commit --mitigate-at 1001:zero", "--mitigate-at: per-file" + blocks},
       {"--strategy group-commit --mitigation pooled-connection --mitigate-at 1001:zero",
        "--mitigate-at: pooled-connection" + blocks}});
}

}  // namespace
}  // namespace walbench::tools
