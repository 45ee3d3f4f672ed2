// Silent bugs these tests would catch: an interval log that only we can read; intervals summed up
// or put at the wrong time; a log that a crash cut off and that is then refused whole, or read as
// if nothing were missing; other programs' logs misread.

#include "metrics/hlog.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "metrics/format_error.hpp"
#include "metrics/histogram_codec.hpp"
#include "metrics/interval_log.hpp"
#include "metrics/results_folder.hpp"
#include "tests/metrics/temporary_folder.hpp"

namespace walbench::metrics {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

Histogram histogram_of(const std::vector<std::int64_t>& values) {
  Histogram histogram;
  for (const std::int64_t value : values) {
    static_cast<void>(histogram.record(value));
  }
  return histogram;
}

class HlogTest : public TemporaryFolderTest {
 protected:
  std::filesystem::path write(const std::string& text) {
    const std::filesystem::path file = path("log.hlog");
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }
  HlogSummary read(const std::filesystem::path& file) {
    intervals_.clear();
    return read_hlog(file, [this](HlogInterval&& each) { intervals_.push_back(std::move(each)); });
  }
  HlogSummary read_text(const std::string& text) { return read(write(text)); }
  static std::string text_of(const std::filesystem::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  std::vector<HlogInterval> intervals_;
  const std::string encoded_ = encode_histogram(histogram_of({1, 2, 3000}));
};

TEST_F(HlogTest, WhatWasWrittenIsRead) {
  const std::filesystem::path file = path("x.hlog");
  IntervalLog log(file, "c=10 zero per-file", std::chrono::system_clock::time_point());
  log.add(0, 1'000'000'000, "fsm_net", histogram_of({5, 5'000'000}));
  log.add(0, 1'000'000'000, "commit", histogram_of({7}));
  log.flush();
  log.add(1'000'000'000, 250'000'000, "fsm_net", histogram_of({9}));
  log.flush();

  const HlogSummary summary = read(file);
  EXPECT_EQ(summary.label, "c=10 zero per-file");
  EXPECT_EQ(summary.intervals, 3);
  EXPECT_FALSE(summary.cut_off.has_value());
  ASSERT_EQ(intervals_.size(), 3U);
  EXPECT_EQ(intervals_[0].tag, "fsm_net");
  EXPECT_EQ(intervals_[0].histogram, histogram_of({5, 5'000'000}));
  EXPECT_EQ(intervals_[1].tag, "commit");
  EXPECT_DOUBLE_EQ(intervals_[2].start_seconds, 1);
  EXPECT_DOUBLE_EQ(intervals_[2].length_seconds, 0.25);
  EXPECT_EQ(intervals_[2].histogram, histogram_of({9}));
}

TEST_F(HlogTest, TheTextIsTheStandardOne) {
  using std::chrono::seconds;
  const std::filesystem::path file = path("x.hlog");
  IntervalLog log(file, "L", std::chrono::system_clock::time_point(seconds(1'700'000'000)));
  log.add(2'000'000'000, 1'000'000'000, "fsm_net", histogram_of({7'106'559}));
  log.flush();
  EXPECT_THAT(
      text_of(file),
      MatchesRegex("#\\[Walbench = L\\]\n"
                   "#\\[Histogram log format version 1\\.3\\]\n"
                   "#\\[StartTime: 1700000000\\.000 \\(seconds since epoch\\), Tue Nov 14 22:13:20 "
                   "UTC 2023\\]\n"
                   "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\","
                   "\"Interval_Compressed_Histogram\"\n"
                   "Tag=fsm_net,2\\.000,1\\.000,7\\.107,HISTFAAA[A-Za-z0-9+/=]+\n"));
}

TEST_F(HlogTest, LinesAreThereBeforeTheLogIsClosed) {
  const std::filesystem::path file = path("x.hlog");
  IntervalLog log(file, "L", {});
  log.add(0, 1, "a", histogram_of({1}));
  log.flush();
  EXPECT_EQ(read(file).intervals, 1);
}

TEST_F(HlogTest, AnExistingFileIsLeftAlone) {
  const std::filesystem::path file = write("mine");
  EXPECT_THROW(IntervalLog(file, "L", {}), ResultsError);
  EXPECT_EQ(text_of(file), "mine");
}

TEST_F(HlogTest, ALogThatWasCutOffIsReadUpToItsLastWholeLine) {
  const std::string line = "Tag=a,0.000,1.000,0.003," + encoded_ + "\n";
  const HlogSummary summary = read_text(line + line.substr(0, line.size() - 9));
  EXPECT_EQ(intervals_.size(), 1U);
  ASSERT_TRUE(summary.cut_off.has_value());
  EXPECT_THAT(*summary.cut_off, HasSubstr("line 2"));
}

TEST_F(HlogTest, ReadsLogsOfOtherPrograms) {
  // Java's order, with a base time; no tags; CRLF; no legend; a free comment.
  read_text(
      "#[Logged with jHiccup version 2.0.7]\r\n#[Histogram log format version 1.2]\r\n"
      "#[BaseTime: 1700000000.000 (seconds since epoch)]\r\n"
      "#[StartTime: 1700000010.000 (seconds since epoch), whenever]\r\n"
      "12.500,1.000,0.003," +
      encoded_ + "\r\n");
  ASSERT_EQ(intervals_.size(), 1U);
  EXPECT_EQ(intervals_[0].tag, "");
  EXPECT_DOUBLE_EQ(intervals_[0].start_seconds, 2.5);
  EXPECT_EQ(intervals_[0].histogram, histogram_of({1, 2, 3000}));
}

TEST_F(HlogTest, AbsoluteTimeStampsBecomeRelative) {
  read_text("#[StartTime: 1700000000.000 (seconds since epoch), x]\n1700000003.000,1.000,0.003," +
            encoded_ + "\n");
  EXPECT_DOUBLE_EQ(intervals_[0].start_seconds, 3);
}

TEST_F(HlogTest, WithoutAStartTheFirstLineIsTheStart) {
  read_text("1700000005.000,1.000,0.003," + encoded_ + "\n1700000006.500,1.000,0.003," + encoded_ +
            "\n");
  ASSERT_EQ(intervals_.size(), 2U);
  EXPECT_DOUBLE_EQ(intervals_[0].start_seconds, 0);
  EXPECT_DOUBLE_EQ(intervals_[1].start_seconds, 1.5);
}

TEST_F(HlogTest, SaysWhichLineIsWrong) {
  const std::string good = "0.000,1.000,0.003," + encoded_ + "\n";
  for (const std::string bad :
       {"0.000,1.000\n", "Tag=a\n", "x,1.000,0.003,HISTFAAA\n", "0.000,-1,0.003,HISTFAAA\n",
        "0.000,1.000,0.003,HISTFAAAx\n", "nonsense\n"}) {
    try {
      read_text(good + bad);
      FAIL() << bad;
    } catch (const FormatError& error) {
      EXPECT_THAT(error.what(), HasSubstr("line 2: ")) << bad;
    }
  }
}

TEST_F(HlogTest, AFileWithoutAnIntervalIsNone) {
  EXPECT_THROW(read_text(""), FormatError);
  EXPECT_THROW(read_text("#[Histogram log format version 1.3]\n"), FormatError);
  EXPECT_ANY_THROW(read(path("missing.hlog")));
  EXPECT_ANY_THROW(read(directory()));
}

}  // namespace
}  // namespace walbench::metrics
