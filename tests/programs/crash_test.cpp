// Would catch: a transition acknowledged before its COMMIT has returned. No test that lets the
// program end can see that, since in the end everything is durable; so it is killed in the middle,
// again and again, and the database is held to what it had acknowledged by then.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/programs/kept_database.hpp"
#include "tests/programs/program.hpp"
#include "tests/support/eventually.hpp"

namespace walbench::programs {
namespace {

using Random = std::mt19937;

constexpr int kKilled = 128 + SIGKILL;
constexpr std::int64_t kFiles = 3000;
#ifdef __SANITIZE_THREAD__
constexpr int kRounds = 10;  // each takes seconds, and the point is not in the threads
#else
constexpr int kRounds = 50;
#endif
/// Half of what a run that ends would have logged: so much that a pipe and a reader's buffer cannot
/// hold the rest, so that the run is not over when it is killed.
constexpr std::int64_t kMostLogBytes = 3 * kFiles * 32 / 2;

std::int64_t draw(Random& random, std::int64_t least, std::int64_t most) {
  return std::uniform_int_distribution<std::int64_t>(least, most)(random);
}

/// What a database holds after its writer was killed, against what that had acknowledged.
struct Losses {
  std::int64_t acknowledged = 0;    ///< transitions
  std::int64_t missing = 0;         ///< of these
  std::int64_t unacknowledged = 0;  ///< transitions that are durable though nobody was told
};

Losses compare(const ProgressByFile& acknowledged, const ProgressByFile& durable) {
  Losses losses;
  for (const auto& [path, told] : acknowledged) {
    const auto row = durable.find(path);
    const Progress found = row == durable.end() ? Progress{} : row->second;
    losses.acknowledged += told.version;
    losses.missing += std::max<std::int64_t>(told.version - found.version, 0);
    if (found.version == told.version) {
      EXPECT_EQ(found.state, told.state) << path;
    }
  }
  for (const auto& [path, found] : durable) {
    const auto told = acknowledged.find(path);
    const std::int64_t version = told == acknowledged.end() ? 0 : told->second.version;
    losses.unacknowledged += std::max<std::int64_t>(found.version - version, 0);
    EXPECT_LE(found.version, version + 1) << path << ": nobody goes on before being told";
  }
  return losses;
}

class CrashTest : public testing::Test {
 protected:
  /// Starts a run and kills it at a random moment after its first acknowledgement: when it has
  /// acknowledged so much, or so much later.
  Losses crash(std::vector<std::string> arguments, Random& random) const {
    arguments.insert(arguments.end(),
                     {"--profile", "zero", "--files", std::to_string(kFiles), "--warmup", "0",
                      "--keep-db", "crashed.db", "--ack-log", "-", "--quiet"});
    Program bench(bench_path(), arguments, {.directory = scratch_.path()});
    if (draw(random, 0, 1) == 0) {
      EXPECT_TRUE(bench.wait_for_output(static_cast<std::size_t>(draw(random, 1, kMostLogBytes))));
    } else {
      EXPECT_TRUE(bench.wait_for_output(1));
      std::this_thread::sleep_for(std::chrono::microseconds(draw(random, 0, 20'000)));
    }
    bench.send_signal(SIGKILL);
    const Outcome outcome = bench.wait();
    EXPECT_EQ(outcome.exit_code, kKilled) << "it was over too soon to be killed: " << outcome.err;
    const Losses losses = compare(acknowledged_in(outcome.out), survivors());
    remove_database();
    return losses;
  }

 private:
  ProgressByFile survivors() const {
    const KeptDatabase database(scratch_ / "crashed.db");
    EXPECT_EQ(database.integrity(), "ok");
    const ProgressByFile files = database.files();
    EXPECT_EQ(files.size(), static_cast<std::size_t>(kFiles));
    return files;
  }

  void remove_database() const {
    for (const char* const suffix : {"", "-wal", "-shm"}) {
      std::filesystem::remove(scratch_ / (std::string("crashed.db") + suffix));
    }
  }

  ScratchDirectory scratch_;
};

TEST_F(CrashTest, GroupCommitLosesNothingThatItAcknowledged) {
  Random random(20'261'125);
  Losses sum;
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE(round);
    std::vector<std::string> arguments = {"--strategy", "group-commit", "--threads", "50"};
    // With checkpoints, and with commits that checkpoint at the cap, at any moment.
    if (round % 2 == 0) {
      arguments.insert(arguments.end(), {"--checkpoint", "background", "--wal-autocheckpoint", "20",
                                         "--wal-cap", "100"});
    }
    const Losses losses = crash(arguments, random);
    EXPECT_EQ(losses.missing, 0) << "of " << losses.acknowledged;
    sum.acknowledged += losses.acknowledged;
    sum.unacknowledged += losses.unacknowledged;
  }
  EXPECT_GT(sum.acknowledged, 50);
  EXPECT_GT(sum.unacknowledged, 0) << "never killed between a COMMIT and its last acknowledgement";
}

TEST_F(CrashTest, ThousandsInFlightLoseNothingThatWasAcknowledged) {
  Random random(20'261'126);
  for (int round = 0; round < 5; ++round) {
    SCOPED_TRACE(round);
    EXPECT_EQ(crash({"--strategy", "group-commit", "--threads", "1500"}, random).missing, 0);
  }
}

/// WALBENCH_KILLS, as `tools/dev torture` sets it; otherwise a few.
int kills() {
  const char* const wanted = std::getenv("WALBENCH_KILLS");
  return wanted == nullptr ? 3 : std::atoi(wanted);
}

/// Every strategy that acknowledges what it has committed, with checkpoints all the time.
class Kills : public CrashTest, public testing::WithParamInterface<const char*> {};

TEST_P(Kills, LoseNothingThatWasAcknowledged) {
  Random random(20'261'127);
  Losses sum;
  for (int round = 0; round < kills(); ++round) {
    SCOPED_TRACE(round);
    std::vector<std::string> arguments = {"--strategy", GetParam(), "--threads", "8"};
    if (round % 2 == 0) arguments.insert(arguments.end(), {"--wal-autocheckpoint", "20"});
    const Losses losses = crash(arguments, random);
    EXPECT_EQ(losses.missing, 0) << "of " << losses.acknowledged;
    sum.acknowledged += losses.acknowledged;
    sum.missing += losses.missing;
  }
  std::cout << kills() << " kills: " << sum.acknowledged << " acknowledged, " << sum.missing
            << " of them lost\n";
}

INSTANTIATE_TEST_SUITE_P(Strategies, Kills,
                         testing::Values("per-file", "reduced-guards", "select-guard",
                                         "pooled-connection", "shared-connection", "fair-queue",
                                         "group-commit"),
                         [](const auto& strategy) {
                           std::string name(strategy.param);
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

// Also shows that this test sees a loss where there is one.
TEST_F(CrashTest, ABatchLosesUpToNineAcknowledgedTransitions) {
  Random random(20'261'128);
  std::int64_t missing = 0;
  for (int round = 0; round < 8; ++round) {
    SCOPED_TRACE(round);
    const Losses losses = crash({"--strategy", "batch", "--threads", "8"}, random);
    EXPECT_LE(losses.missing, 9) << "of " << losses.acknowledged;
    missing += losses.missing;
  }
  EXPECT_GT(missing, 0);
}

/// Killed while a mitigation is measured, pair by pair. The files of one pair get their names one
/// by one, so only the second pair's first name shows that the first pair is whole.
TEST(Crash, WholePairsOfAMitigationSurviveAKill) {
  const ScratchDirectory scratch;
  std::filesystem::create_directory(scratch / "results");
  Program bench(bench_path(),
                {"--threads", "2", "--profile", "zero", "--files", "20", "--mitigation",
                 "pooled-connection", "--mitigate-at", "2:zero", "--repeat", "1000"},
                {.directory = scratch.path(), .tmpdir = scratch.path()});
  ASSERT_TRUE(test_support::eventually([&] {
    return std::ranges::any_of(names_in(scratch / "results"), [](const std::string& name) {
      return name.find(".pairs-2.") != std::string::npos;
    });
  }));
  bench.send_signal(SIGKILL);
  EXPECT_EQ(bench.wait().exit_code, kKilled);

  const Outcome report = run_report({(scratch / "results").string()});
  EXPECT_EQ(report.exit_code, 0) << report.err;
  EXPECT_NE(report.out.find("did not come to its end"), std::string::npos) << report.out;
  EXPECT_NE(report.out.find("Ranking by throughput"), std::string::npos) << report.out;
}

}  // namespace
}  // namespace walbench::programs
