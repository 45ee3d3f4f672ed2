// Would catch: group commit that blocks a thread for each lifecycle after all, or has fewer in
// flight than it says; groups of which the files know nothing; a ceiling that report tells
// otherwise than bench; a COMMIT that failed and whose lifecycles went on.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "tests/programs/bench_fixture.hpp"
#include "tests/programs/kept_database.hpp"
#include "tests/programs/program.hpp"

namespace walbench::programs {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;

/// Two that carry lifecycles, the committer and the checkpointer.
constexpr int kLifecycleThreads = 4;
/// Those, and what every run has: signals, progress, the collector, and a sanitizer's own.
constexpr int kAllThreads = kLifecycleThreads + 4;

class GroupCommitTest : public BenchFixture {
 protected:
  Outcome group_commit(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--strategy", "group-commit"});
    return bench(arguments);
  }
};

TEST_F(GroupCommitTest, GroupsAreInTheJsonAndReportTellsWhatBenchTold) {
  const Outcome outcome = group_commit({"--threads", "50", "--profile", "zero", "--files", "500",
                                        "--checkpoint", "background:passive"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("\nc=50 zero group-commit: 500 files, database verified\n"));
  EXPECT_THAT(outcome.out, HasSubstr(" writes on average, P50 "));
  EXPECT_THAT(outcome.out, HasSubstr("background:passive every 125 frames, cap 8000"));

  const json run = only_json();
  EXPECT_FALSE(run.contains("ceiling"));
  const json& configuration = run["configurations"][0];
  EXPECT_EQ(configuration["axes"]["commit"], "group");
  EXPECT_EQ(configuration["checkpoint"], "background:passive");
  EXPECT_EQ(configuration["settings"]["wal_autocheckpoint_frames"], 0) << "not SQLite's";
  EXPECT_EQ(configuration["in_flight"], 50);
  EXPECT_EQ(configuration["in_flight_peak"], 50);
  EXPECT_LE(configuration["os_threads"].get<int>(), kLifecycleThreads);
  const json& groups = configuration["groups"];
  EXPECT_EQ(groups["writes"], 3 * 500);
  EXPECT_EQ(groups["count"], configuration["commits"]);
  EXPECT_GT(groups["size_mean"].get<double>(), 1);
  EXPECT_LE(groups["size_p50"], groups["size_max"]);
  EXPECT_LE(groups["size_max"].get<int>(), 50) << "no more can be queued than are in flight";
  EXPECT_EQ(run_report(hgrm_files()).out, told_by_bench(outcome.out));
}

TEST_F(GroupCommitTest, ThousandsAreInFlightOnAHandfulOfThreads) {
  const json configuration = measured(
      "--strategy group-commit --threads 2000 --profile realistic --api-delay 50ms "
      "--files 4000 --quiet");
  EXPECT_TRUE(configuration["verified"].get<bool>());
  EXPECT_EQ(configuration["in_flight_peak"], 2000);
  EXPECT_GT(configuration["in_flight_mean"].get<double>(), 500);
  EXPECT_LE(configuration["os_threads"].get<int>(), kLifecycleThreads);
  EXPECT_GE(configuration["segments"]["mock_api_ms"]["p50"].get<double>(), 100);
  EXPECT_EQ(configuration["segments"]["total_wall_ms"]["count"], 4000);
  const auto ended = configuration["lifecycles_per_thread"].get<std::vector<int>>();
  EXPECT_EQ(std::accumulate(ended.begin(), ended.end(), 0), 4000);
}

// Each call takes an hour: 5,000 lifecycles wait, and all have to be told.
TEST_F(GroupCommitTest, SigintEndsThousandsInFlightWithoutATrace) {
  Program bench(bench_path(),
                {"--strategy", "group-commit", "--threads", "5000", "--profile", "realistic",
                 "--api-delay", "1h", "--files", "100000", "--progress", "always"},
                options());
  ASSERT_TRUE(bench.wait_for_error_text("c=5000 realistic group-commit\x1b[K")) << "measuring";
  EXPECT_GT(bench.threads(), 0);
  EXPECT_LE(bench.threads(), kAllThreads);
  bench.send_signal(SIGINT);
  const Outcome outcome = bench.wait();
  EXPECT_EQ(outcome.exit_code, 130);
  EXPECT_THAT(outcome.err, HasSubstr("interrupted: nothing was published"));
  EXPECT_THAT(outcome.out, IsEmpty());
  expect_nothing_left_over();
}

TEST_F(GroupCommitTest, FilesWhoseCallsFailAreRetriedAsWithoutGroups) {
  const auto counts = [&](const std::string& strategy) {
    const json of = measured(
        "--threads 20 --profile realistic --api-delay exp:1ms --fail-rate 0.3 "
        "--files 100 --quiet --strategy " +
        strategy);
    return std::vector<int>{of["indexed_count"], of["api_failures"], of["api_calls"], of["writes"]};
  };
  EXPECT_EQ(counts("group-commit"), counts("per-file"));
}

// 60,000 lifecycles at each of two sizes: the slowest test, as short as the measurement lets it be.
TEST_F(GroupCommitTest, TheCeilingIsMeasuredAndEveryConfigurationHeldAgainstIt) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "takes minutes under ThreadSanitizer, and one thread alone measures the ceiling";
#endif
  const Outcome outcome =
      group_commit({"--threads", "256", "--profile", "zero", "--files", "20000", "--synchronous",
                    "off", "--ceiling", "--checkpoint", "background:full"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("\n  1 in a transaction    background:full "));
  EXPECT_THAT(outcome.out, HasSubstr("\n  256 in a transaction  background:full "));

  const json run = only_json();
  ASSERT_EQ(run["ceiling"].size(), 2U) << "one, 256, and as many as are in flight: the same";
  const json& alone = run["ceiling"][0];
  const json& together = run["ceiling"][1];
  EXPECT_EQ(alone["group_size"], 1);
  EXPECT_EQ(together["group_size"], 256);
  for (const json& point : {alone, together}) {
    EXPECT_EQ(point["checkpoint"], "background:full");
    EXPECT_GT(point["writes_per_second"].get<double>(), 0);
  }
  const json& configuration = run["configurations"][0];
  EXPECT_EQ(configuration["ceiling"], together);
  EXPECT_DOUBLE_EQ(configuration["ceiling_share"].get<double>(),
                   configuration["writes"].get<double>() /
                       configuration["elapsed_seconds"].get<double>() /
                       together["writes_per_second"].get<double>());

  const std::string told = told_by_bench(outcome.out);
  EXPECT_THAT(told, HasSubstr(" of the ceiling: "));
  std::string without = told;
  const std::size_t begin = without.find("\nCeiling\n");
  without.erase(begin, without.find("\n\n", begin) + 1 - begin);
  EXPECT_EQ(without, run_report(hgrm_files()).out) << "report knows the share, not the table";
}

// The WAL outgrows what the process may write long before the run is over.
TEST_F(GroupCommitTest, ACommitThatFailsFailsItsGroupByNameAndNothingElse) {
  Program::Options limited = options();
  limited.limits = {{RLIMIT_FSIZE, 3'000'000}};
  const Outcome outcome =
      run_bench({"--strategy", "group-commit", "--threads", "50", "--profile", "zero", "--files",
                 "3000", "--wal-autocheckpoint", "0", "--ack-log", "acks", "--keep-db", "kept.db"},
                limited);
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err,
              HasSubstr("bench: c=50 zero group-commit: a lifecycle failed: a group "));
  EXPECT_THAT(outcome.err, HasSubstr(" was not committed and none of it acknowledged: COMMIT: "));
  EXPECT_THAT(outcome.err, HasSubstr("; it consists of /bench/file_"));
  EXPECT_THAT(outcome.out, IsEmpty());
  expect_only_a_failure_recorded();

  const KeptDatabase database(scratch_ / "kept.db");
  EXPECT_EQ(database.integrity(), "ok");
  const ProgressByFile durable = database.files();
  ProgressByFile acknowledged = acknowledged_in(read_file(scratch_ / "acks"));
  EXPECT_EQ(durable.size(), 3000U);
  EXPECT_FALSE(acknowledged.empty());
  for (const auto& [path, file] : durable) {
    EXPECT_EQ(file.version, acknowledged[path].version) << path << ": no more, and no less";
    EXPECT_EQ(file.state, acknowledged[path].state) << path;
  }
}

}  // namespace
}  // namespace walbench::programs
