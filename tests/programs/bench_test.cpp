// Would catch: a bench whose parts are right and whose whole is not. Wrong exit codes, files that
// are missing or left over, a run that claims threads it did not have, a WAL that "did not grow".

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "tests/programs/bench_fixture.hpp"
#include "tests/programs/program.hpp"

namespace walbench::programs {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;

using BenchTest = BenchFixture;

TEST_F(BenchTest, MeasuresVerifiesPublishesAndCleansUp) {
  const Outcome outcome = bench({"--threads", "10", "--profile", "zero", "--files", "200"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("c=10 zero per-file: 200 files, database verified"));
  EXPECT_THAT(outcome.out, HasSubstr("threshold_1: PASS"));
  for (const char* segment :
       {"fsm_net", "lock_wait", "busy_wait", "commit", "fsm_hydrate", "fsm_dispatch", "other",
        "db_total", "transition", "mock_api", "total_wall", "connect"}) {
    EXPECT_THAT(outcome.out, HasSubstr(segment));
    const auto suffix = std::string("-c10-zero-per-file.") + segment + "_ms.hgrm";
    EXPECT_TRUE(std::ranges::any_of(names_in(results()), [&](const std::string& name) {
      return name.ends_with(suffix);
    })) << suffix;
  }
  EXPECT_THAT(names_in(tmpdir()), IsEmpty());
}

TEST_F(BenchTest, RunsThatManyThreadsAtOnceAndSaysSo) {
  const json configuration =
      measured("--threads 10 --profile realistic --api-delay 20ms --files 60 --quiet");
  EXPECT_EQ(configuration["os_threads"], 10);
  EXPECT_EQ(configuration["in_flight_peak"], 10);
  EXPECT_GT(configuration["in_flight_mean"].get<double>(), 5.0);
  const auto per_thread = configuration["lifecycles_per_thread"].get<std::vector<int>>();
  EXPECT_EQ(per_thread.size(), 10U);
  EXPECT_EQ(std::accumulate(per_thread.begin(), per_thread.end(), 0), 60);
  EXPECT_GE(configuration["segments"]["mock_api_ms"]["p50"].get<double>(), 40.0);
}

TEST_F(BenchTest, CountsTheWalWhereItIsWritten) {
  for (const std::string strategy : {"per-file", "pooled-connection", "shared-connection"}) {
    SCOPED_TRACE(strategy);
    const json wal =
        measured("--threads 4 --profile zero --files 100 --quiet --strategy " + strategy);
    // Each of the 300 commits writes a frame at least: 4,096 bytes and its header.
    EXPECT_GE(wal["wal_frames"].get<int>(), 300);
    EXPECT_GE(wal["wal_bytes_written"].get<int>(), 300 * 4120);
    EXPECT_GT(wal["wal_delta_bytes"].get<int>(), 0);
    EXPECT_GT(wal["wal_peak_bytes"].get<int>(), 0);
    EXPECT_EQ(wal["wal_size_start_bytes"], 0);
    // Closing the last connection deletes the file; connections that stay open keep it.
    EXPECT_EQ(wal["wal_size_end_bytes"].get<int>() == 0, strategy == "per-file");
  }
}

TEST_F(BenchTest, MeasuresEveryCombinationOfAxes) {
  for (const std::string begin : {"deferred", "immediate"}) {
    for (const std::string guard : {"where", "version", "select"}) {
      for (const std::string queue : {"sqlite", "mutex", "fifo"}) {
        for (const std::string connection : {"per-file", "per-worker", "shared"}) {
          if (connection == "shared" && queue == "sqlite") continue;
          const json configuration =
              measured("--threads 3 --profile zero --files 12 --warmup 3 --quiet --begin " + begin +
                       " --guard " + guard + " --queue " + queue + " --connection " + connection);
          EXPECT_TRUE(configuration["verified"].get<bool>());
          EXPECT_EQ(configuration["axes"]["queue"], queue);
          EXPECT_EQ(configuration["segments"].contains("statement_ms"), begin == "immediate");
          EXPECT_EQ(configuration["segments"].contains("connect_ms"), connection == "per-file");
        }
      }
    }
  }
}

TEST_F(BenchTest, SettingsAreThoseThatSqliteReportsBack) {
  const json configuration = measured(
      "--threads 2 --profile zero --files 20 --synchronous full --busy-timeout 1234ms "
      "--wal-autocheckpoint 77 --schema production --quiet");
  EXPECT_EQ(configuration["settings"]["synchronous"], "full");
  EXPECT_EQ(configuration["settings"]["busy_timeout_ms"], 1234);
  EXPECT_EQ(configuration["settings"]["wal_autocheckpoint_frames"], 77);
  EXPECT_EQ(configuration["settings"]["journal_mode"], "wal");
  EXPECT_EQ(configuration["schema"], "production");
  // synchronous=full syncs the WAL in every commit.
  EXPECT_GE(configuration["wal_syncs"].get<int>(), 60);
}

TEST_F(BenchTest, SamplesAreConservedAndCounted) {
  const json configuration = measured("--threads 8 --profile zero --files 300 --quiet");
  EXPECT_EQ(configuration["samples_produced"], configuration["samples_recorded"]);
  EXPECT_EQ(configuration["samples_out_of_range"], 0);
  EXPECT_EQ(configuration["segments"]["fsm_net_ms"]["count"], 300);
  EXPECT_EQ(configuration["segments"]["transition_ms"]["count"], 900);
}

TEST_F(BenchTest, AFailedLimitIsExitCodeOneAndStillPublishes) {
  const Outcome outcome = bench({"--threads", "2", "--profile", "zero", "--files", "20",
                                 "--fail-if", "elapsed{threads=2}>1ns", "--queue", "mutex"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("elapsed{threads=2}>1ns: FAIL"));
  EXPECT_THAT(outcome.err, HasSubstr("limit elapsed{threads=2}>1ns failed"));
  EXPECT_EQ(only_json()["configurations"][0]["axes"]["queue"], "mutex");
}

TEST_F(BenchTest, ALimitCanBeOnAPercentile) {
  const std::vector<std::string> run = {"--threads", "2", "--profile", "zero", "--files", "20"};
  const auto judged = [&](const std::string& limit) {
    std::vector<std::string> arguments = run;
    arguments.insert(arguments.end(), {"--fail-if", limit});
    return bench(arguments);
  };
  const Outcome passed = judged("lock_wait.p99>1h");
  EXPECT_EQ(passed.exit_code, 0) << passed.err;
  EXPECT_THAT(passed.out, HasSubstr("lock_wait.p99>1h: PASS  "));
  const Outcome failed = judged("max{profile=zero}>1ns");
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_THAT(failed.out, HasSubstr("max{profile=zero}>1ns: FAIL  "));
  EXPECT_THAT(failed.err, HasSubstr("limit max{profile=zero}>1ns failed"));
  const Outcome absent = judged("statement.p50>1h");
  EXPECT_EQ(absent.exit_code, 2) << "known before an hour of measuring";
  EXPECT_THAT(absent.err, HasSubstr("concerns no configuration"));
}

TEST_F(BenchTest, ALimitThatAMitigationFailsIsAFinding) {
  const Outcome outcome =
      bench({"--threads", "1", "--profile", "zero", "--files", "10", "--mitigation",
             "pooled-connection", "--mitigate-at", "1:zero", "--repeat", "1", "--fail-if",
             "elapsed{strategy=pooled-connection}>1ns"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("FAIL"));
}

/// What a run with a failing API counts, which must not depend on how many threads ran it.
struct Fate {
  std::int64_t failures = 0;
  std::int64_t calls = 0;
  std::int64_t writes = 0;
  bool operator==(const Fate&) const = default;
};

TEST_F(BenchTest, FilesWhoseCallsFailAreRetriedUntilTheyAreThrough) {
  constexpr std::int64_t kFiles = 40;
  const auto measure = [&](const std::string& threads, const std::string& seed) {
    const json configuration =
        measured("--profile realistic --api-delay exp:1ms --fail-rate 0.3 --quiet --files " +
                 std::to_string(kFiles) + " --threads " + threads + " --seed " + seed);
    EXPECT_THAT(run_report(hgrm_files()).out, HasSubstr("failed and were retried"));
    const Fate fate{configuration["api_failures"], configuration["api_calls"],
                    configuration["writes"]};
    EXPECT_TRUE(configuration["verified"].get<bool>());
    EXPECT_EQ(configuration["indexed_count"], kFiles);
    EXPECT_EQ(configuration["api_delay"], "exp:1ms");
    EXPECT_EQ(configuration["api_fail_rate"], 0.3);
    EXPECT_GT(fate.failures, 0);
    EXPECT_GT(fate.writes, 3 * kFiles);
    EXPECT_EQ(configuration["commits"], fate.writes);
    const json& segments = configuration["segments"];
    EXPECT_EQ(segments["attempt_ms"]["count"], kFiles + fate.failures);
    EXPECT_EQ(segments["failed_attempt_ms"]["count"], fate.failures);
    EXPECT_EQ(segments["transition_ms"]["count"], fate.writes);
    EXPECT_EQ(segments["total_wall_ms"]["count"], kFiles);
    EXPECT_EQ(configuration["samples_produced"], configuration["samples_recorded"]);
    return fate;
  };
  const Fate one = measure("1", "42");
  EXPECT_EQ(measure("4", "42"), one);
  EXPECT_NE(measure("4", "43"), one) << "another seed, another fate";
}

TEST_F(BenchTest, ABatchCommitsLessOftenAndSaysWhatItRisks) {
  const Outcome outcome = bench({"--threads", "4", "--profile", "zero", "--files", "43", "--warmup",
                                 "7", "--commit", "batch:10", "--connection", "shared"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("RISK: up to 9 transitions were acknowledged"));
  EXPECT_THAT(outcome.out, HasSubstr("  batch:10  "));
  const json configuration = only_json()["configurations"][0];
  EXPECT_EQ(configuration["unsaved_peak"], 9);
  EXPECT_EQ(configuration["writes"], 3 * 43);
  EXPECT_EQ(configuration["axes"]["commit"], "batch:10");
  EXPECT_EQ(configuration["commits"], 13) << "ten at a time, and the nine that were left";
  EXPECT_TRUE(configuration["verified"].get<bool>());
}

TEST_F(BenchTest, ALockedDatabaseIsAnOutcomeAndExitCodeOne) {
  // No busy timeout at all: writers that meet are refused.
  const Outcome outcome = bench({"--threads", "1,10", "--profile", "zero", "--files", "500",
                                 "--warmup", "0", "--busy-timeout", "0"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("limit indexed failed: "));
  EXPECT_THAT(outcome.out, HasSubstr("attempts met \"database is locked\""));
  const json run = only_json();
  EXPECT_EQ(run["complete"], true);
  ASSERT_EQ(run["configurations"].size(), 2U);
  EXPECT_EQ(run["configurations"][0]["iterations"], 500) << "one thread meets nobody";
  const json& ten = run["configurations"][1];
  const auto busy = ten["given_up"]["busy"].get<std::int64_t>();
  EXPECT_GT(busy, 0);
  EXPECT_EQ(ten["iterations"].get<std::int64_t>() + busy, 500);
  EXPECT_EQ(ten["indexed_count"], ten["iterations"]);
  EXPECT_EQ(ten["verified"], true);
  EXPECT_EQ(ten["threshold_1_verdict"], "FAIL");
  EXPECT_FALSE(ten["failures"].empty());
}

TEST_F(BenchTest, AMeasurementThatFailsLaterLosesNoEarlierOne) {
  // Somebody else removes a file's row during the second one.
  const Outcome outcome =
      bench({"--threads", "1,10", "--profile", "zero", "--files", "3000", "--warmup", "0",
             "--busy-timeout", "60s", "--beside",
             "mkdir beside_the_first 2>/dev/null || sqlite3 {db} \".timeout 60000\" \"DELETE FROM "
             "files WHERE rowid = 2999\""});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.out, HasSubstr("c=1 zero per-file"));
  const json run = only_json();
  EXPECT_EQ(run["complete"], false);
  EXPECT_EQ(run["planned"], json({"c=1 zero per-file", "c=10 zero per-file"}));
  ASSERT_EQ(run["configurations"].size(), 1U);
  EXPECT_EQ(run["configurations"][0]["concurrency"], 1);
  ASSERT_EQ(run["failures"].size(), 1U);
  EXPECT_EQ(run["failures"][0]["key"], "c=10 zero per-file");
}

TEST_F(BenchTest, APragmaThatSqliteDoesNotTakeIsFoundBeforeAnythingIsMeasured) {
  for (const auto& [option, pragma, why] : std::vector<std::array<std::string, 3>>{
           {"--pragma", "nosuch=1", "does not say what PRAGMA nosuch is"},
           {"--pragma", "page_size=1000", "did not take page_size=1000: it says '4096'"},
           {"--pragma", "encoding=UTF-99", "PRAGMA encoding=UTF-99"},
           {"--try", "cache_size=7,nosuch=1", "does not say what PRAGMA nosuch is"}}) {
    const Outcome outcome =
        bench({"--threads", "1", "--profile", "zero", "--files", "10", option, pragma});
    EXPECT_EQ(outcome.exit_code, 2) << pragma;
    EXPECT_THAT(outcome.err, testing::AllOf(HasSubstr("bench: " + option + ": "), HasSubstr(why)));
    EXPECT_THAT(outcome.out, IsEmpty());
    EXPECT_FALSE(std::filesystem::exists(results()) && !std::filesystem::is_empty(results()))
        << "nothing is published";
  }
}

TEST_F(BenchTest, TriesBringEveryFileHome) {
  const Outcome outcome = bench({"--threads", "10", "--profile", "zero", "--files", "300",
                                 "--busy-timeout", "0", "--max-tries", "0"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(only_json()["configurations"][0]["indexed_count"], 300);
}

struct WrongUsage {
  std::vector<std::string> arguments;
  std::string says;
};

// The tests of the options have every refusal; these show that one ends the program.
TEST_F(BenchTest, WrongUsageIsExitCodeTwoAndASentence) {
  write_file(scratch_ / "taken.db", "");
  write_file(scratch_ / "free.db-wal", "");
  for (const WrongUsage& wrong : std::vector<WrongUsage>{
           {{"--no-such-flag"}, "--no-such-flag"},
           {{"surplus"}, "surplus"},
           {{"--threads", "0"}, "--threads"},
           {{"--threads", "10000"}, "--strategy group-commit has that many in flight"},
           {{"--strategy", "group-commit", "--queue", "mutex"}, "--commit group needs"},
           {{"--checkpoint", "background"}, "needs connections that stay open"},
           {{"--api-delay", "2"}, "--api-delay"},
           {{"--fail-if", "turnstile"}, "turnstile"},
           {{"--fail-if", "p99{threads=7}>1s"}, "concerns no configuration"},
           {{"--gate", "zero:10:300s"}, "--fail-if 'elapsed{threads=10,profile=zero}>300s'"},
           {{"--commit", "batch:10"}, "--commit"},
           {{"--study", "--profile", "zero"}, "--study"},
           {{"--connection", "shared", "--queue", "sqlite"}, "--connection shared"},
           {{"--keep-db", "taken.db"}, "exists already"},
           {{"--keep-db", "free.db"}, "free.db-wal"},
           {{"--keep-db", "no/such/dir/x.db"}, "no/such/dir/x.db"},
           {{"--dir", "no/such/dir"}, "--dir"},
           {{"--db", "taken.db"}, "on which --script runs"},
           {{"--results", "no/such/folder"}, "--results"},
           {{"--results", "taken.db"}, "not a folder"}}) {
    SCOPED_TRACE(testing::PrintToString(wrong.arguments));
    const Outcome outcome = bench(wrong.arguments);
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_THAT(outcome.err, HasSubstr(wrong.says));
    EXPECT_THAT(outcome.out, IsEmpty());
    expect_nothing_left_over();
  }
  EXPECT_TRUE(std::filesystem::exists(scratch_ / "taken.db"));
  EXPECT_TRUE(std::filesystem::exists(scratch_ / "free.db-wal"));
  EXPECT_FALSE(std::filesystem::exists(scratch_ / "free.db"));
}

TEST_F(BenchTest, DefaultResultsFolderIsCreated) {
  std::filesystem::remove(results());
  ASSERT_EQ(bench({"--threads", "1", "--profile", "zero", "--files", "5", "--quiet"}).exit_code, 0);
  EXPECT_FALSE(names_in(results()).empty());
}

TEST_F(BenchTest, HelpAndVersionAnswerOnStandardOutput) {
  const Outcome help = bench({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.out, HasSubstr("exit codes"));
  const Outcome version = bench({"--version"});
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_THAT(version.out, HasSubstr("walbench"));
  EXPECT_THAT(version.err, IsEmpty());
}

}  // namespace
}  // namespace walbench::programs
