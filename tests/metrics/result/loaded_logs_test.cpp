// Silent bugs these tests would catch: an interval's figures in another interval's row, or another
// segment's; the log of a crash refused by its name; a log cut off and told as if it were whole;
// one bad log that keeps everything else from being told.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "metrics/files/text_file.hpp"
#include "metrics/histogram/hgrm.hpp"
#include "metrics/histogram/interval_log.hpp"
#include "metrics/result/figures.hpp"
#include "metrics/result/hgrm_metadata.hpp"
#include "metrics/result/result_set.hpp"
#include "tests/support/example_results.hpp"
#include "tests/support/publish_whole.hpp"
#include "tests/support/temporary_folder.hpp"

namespace walbench::metrics {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class LoadedLogs : public test_support::TemporaryFolderTest {
 protected:
  /// Two intervals of two segments.
  fs::path log(const std::string& name) const {
    IntervalLog file(path(name), "c=10 zero per-file", std::chrono::system_clock::now());
    file.add(0, 1'000'000'000, "fsm_net", example_histogram());
    file.add(0, 1'000'000'000, "commit", histogram_of(7, 3));
    file.add(1'000'000'000, 250'000'000, "fsm_net", histogram_of(900));
    file.add(1'000'000'000, 250'000'000, "commit", histogram_of(8));
    file.flush();
    return file.path();
  }
};

TEST_F(LoadedLogs, HaveAStreamATagAndARowAnInterval) {
  const fs::path file = log("x.hlog");
  const ResultSet set = load_results({file});
  EXPECT_TRUE(set.problems.empty() && set.runs.empty() && set.lone.empty());
  ASSERT_EQ(set.logs.size(), 1U);
  const LoadedLog& loaded = set.logs[0];
  EXPECT_EQ(loaded.path, file);
  EXPECT_EQ(loaded.label, "c=10 zero per-file");
  EXPECT_FALSE(loaded.cut_off.has_value());
  ASSERT_EQ(loaded.streams.size(), 2U);
  EXPECT_EQ(loaded.streams[0].tag, "fsm_net") << "in the order of their first line";
  EXPECT_EQ(loaded.streams[1].tag, "commit");
  ASSERT_EQ(loaded.streams[0].rows.size(), 2U);
  ASSERT_EQ(loaded.streams[1].rows.size(), 2U);
  const IntervalRow& first = loaded.streams[0].rows[0];
  EXPECT_NEAR(first.start_seconds, 0, 1e-3);
  EXPECT_DOUBLE_EQ(first.length_seconds, 1);
  EXPECT_EQ(first.count, 1000);
  EXPECT_EQ(first.p50_ns, 100);
  EXPECT_EQ(first.p99_ns, 300);
  EXPECT_EQ(first.max_ns, 500);
  const IntervalRow& last = loaded.streams[1].rows[1];
  EXPECT_NEAR(last.start_seconds, 1, 1e-3);
  EXPECT_DOUBLE_EQ(last.length_seconds, 0.25);
  EXPECT_EQ(last.count, 1);
  EXPECT_EQ(last.max_ns, 8);
}

TEST_F(LoadedLogs, ThoseOfInterruptedRunsAreLogsToo) {
  const ResultSet set = load_results({log("c=10-zero-per-file-17-1.hlog.partial")});
  ASSERT_EQ(set.logs.size(), 1U);
  EXPECT_TRUE(set.problems.empty());
  EXPECT_EQ(set.logs[0].streams.size(), 2U);
}

TEST_F(LoadedLogs, WhatACrashCutOffIsNoted) {
  std::string text = read(log("x.hlog"));
  text.resize(text.size() - 10);
  const ResultSet set = load_results({write("cut.hlog.partial", text)});
  ASSERT_EQ(set.logs.size(), 1U);
  EXPECT_TRUE(set.problems.empty());
  EXPECT_EQ(set.logs[0].streams.at(0).rows.size(), 2U);
  EXPECT_EQ(set.logs[0].streams.at(1).rows.size(), 1U) << "commit's second is half a line";
  EXPECT_THAT(set.logs[0].cut_off.value_or(""), HasSubstr("cut off"));
}

TEST_F(LoadedLogs, LinesWithoutATagAreAStreamOfTheirOwn) {
  std::string text = read(log("x.hlog"));
  for (std::size_t at = 0; (at = text.find("Tag=commit,", at)) != std::string::npos;) {
    text.erase(at, std::string_view("Tag=commit,").size());
  }
  text.erase(0, text.find('\n') + 1);  // As other programs do not name themselves.
  const ResultSet set = load_results({write("theirs.hlog", text)});
  ASSERT_EQ(set.logs.size(), 1U);
  EXPECT_EQ(set.logs[0].label, "");
  ASSERT_EQ(set.logs[0].streams.size(), 2U);
  EXPECT_EQ(set.logs[0].streams[1].tag, "");
  EXPECT_EQ(set.logs[0].streams[1].rows.size(), 2U);
}

TEST_F(LoadedLogs, ABadOneIsAProblemAndTheOthersAreTold) {
  const std::string metadata = hgrm_metadata(full_run(), full_configuration(), Segment::commit);
  const fs::path hgrm = write("x.hgrm", write_hgrm(histogram_of(5), 1e6, metadata));
  const std::string good = read(log("x.hlog"));
  const std::vector<fs::path> bad = {
      path("missing.hlog"),
      write("empty.hlog", ""),
      write("nonsense.hlog", "nonsense\n"),
      write("header.hlog.partial", good.substr(0, good.find("Tag="))),
      write("damaged.hlog", good + "Tag=commit,2.000,1.000,0.000,HISTFAAA\n"),
      write("cut.hlog", read(hgrm).substr(0, 200)),
  };
  std::vector<fs::path> all = bad;
  all.insert(all.begin(), path("x.hlog"));
  all.push_back(log("y.hlog"));
  all.push_back(hgrm);
  const ResultSet set = load_results(all);
  ASSERT_EQ(set.problems.size(), bad.size());
  for (std::size_t index = 0; index < bad.size(); ++index) {
    EXPECT_EQ(set.problems.at(index).path, bad.at(index));
    EXPECT_FALSE(set.problems.at(index).what.empty()) << bad.at(index);
  }
  ASSERT_EQ(set.logs.size(), 2U) << "a bad one leaves nothing";
  EXPECT_EQ(set.logs[0].path, path("x.hlog"));
  EXPECT_EQ(set.logs[1].path, path("y.hlog"));
  EXPECT_EQ(set.runs.size(), 1U);
}

TEST_F(LoadedLogs, TheContentTellsWhatAFileIsAndNotItsName) {
  const std::string metadata = hgrm_metadata(full_run(), full_configuration(), Segment::commit);
  const ResultSet set = load_results(
      {write("named.hlog", write_hgrm(histogram_of(5), 1e6, metadata)),
       write("named.hgrm", read(log("x.hlog"))), write("no name at all", read(path("x.hlog")))});
  EXPECT_TRUE(set.problems.empty());
  EXPECT_EQ(set.runs.size(), 1U);
  EXPECT_EQ(set.logs.size(), 2U);
}

TEST_F(LoadedLogs, TimesThatGoBackAreNoted) {
  const fs::path forward = log("x.hlog");
  const std::string text = read(forward);
  const std::size_t first = text.find("Tag=commit,");
  const std::string line = text.substr(first, text.find('\n', first) + 1 - first);
  const ResultSet set = load_results({forward, write("back.hlog", text + line)});
  ASSERT_EQ(set.logs.size(), 2U);
  EXPECT_FALSE(set.logs[0].times_go_back) << "one tag may lag behind another";
  EXPECT_TRUE(set.logs[1].times_go_back);
}

TEST_F(LoadedLogs, OnlyOfOtherProgramsTheUnitIsAssumed) {
  const fs::path ours = log("x.hlog");
  std::string text = read(ours);
  text.erase(0, text.find('\n') + 1);
  const ResultSet set = load_results({ours, write("theirs.hlog", text)});
  ASSERT_EQ(set.logs.size(), 2U);
  EXPECT_FALSE(set.logs[0].unit_assumed);
  EXPECT_TRUE(set.logs[1].unit_assumed);
}

TEST_F(LoadedLogs, ThoseOfYcsbAreInMicroseconds) {
  std::string text = read(log("x.hlog"));
  text.replace(0, text.find('\n'), "#[Logging for: READ]");
  const ResultSet set = load_results({write("READ.hdr", text)});
  ASSERT_EQ(set.logs.size(), 1U);
  EXPECT_EQ(set.logs[0].label, "READ");
  EXPECT_FALSE(set.logs[0].unit_assumed);
  const IntervalRow& row = set.logs[0].streams.at(0).rows.at(0);
  EXPECT_EQ(row.p50_ns, 100'000);
  EXPECT_EQ(row.p99_ns, 300'000);
  EXPECT_EQ(row.max_ns, 500'000);
}

// The whole way of a configuration in which every field has a value of its own.
TEST_F(LoadedLogs, ARunPublishedWithItsLogComesBackWhole) {
  RunResult run = full_run();
  run.configurations.front().planned.strategy = "per-file";
  run.configurations.front().interval_log = log("c=10.hlog.partial");
  const ResultSet set = load_results([&] {
    std::vector<fs::path> paths = publish_whole(directory(), run);
    std::erase_if(paths, [](const fs::path& each) { return each.extension() == ".json"; });
    return paths;
  }());
  EXPECT_TRUE(set.problems.empty());
  ASSERT_EQ(set.logs.size(), 1U);
  EXPECT_EQ(set.logs[0].path, path(run.run_id + "-c10-zero-per-file.hlog"));
  ASSERT_EQ(set.runs.size(), 1U);
  ASSERT_EQ(set.runs[0].configurations.size(), 1U);
  const ConfigurationResult& loaded = set.runs[0].configurations[0];
  const ConfigurationResult& published = run.configurations[0];
  EXPECT_TRUE(same_facts(loaded, published));
  EXPECT_EQ(loaded.main.segments.size(), published.main.segments.size());
  for (const auto& [segment, histogram] : published.main.segments) {
    const Histogram* const found = loaded.find(segment);
    ASSERT_NE(found, nullptr) << segment_name(segment);
    EXPECT_EQ(*found, histogram) << segment_name(segment);
  }
}

}  // namespace
}  // namespace walbench::metrics
