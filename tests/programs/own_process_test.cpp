// Silent bugs these tests would catch: a pair whose two sides used the same SQLite; a child that
// dies and takes its measurement with it unsaid; one that outlives the program that started it;
// what works in one process and is lost between two.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/programs/bench_fixture.hpp"
#include "tests/programs/fixed_sqlite.hpp"
#include "tests/programs/kept_database.hpp"
#include "tests/programs/program.hpp"
#include "tests/support/eventually.hpp"

namespace walbench::programs {
namespace {

using nlohmann::json;
using test_support::eventually;
using testing::Contains;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

class OwnProcess : public BenchFixture {
 protected:
  std::vector<std::string> small(const std::vector<std::string>& more) const {
    std::vector<std::string> all = {
        "--threads", "2", "--profile",           "zero", "--files", "50",
        "--warmup",  "0", "--memory-statistics", "off"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  /// An API call takes an hour.
  std::vector<std::string> endless() const {
    return {"--threads",  "2",      "--profile",           "realistic", "--api-delay", "1h",
            "--progress", "always", "--memory-statistics", "off",       "--warmup",    "0"};
  }

  /// The only child of a program; nothing if it has none.
  static std::optional<pid_t> child_of(pid_t parent) {
    for (const auto& thread :
         std::filesystem::directory_iterator("/proc/" + std::to_string(parent) + "/task")) {
      std::ifstream children(thread.path() / "children");
      pid_t child = 0;
      if (children >> child) return child;
    }
    return std::nullopt;
  }

  static bool exists(pid_t process) { return ::kill(process, 0) == 0; }

  json mitigation() const {
    for (const std::string& name : names_in(results())) {
      if (name.starts_with("results-mitigation-")) {
        return json::parse(read_file(results() / name));
      }
    }
    return {};
  }
};

class OwnProcessWithLibrary : public OwnProcess {
 protected:
  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "sanitizers have a preloaded library of their own";
#endif
    const Outcome fixed = fixed_sqlite();
    if (fixed.exit_code != 0) GTEST_SKIP() << "there is no fixed SQLite here: " << fixed.out;
    library_ = fixed.out;
  }

  std::string library_;
};

TEST_F(OwnProcessWithLibrary, APairHasAnotherOneOnOneSideAlone) {
  const Outcome outcome =
      bench({"--threads", "2", "--profile", "zero", "--files", "50", "--try", "library=" + library_,
             "--repeat", "2", "--mitigate-at", "2:zero"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const json pair = mitigation();
  EXPECT_EQ(pair["baseline"]["settings"]["sqlite_source_id"], sqlite3_sourceid());
  EXPECT_NE(pair["mitigation_run"]["settings"]["sqlite_source_id"], sqlite3_sourceid());
  EXPECT_EQ(pair["mitigation_run"]["library"], std::filesystem::canonical(library_).string());
  EXPECT_FALSE(pair["baseline"].contains("library"));
  EXPECT_FALSE(pair["mitigation_run"]["wal_reset_exposed"]);
  EXPECT_EQ(pair["mitigation_repeats"].size(), 2U);
}

TEST_F(OwnProcess, APairHasMemoryStatisticsOffOnOneSideAlone) {
  const Outcome outcome = bench({"--threads", "2", "--profile", "zero", "--files", "50", "--try",
                                 "memory-statistics=off", "--repeat", "2"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const json pair = mitigation();
  EXPECT_EQ(pair["baseline"]["settings"]["memory_statistics"], "on");
  EXPECT_EQ(pair["mitigation_run"]["settings"]["memory_statistics"], "off");
}

TEST_F(OwnProcess, WritesLogsAndKeepsTheDatabase) {
  const Outcome outcome =
      bench(small({"--ack-log", "acks", "--interval", "20ms", "--keep-db", "kept.db", "--readers",
                   "1", "--beside", "touch there; sleep 30"}));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const std::string acks = read_file(scratch_ / "acks");
  EXPECT_EQ(std::ranges::count(acks, '\n'), 3 * 50);
  EXPECT_THAT(names_in(results()), Contains(EndsWith("-c2-zero-per-file.hlog")));
  EXPECT_THAT(names_in(results()), Contains(HasSubstr(".readers.read_ms.hgrm")));
  EXPECT_EQ(KeptDatabase(scratch_ / "kept.db").integrity(), "ok");
  EXPECT_TRUE(std::filesystem::exists(scratch_ / "there"));
  const json measured = only_json()["configurations"][0];
  EXPECT_TRUE(measured["beside"]["stopped"]);
  EXPECT_THAT(names_in(tmpdir()), IsEmpty());
}

TEST_F(OwnProcess, AcknowledgesOnStandardOutput) {
  const Outcome outcome = bench(small({"--ack-log", "-"}));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(std::ranges::count(outcome.out, '\n'), 3 * 50);
}

TEST_F(OwnProcess, RunsScripts) {
  const Outcome outcome =
      bench({"-b", "job-queue", "--iterations", "200", "-c", "2", "--memory-statistics", "off"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const json measured = only_json()["configurations"][0];
  EXPECT_EQ(measured["workload"], "job-queue");
  EXPECT_EQ(measured["verified_by"], "integrity+checks");
  EXPECT_EQ(measured["settings"]["memory_statistics"], "off");
}

/// A script that the installed SQLite does not understand.
TEST_F(OwnProcessWithLibrary, UnderstandsWhatThatUnderstands) {
  if (sqlite3_libversion_number() >= 3'045'000) GTEST_SKIP() << "both understand it";
  write_file(scratch_ / "setup.sql",
             "CREATE TABLE t(id INTEGER PRIMARY KEY, doc BLOB);\n"
             "INSERT INTO t VALUES (1, jsonb('[1]'));\n"
             "-- walbench: check SELECT json(doc) = '[2]' FROM t\n");
  write_file(scratch_ / "script.sql", "UPDATE t SET doc = jsonb('[2]') WHERE id = 1;\n");
  const std::vector<std::string> arguments = {"-f",           "script.sql", "--setup", "setup.sql",
                                              "--iterations", "20",         "-c",      "1"};
  EXPECT_EQ(bench(arguments).exit_code, 2);
  std::vector<std::string> with_library = arguments;
  with_library.insert(with_library.end(), {"--library", library_});
  const Outcome outcome = bench(with_library);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(only_json()["configurations"][0]["iterations"], 20);
  write_file(scratch_ / "script.sql", "UPDATE t SET doc = jsonb('[2]', 3) WHERE id = 1;\n");
  const Outcome refused = bench(with_library);
  EXPECT_EQ(refused.exit_code, 2) << "what it does not understand is still refused";
  EXPECT_THAT(refused.err, HasSubstr("script.sql:1:"));
}

TEST_F(OwnProcess, ThatIsKilledIsNamedAndTheOthersAreMeasured) {
  std::vector<std::string> arguments = endless();
  arguments[3] = "zero,realistic";
  arguments.insert(arguments.end(), {"--files", "20"});
  Program bench(bench_path(), arguments, options());
  ASSERT_TRUE(bench.wait_for_error_text("c=2 realistic per-file\x1b[K"));
  const std::optional<pid_t> child = child_of(bench.pid());
  ASSERT_TRUE(child.has_value());
  ASSERT_EQ(::kill(*child, SIGKILL), 0);
  const Outcome outcome = bench.wait();
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("bench: c=2 realistic per-file: the process that measured it "
                                     "was killed by signal 9 (Killed)"));
  EXPECT_EQ(only_json()["configurations"].size(), 1U);
  EXPECT_EQ(only_json()["failures"][0]["phase"], "measure");
  EXPECT_THAT(names_in(tmpdir()), IsEmpty());
}

TEST_F(OwnProcess, EndsWithTheProgramOnSigint) {
  Program bench(bench_path(), endless(), options());
  ASSERT_TRUE(bench.wait_for_error_text("c=2 realistic per-file\x1b[K"));
  const std::optional<pid_t> child = child_of(bench.pid());
  ASSERT_TRUE(child.has_value());
  bench.send_signal(SIGINT);
  const Outcome outcome = bench.wait();
  EXPECT_EQ(outcome.exit_code, 130);
  EXPECT_THAT(outcome.err, HasSubstr("interrupted: nothing was published"));
  EXPECT_FALSE(exists(*child));
  expect_nothing_left_over();
}

// Nobody can tell it so any more.
TEST_F(OwnProcess, EndsIfTheProgramIsKilled) {
  std::vector<std::string> arguments = endless();
  arguments.insert(arguments.end(), {"--beside", "exec sleep 300"});
  Program bench(bench_path(), arguments, options());
  ASSERT_TRUE(bench.wait_for_error_text("c=2 realistic per-file\x1b[K"));
  const std::optional<pid_t> child = child_of(bench.pid());
  ASSERT_TRUE(child.has_value());
  std::optional<pid_t> beside;
  ASSERT_TRUE(eventually([&] { return (beside = child_of(*child)).has_value(); }));
  bench.send_signal(SIGKILL);
  bench.wait();
  EXPECT_TRUE(eventually([&] { return !exists(*child) && !exists(*beside); }));
}

TEST_F(OwnProcess, IsNotForUsers) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--own-process"},
                                                    {"--own-process", "0"},
                                                    {"--own-process", "x"}}) {
    const Outcome outcome = bench(arguments);
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_EQ(outcome.err, "bench: --own-process is how bench starts itself; leave it out\n");
  }
}

}  // namespace
}  // namespace walbench::programs
