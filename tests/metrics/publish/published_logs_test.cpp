// Silent bugs these tests would catch: an interval log published under another configuration's
// name; one that nobody finds after a crash, or that is taken for that of a whole run; the only
// record of a measurement deleted because its results could not be written.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "metrics/files/file_error.hpp"
#include "metrics/histogram/hlog.hpp"
#include "metrics/publish/results_folder.hpp"
#include "tests/support/example_results.hpp"
#include "tests/support/publish_whole.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/temporary_folder.hpp"

namespace walbench::metrics {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;
using testing::HasSubstr;

constexpr const char* kLogName = "20260131-235959-c10-zero-per-file.hlog";
constexpr const char* kHgrmName = "20260131-235959-c10-zero-per-file.commit_ms.hgrm";

class PublishedLogs : public test_support::TemporaryFolderTest {
 protected:
  /// A log with one line, which is closed.
  fs::path logged(std::int64_t value = 5) const {
    const std::unique_ptr<IntervalLog> log =
        ResultsFolder(directory()).open_interval_log("c=10 zero per-file");
    log->add(0, 1'000'000'000, "commit", histogram_of(value));
    log->flush();
    return log->path();
  }
  static RunResult run_with(const fs::path& log) {
    RunResult run;
    run.timestamp = "2026-01-31T23:59:59Z";
    run.configurations = {measured(10, "zero", "per-file", 1000, {{Segment::commit, 5}})};
    run.configurations.front().interval_log = log;
    return run;
  }
  std::string refusal(RunResult& run) const {
    return test_support::refusal_of<FileError>([&] { return publish_whole(directory(), run); });
  }
};

TEST_F(PublishedLogs, UntilThenANameSaysWhatAndThatItIsPartial) {
  const fs::path log = logged();
  EXPECT_EQ(log.parent_path(), directory());
  const std::string name = log.filename().string();
  EXPECT_TRUE(name.starts_with("c=10-zero-per-file-")) << name;
  EXPECT_TRUE(name.ends_with(".hlog.partial")) << name;
  EXPECT_EQ(names(), Names{name});
  const HlogSummary summary = read_hlog(log, [](HlogInterval&&) {});
  EXPECT_EQ(summary.label, "c=10 zero per-file");
}

TEST_F(PublishedLogs, TwoOfOneLabelHaveTwoNames) {
  const ResultsFolder folder(directory());
  const auto first = folder.open_interval_log("x");
  const auto second = folder.open_interval_log("x");
  EXPECT_NE(first->path(), second->path());
  EXPECT_EQ(names().size(), 2U);
}

TEST_F(PublishedLogs, TheyAreNamedLikeTheirConfigurationsOtherFiles) {
  const fs::path log = logged();
  const std::string text = read(log);
  RunResult run = run_with(log);
  const std::vector<fs::path> paths = publish_whole(directory(), run);
  const std::string json = "results-20260131-235959.json";
  EXPECT_EQ(paths, (std::vector{path(json), path(kLogName), path(kHgrmName)}));
  EXPECT_EQ(names(), (Names{json, kLogName, kHgrmName})) << "and nothing partial";
  EXPECT_EQ(read(path(kLogName)), text);
}

TEST_F(PublishedLogs, EachConfigurationKeepsItsOwn) {
  RunResult run = run_with(logged(1));
  run.configurations.push_back(measured(50, "zero", "per-file", 1000, {{Segment::commit, 5}}));
  run.configurations.push_back(measured(50, "realistic", "per-file", 1000));
  run.configurations.back().interval_log = logged(2);
  static_cast<void>(publish_whole(directory(), run));
  std::vector<std::int64_t> values;
  for (const char* const name : {kLogName, "20260131-235959-c50-realistic-per-file.hlog"}) {
    read_hlog(path(name), [&](HlogInterval&& each) { values.push_back(each.histogram.max()); });
  }
  EXPECT_EQ(values, (std::vector<std::int64_t>{1, 2}));
  EXPECT_FALSE(names().contains("20260131-235959-c50-zero-per-file.hlog")) << "it had none";
}

TEST_F(PublishedLogs, WhereNothingIsPublishedTheyStay) {
  const fs::path log = logged();
  const std::string text = read(log);
  RunResult other = run_with({});
  static_cast<void>(publish_whole(directory(), other));
  EXPECT_EQ(read(log), text) << "it is another run's";
}

// The message of a failed bench says where the log is; it holds what was measured.
TEST_F(PublishedLogs, WherePublishingFailsTheyStayUnderTheirPartialName) {
  const fs::path log = logged();
  const std::string text = read(log);
  for (const char* const in_the_way : {kHgrmName, kLogName}) {
    fs::create_directory(path(in_the_way));
    RunResult run = run_with(log);
    EXPECT_THAT(refusal(run), HasSubstr(in_the_way));
    EXPECT_EQ(names(), (Names{in_the_way, log.filename()})) << "nothing else is left";
    EXPECT_EQ(read(log), text);
    fs::remove(path(in_the_way));
  }
  RunResult run = run_with(log);
  EXPECT_EQ(refusal(run), "accepted") << "nothing is in the way any more";
}

// Files are moved in the reverse order: here the log before what cannot be moved, and is moved
// back.
TEST_F(PublishedLogs, WhatWasMovedAlreadyIsMovedBack) {
  const fs::path log = logged();
  const std::string text = read(log);
  RunResult run = run_with(log);
  run.configurations.insert(run.configurations.begin(),
                            measured(1, "zero", "per-file", 1000, {{Segment::commit, 5}}));
  const std::string first = "20260131-235959-c1-zero-per-file.commit_ms.hgrm";
  fs::create_directory(path(first));
  EXPECT_THAT(refusal(run), HasSubstr(first));
  EXPECT_EQ(names(), (Names{first, log.filename()})) << "nor the JSON file";
  EXPECT_EQ(read(log), text);
}

TEST_F(PublishedLogs, ALogThatIsGoneFailsTheRun) {
  RunResult run = run_with(path("gone.hlog.partial"));
  EXPECT_THAT(refusal(run), HasSubstr(kLogName));
  EXPECT_EQ(names(), Names());
  EXPECT_EQ(run.run_id, "");
}

TEST_F(PublishedLogs, CannotBeOpenedInAFolderThatWentAway) {
  fs::create_directory(path("results"));
  const ResultsFolder folder(path("results"));
  fs::remove(path("results"));
  EXPECT_THROW(static_cast<void>(folder.open_interval_log("x")), FileError);
}

}  // namespace
}  // namespace walbench::metrics
