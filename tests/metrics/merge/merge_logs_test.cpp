// Silent bugs these tests would catch: intervals of several hosts put at one host's time, out of
// order, lost or doubled; logs of different things mixed; half a log left where none was.

#include "metrics/merge/merge_logs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "metrics/files/file_error.hpp"
#include "metrics/histogram/histogram_codec.hpp"
#include "metrics/histogram/hlog.hpp"
#include "metrics/merge/merge.hpp"
#include "metrics/result/result_files.hpp"
#include "tests/support/example_results.hpp"
#include "tests/support/little_room.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/temporary_folder.hpp"

namespace walbench::metrics {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class MergeLogs : public test_support::TemporaryFolderTest {
 protected:
  static std::string head(const std::string& start,
                          const std::string& first = "#[Walbench = c=2]") {
    return first + "\n#[Histogram log format version 1.3]\n#[StartTime: " + start +
           " (seconds since epoch), x]\n";
  }
  static std::string line(const std::string& stamp, std::int64_t value,
                          const std::string& tag = "fsm_net") {
    return "Tag=" + tag + "," + stamp + ",1.000,0.003," + encode_histogram(histogram_of(value)) +
           "\n";
  }
  /// `start tag value` of each interval.
  std::vector<std::string> told(const fs::path& log) const {
    std::vector<std::string> all;
    read_hlog(log, [&](HlogInterval&& each) {
      char start[32];
      std::snprintf(start, sizeof start, "%.3f", each.start_seconds);
      all.push_back(std::string(start) + " " + each.tag + " " +
                    std::to_string(each.histogram.max()));
    });
    return all;
  }
  std::string refusal_of(const std::vector<fs::path>& paths) const {
    const std::string why =
        test_support::refusal_of<MergeError>([&] { return merge_logs(paths, path("out.hlog")); });
    EXPECT_FALSE(fs::exists(path("out.hlog")));
    return why;
  }
};

TEST_F(MergeLogs, IntervalsOfAllAreInTheOrderOfTheirAbsoluteTime) {
  const fs::path a = write("a", head("1700000000.250") + line("0.000", 1) +
                                    line("0.000", 2, "commit") + line("2.000", 3));
  const fs::path b = write("b", head("1700000001.000") + line("0.000", 4) + line("1.500", 5));
  // Absolute stamps, and the earliest of all, though named last.
  const fs::path c = write("c", head("1700000000.000") + line("1700000000.125", 6));
  const MergedLog merged = merge_logs({a, b, c}, path("out.hlog"));
  EXPECT_EQ(merged.logs, 3U);
  EXPECT_EQ(merged.intervals, 6);
  EXPECT_THAT(told(path("out.hlog")),
              ElementsAre("0.125 fsm_net 6", "0.250 fsm_net 1", "0.250 commit 2", "1.000 fsm_net 4",
                          "2.250 fsm_net 3", "2.500 fsm_net 5"));
}

TEST_F(MergeLogs, WhatIsWrittenSaysWhatItIs) {
  const fs::path a = write("a", head("1700000000.000") + line("0.000", 1));
  const fs::path b = write("b", head("1700000060.000") + line("0.000", 2));
  merge_logs({b, a}, path("out.hlog"));
  const HlogSummary summary = read_hlog(path("out.hlog"), [](HlogInterval&&) {});
  EXPECT_EQ(summary.label, "c=2");
  EXPECT_EQ(summary.writer, HlogWriter::walbench);
  EXPECT_EQ(summary.start_epoch_seconds, 1'700'000'000.0);
}

TEST_F(MergeLogs, HistogramsStayAsTheyAre) {
  Histogram coarse({.highest_trackable_value = 1000, .significant_digits = 1});
  ASSERT_TRUE(coarse.record(77));
  const fs::path a = write("a", head("1700000000.000") + line("0.000", 3'000'000));
  const fs::path b =
      write("b", head("1700000000.000") + "0.000,1.000,0.003," + encode_histogram(coarse) + "\n");
  merge_logs({a, b}, path("out.hlog"));
  std::vector<Histogram> read;
  read_hlog(path("out.hlog"), [&](HlogInterval&& each) { read.push_back(each.histogram.dense()); });
  EXPECT_THAT(read, ElementsAre(histogram_of(3'000'000), coarse));
}

TEST_F(MergeLogs, YcsbsUnitIsKept) {
  const std::string first = "#[Logging for: READ]";
  const fs::path a = write("a.hdr", head("1700000000.000", first) + line("0.000", 1500));
  const fs::path b = write("b.hdr", head("1700000000.500", first) + line("0.000", 1600));
  merge_logs({a, b}, path("out.hlog"));
  const HlogSummary summary = read_hlog(path("out.hlog"), [](HlogInterval&&) {});
  EXPECT_EQ(summary.writer, HlogWriter::ycsb);
  EXPECT_EQ(summary.label, "READ");
}

TEST_F(MergeLogs, AMergeCanBeMerged) {
  const fs::path a = write("a", head("1700000000.000") + line("0.000", 1));
  const fs::path b = write("b", head("1700000001.000") + line("0.000", 2));
  const fs::path c = write("c", head("1700000000.500") + line("0.000", 3));
  merge_logs({a, b}, path("ab.hlog"));
  merge_logs({path("ab.hlog"), c}, path("out.hlog"));
  EXPECT_THAT(told(path("out.hlog")),
              ElementsAre("0.000 fsm_net 1", "0.500 fsm_net 3", "1.000 fsm_net 2"));
}

TEST_F(MergeLogs, LogsOfOtherThingsAreRefused) {
  const fs::path a = write("a", head("1700000000.000") + line("0.000", 1));
  const fs::path b = write("b", head("1700000000.000", "#[Walbench = c=10]") + line("0.000", 2));
  EXPECT_THAT(refusal_of({a, b}), AllOf(HasSubstr("b: "), HasSubstr("'c=10'"), HasSubstr("'c=2'")));
  const fs::path read =
      write("r", head("1700000000.000", "#[Logging for: c=2]") + line("0.000", 2));
  EXPECT_THAT(refusal_of({a, read}), HasSubstr("YCSB"));
  const fs::path two =
      write("two", head("1700000000.000") + line("1.000", 1) +
                       head("1700000100.000", "#[Walbench = c=10]") + line("0.000", 2));
  EXPECT_THAT(refusal_of({a, two}), HasSubstr("several things"));
}

TEST_F(MergeLogs, TheSameLogTwiceIsRefused) {
  const std::string text = head("1700000000.000") + line("0.000", 1);
  EXPECT_THAT(refusal_of({write("a", text), write("b", text)}),
              AllOf(HasSubstr("b: "), HasSubstr("twice")));
}

TEST_F(MergeLogs, AMergeIsNotMergedWithItsOwnParts) {
  const fs::path a = write("a", head("1700000000.000") + line("0.000", 1));
  const fs::path b = write("b", head("1700000001.000") + line("0.000", 2));
  const fs::path c = write("c", head("1700000002.000") + line("0.000", 3));
  merge_logs({a, b}, path("ab"));
  merge_logs({b, c}, path("bc"));
  EXPECT_THAT(refusal_of({path("ab"), b}),
              AllOf(HasSubstr("/b: "), HasSubstr("/ab too"), HasSubstr("counted twice")));
  EXPECT_THAT(refusal_of({b, path("ab")}), AllOf(HasSubstr("/ab: "), HasSubstr("/b too")));
  EXPECT_THAT(refusal_of({path("ab"), path("bc")}), HasSubstr("counted twice"));
  merge_logs({path("ab"), c}, path("abc"));
  EXPECT_THAT(refusal_of({path("abc"), b}), HasSubstr("counted twice"));
}

TEST_F(MergeLogs, TheHeadOfAMergeOfManyTellsItsKind) {
  std::vector<fs::path> logs;
  for (int number = 0; number < 700; ++number) {
    logs.push_back(write(std::to_string(number),
                         head("1700000000.000") + line(std::to_string(number) + ".000", 1)));
  }
  merge_logs({logs.begin(), logs.end()}, path("many"));
  EXPECT_EQ(kind_of_result_file(path("many")), ResultFileKind::interval_log);
  EXPECT_THAT(refusal_of({path("many"), logs.back()}), HasSubstr("counted twice"));
}

TEST_F(MergeLogs, ALogThatDoesNotSayWhenItBeganIsRefused) {
  EXPECT_THAT(refusal_of({write("a", line("0.000", 1))}), HasSubstr("when it began"));
}

TEST_F(MergeLogs, ACutOffLogIsMergedAndNoted) {
  const fs::path a = write("a", head("1700000000.000") + line("0.000", 1) + "Tag=fsm_net,1.0");
  const MergedLog merged = merge_logs({a}, path("out.hlog"));
  EXPECT_EQ(merged.intervals, 1);
  ASSERT_EQ(merged.notes.size(), 1U);
  EXPECT_THAT(merged.notes[0], AllOf(HasSubstr("/a: "), HasSubstr("cut off")));
}

TEST_F(MergeLogs, ADamagedLogLeavesTheTargetAsItWas) {
  write("out.hlog", "old");
  const fs::path a = write("a", head("1700000000.000") + line("0.000", 1) + "damage\n");
  EXPECT_THROW(merge_logs({a}, path("out.hlog")), MergeError);
  EXPECT_EQ(names(), (std::set<std::string>{"a", "out.hlog"}));
  EXPECT_EQ(fs::file_size(path("out.hlog")), 3U);
}

TEST_F(MergeLogs, WhereThereIsNoRoomNothingIsLeft) {
  std::string text = head("1700000000.000");
  for (int interval = 0; interval < 200; ++interval) {
    text += line(std::to_string(interval) + ".000", 1000 + interval);
  }
  const fs::path a = write("a", text);
  EXPECT_TRUE(fails_with_little_room(4096, [&] { merge_logs({a}, path("out.hlog")); }));
  EXPECT_EQ(names(), (std::set<std::string>{"a"}));
  EXPECT_THROW(merge_logs({a}, path("no/such/folder/out.hlog")), FileError);
  EXPECT_THROW(merge_logs({a}, directory()), FileError);
}

TEST_F(MergeLogs, TellsHowFarItIs) {
  const fs::path a = write("a", head("1700000000.000") + line("0.000", 1));
  const fs::path b = write("b", head("1700000000.000") + line("0.000", 2));
  std::uintmax_t last = 0;
  WholeFile file(path("out.hlog"));
  merge_logs({a, b}, file, [&](std::uintmax_t read, std::uintmax_t all) {
    EXPECT_EQ(all, fs::file_size(a) + fs::file_size(b));
    EXPECT_LE(last, read);
    EXPECT_LE(read, all);
    last = read;
  });
}

TEST_F(MergeLogs, ALogsSubjectNamesAFile) {
  const LogSubject subject = subject_of_log(
      write("a", head("1700000000.000", "#[Walbench = c=10 zero ../x]") + line("0.000", 1)));
  EXPECT_EQ(subject.name, "c=10 zero ../x");
  EXPECT_EQ(subject.file_name, "c10-zero----x");
}

}  // namespace
}  // namespace walbench::metrics
