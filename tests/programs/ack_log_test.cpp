// Would catch: a log of acknowledgements that misses some, has those of the warm-up too, mixes with
// the tables, overwrites somebody's file, or loses lines without the run failing.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/programs/bench_fixture.hpp"
#include "tests/programs/kept_database.hpp"
#include "tests/programs/program.hpp"

namespace walbench::programs {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// 40 files through any strategy; the warm-up runs them all, too, and is nobody's to be told of.
class AckLogTest : public BenchFixture, public testing::WithParamInterface<std::string> {
 protected:
  static std::vector<std::string> arguments(std::vector<std::string> more) {
    more.insert(more.end(),
                {"--threads", "5", "--profile", "zero", "--files", "40", "--strategy", GetParam()});
    return more;
  }

  static void expect_all_acknowledged(const std::string& log) {
    EXPECT_EQ(std::ranges::count(log, '\n'), 3 * 40);
    const ProgressByFile files = acknowledged_in(log);
    EXPECT_EQ(files.size(), 40U);
    for (const auto& [path, file] : files) {
      EXPECT_THAT(path, StartsWith("/bench/file_"));
      EXPECT_EQ(file.version, 3) << path;
      EXPECT_EQ(file.state, "indexed") << path;
    }
  }
};

TEST_P(AckLogTest, StreamsToStandardOutputInsteadOfTheTables) {
  const Outcome outcome = bench(arguments({"--ack-log", "-"}));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  expect_all_acknowledged(outcome.out);
  EXPECT_THAT(names_in(results()), Contains(HasSubstr(".json"))) << "published all the same";
}

TEST_P(AckLogTest, AFileHasTheLinesAndTheTablesArePrinted) {
  const Outcome outcome = bench(arguments({"--ack-log", "acks"}));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  expect_all_acknowledged(read_file(scratch_ / "acks"));
  EXPECT_THAT(outcome.out, HasSubstr("database verified"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("/bench/file_")));
}

TEST_P(AckLogTest, EachStepOfARetryIsAcknowledged) {
  const Outcome outcome =
      bench({"--ack-log", "-", "--threads", "5", "--profile", "realistic", "--api-delay", "0",
             "--fail-rate", "0.4", "--files", "40", "--strategy", GetParam()});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr(" failed\n"));
  EXPECT_THAT(outcome.out, HasSubstr(" untracked\n"));
  const std::int64_t writes = only_json()["configurations"][0]["writes"];
  EXPECT_EQ(std::ranges::count(outcome.out, '\n'), writes);
  for (const auto& [path, file] : acknowledged_in(outcome.out)) {
    EXPECT_EQ(file.state, "indexed") << path;
  }
}

/// Somebody else holds the write lock again and again, so transitions are refused.
TEST_P(AckLogTest, WhatIsRefusedIsNotAcknowledged) {
  const Outcome outcome =
      bench({"--threads",
             "5",
             "--profile",
             "realistic",
             "--api-delay",
             "20ms",
             "--files",
             "100",
             "--warmup",
             "0",
             "--busy-timeout",
             "0",
             "--strategy",
             GetParam(),
             "--ack-log",
             "acks",
             "--keep-db",
             "kept.db",
             "--beside",
             "while :; do sqlite3 {db} 'BEGIN IMMEDIATE' '.shell sleep 0.03' 2>/dev/null; sleep "
             "0.005; done"});
  const json configuration = only_json()["configurations"][0];
  const auto busy = configuration["given_up"]["busy"].get<std::int64_t>();
  EXPECT_EQ(outcome.exit_code, busy > 0 ? 1 : 0) << outcome.err;
  EXPECT_GT(busy, 0) << "nobody met the intruder";

  ProgressByFile acknowledged = acknowledged_in(read_file(scratch_ / "acks"));
  const KeptDatabase database(scratch_ / "kept.db");
  const ProgressByFile durable = database.files();
  EXPECT_EQ(durable.size(), 100U);
  for (const auto& [path, file] : durable) {
    EXPECT_EQ(file.version, acknowledged[path].version) << path << ": no more, and no less";
    EXPECT_EQ(file.state, acknowledged[path].state) << path;
  }
}

TEST_P(AckLogTest, AReaderWhoLeavesFailsTheRun) {
  Program::Options leaving = options();
  leaving.reader_leaves = true;
  const Outcome outcome = run_bench(arguments({"--ack-log", "-"}), leaving);
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("acknowledgement log '-' cannot be written: Broken pipe"));
  expect_only_a_failure_recorded();
}

INSTANTIATE_TEST_SUITE_P(Strategies, AckLogTest,
                         testing::Values("per-file", "pooled-connection", "batch", "group-commit"),
                         [](const auto& strategy) {
                           std::string name = strategy.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

using AckLogPlaceTest = BenchFixture;

TEST_F(AckLogPlaceTest, APipeWithANameIsWrittenTo) {
  const std::filesystem::path pipe = scratch_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  const Outcome outcome = bench({"--threads", "2", "--profile", "zero", "--files", "10",
                                 "--strategy", "group-commit", "--ack-log", "pipe", "--quiet"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  std::array<char, 4096> lines{};  // a pipe holds that many
  const ssize_t size = ::read(reader, lines.data(), lines.size());
  ::close(reader);
  ASSERT_GT(size, 0);
  EXPECT_EQ(acknowledged_in(std::string(lines.data(), static_cast<std::size_t>(size))).size(), 10U);
}

TEST_F(AckLogPlaceTest, APipeThatNobodyReadsIsRefusedAndNotWaitedFor) {
  ASSERT_EQ(::mkfifo((scratch_ / "pipe").c_str(), 0600), 0);
  const Outcome outcome =
      bench({"--threads", "2", "--profile", "zero", "--files", "10", "--ack-log", "pipe"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.err, "bench: --ack-log: nobody reads 'pipe'; start its reader first\n");
  EXPECT_THAT(outcome.out, IsEmpty());
  expect_nothing_left_over();
}

TEST_F(AckLogPlaceTest, SomebodysFileIsLeftAloneAndNothingIsDone) {
  write_file(scratch_ / "theirs", "dear diary\n");
  const Outcome outcome = bench({"--threads", "2", "--profile", "zero", "--files", "10",
                                 "--keep-db", "free.db", "--ack-log", "theirs"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, StartsWith("bench: --ack-log: 'theirs' exists"));
  EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_EQ(read_file(scratch_ / "theirs"), "dear diary\n");
  EXPECT_FALSE(std::filesystem::exists(scratch_ / "free.db"));
  expect_nothing_left_over();
}

TEST_F(AckLogPlaceTest, WhereNothingCanBeWrittenIsWrongUsage) {
  for (const std::string place : {"no/such/folder/acks", "results", ""}) {
    const Outcome outcome =
        bench({"--threads", "2", "--profile", "zero", "--files", "10", "--ack-log", place});
    EXPECT_EQ(outcome.exit_code, 2) << place;
    EXPECT_THAT(outcome.err, HasSubstr("--ack-log")) << place;
    expect_nothing_left_over();
  }
}

TEST_F(AckLogPlaceTest, AWrongDatabaseLeavesNoLogBehind) {
  write_file(scratch_ / "taken.db", "");
  const Outcome outcome = bench({"--threads", "2", "--profile", "zero", "--files", "10",
                                 "--keep-db", "taken.db", "--ack-log", "acks"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_FALSE(std::filesystem::exists(scratch_ / "acks"));
}

}  // namespace
}  // namespace walbench::programs
