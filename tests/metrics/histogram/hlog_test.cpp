// Silent bugs these tests would catch: an interval log that only we can read; intervals summed up
// or put at the wrong time; a log that a crash cut off and that is then refused whole, or read as
// if nothing were missing; other programs' logs misread.

#include "metrics/histogram/hlog.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "metrics/files/file_error.hpp"
#include "metrics/format_error.hpp"
#include "metrics/histogram/base64.hpp"
#include "metrics/histogram/histogram_codec.hpp"
#include "metrics/histogram/interval_log.hpp"
#include "tests/support/temporary_folder.hpp"

namespace walbench::metrics {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::MatchesRegex;

Histogram histogram_of(const std::vector<std::int64_t>& values) {
  Histogram histogram;
  for (const std::int64_t value : values) {
    static_cast<void>(histogram.record(value));
  }
  return histogram;
}

class HlogTest : public test_support::TemporaryFolderTest {
 protected:
  HlogSummary read_log(const std::filesystem::path& file) {
    intervals_.clear();
    return read_hlog(file, [this](HlogInterval&& each) { intervals_.push_back(std::move(each)); });
  }
  HlogSummary read_text(const std::string& text) { return read_log(write("log.hlog", text)); }

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

  const HlogSummary summary = read_log(file);
  EXPECT_EQ(summary.label, "c=10 zero per-file");
  EXPECT_EQ(summary.intervals, 3);
  EXPECT_FALSE(summary.cut_off.has_value());
  ASSERT_EQ(intervals_.size(), 3U);
  EXPECT_EQ(intervals_[0].tag, "fsm_net");
  EXPECT_EQ(intervals_[0].histogram.dense(), histogram_of({5, 5'000'000}));
  EXPECT_EQ(intervals_[1].tag, "commit");
  EXPECT_DOUBLE_EQ(intervals_[2].start_seconds, 1);
  EXPECT_DOUBLE_EQ(intervals_[2].length_seconds, 0.25);
  EXPECT_EQ(intervals_[2].histogram.dense(), histogram_of({9}));
}

TEST_F(HlogTest, TheTextIsTheStandardOne) {
  using std::chrono::seconds;
  const std::filesystem::path file = path("x.hlog");
  IntervalLog log(file, "L", std::chrono::system_clock::time_point(seconds(1'700'000'000)));
  log.add(2'000'000'000, 1'000'000'000, "fsm_net", histogram_of({7'106'559}));
  log.flush();
  EXPECT_THAT(
      read(file),
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
  EXPECT_EQ(read_log(file).intervals, 1);
}

TEST_F(HlogTest, AnExistingFileIsLeftAlone) {
  const std::filesystem::path file = write("log.hlog", "mine");
  EXPECT_THROW(IntervalLog(file, "L", {}), FileError);
  EXPECT_EQ(read(file), "mine");
}

TEST_F(HlogTest, ALogThatWasCutOffIsReadUpToItsLastWholeLine) {
  const std::string line = "Tag=a,0.000,1.000,0.003," + encoded_ + "\n";
  const HlogSummary summary = read_text(line + line.substr(0, line.size() - 9));
  EXPECT_EQ(intervals_.size(), 1U);
  ASSERT_TRUE(summary.cut_off.has_value());
  EXPECT_THAT(*summary.cut_off, HasSubstr("line 2"));
}

TEST_F(HlogTest, ALastLineThatDecodesIsWholeWithoutALineBreak) {
  const std::string line = "Tag=a,0.000,1.000,0.003," + encoded_;
  const HlogSummary summary = read_text(line + "\n" + line);
  EXPECT_EQ(intervals_.size(), 2U);
  EXPECT_EQ(summary.cut_off, std::nullopt);
}

TEST_F(HlogTest, LogsOfAClockBefore1970AreReadBack) {
  IntervalLog log(path("old.hlog"), "L", std::chrono::system_clock::time_point(-90min));
  log.add(0, 1'000'000'000, "a", histogram_of({1}));
  log.add(1'000'000'000, 1'000'000'000, "a", histogram_of({2}));
  log.flush();
  const HlogSummary summary = read_log(log.path());
  EXPECT_EQ(summary.start_epoch_seconds, -5400);
  ASSERT_EQ(intervals_.size(), 2U);
  EXPECT_DOUBLE_EQ(intervals_[0].start_seconds, 0);
  EXPECT_DOUBLE_EQ(intervals_[1].start_seconds, 1);
}

TEST_F(HlogTest, TagsHaveALimit) {
  const std::string rest = ",0.000,1.000,0.003," + encoded_ + "\n";
  EXPECT_NO_THROW(read_text("Tag=" + std::string(1000, 'x') + rest));
  EXPECT_THROW(read_text("Tag=" + std::string(1001, 'x') + rest), FormatError);
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
  EXPECT_EQ(intervals_[0].histogram.dense(), histogram_of({1, 2, 3000}));
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

TEST_F(HlogTest, LinesStayInTheOrderOfTheFileWhateverTheirTime) {
  const std::string rest = ",1.000,0.003," + encoded_ + "\n";
  read_text("#[StartTime: 1700000000.000 (seconds since epoch), x]\n3.000" + rest + "1.000" + rest +
            "1.000" + rest);
  ASSERT_EQ(intervals_.size(), 3U);
  EXPECT_DOUBLE_EQ(intervals_[0].start_seconds, 3);
  EXPECT_DOUBLE_EQ(intervals_[1].start_seconds, 1);
  EXPECT_DOUBLE_EQ(intervals_[2].start_seconds, 1);
}

TEST_F(HlogTest, HistogramsOfOtherGeometriesAreReadAsTheyAre) {
  Histogram coarse({.lowest_discernible_value = 1000,
                    .highest_trackable_value = 60'000'000,
                    .significant_digits = 2});
  ASSERT_TRUE(coarse.record(5000, 3));
  read_text("0.000,1.000,0.003," + encode_histogram(coarse) + "\n0.000,1.000,0.003," + encoded_ +
            "\n");
  ASSERT_EQ(intervals_.size(), 2U);
  EXPECT_EQ(intervals_[0].histogram.dense(), coarse);
  EXPECT_EQ(intervals_[1].histogram.dense(), histogram_of({1, 2, 3000}));
}

TEST_F(HlogTest, AnIntervalWithoutSamplesIsOne) {
  EXPECT_EQ(read_text("0.000,1.000,0.000," + encode_histogram(Histogram()) + "\n").intervals, 1);
  EXPECT_EQ(intervals_.at(0).histogram.total_count(), 0);
}

TEST_F(HlogTest, CommentsThatAreNotUnderstoodAreNoTimes) {
  for (const std::string start : {"nan", "inf", "1e999", "yesterday", ""}) {
    const HlogSummary summary =
        read_text("#[StartTime: " + start + " (seconds since epoch), x]\n" +
                  "#\n#[\n#[Walbench\n5.000,1.000,0.003," + encoded_ + "\n");
    EXPECT_EQ(intervals_.size(), 1U) << start;
    EXPECT_DOUBLE_EQ(intervals_.at(0).start_seconds, 0) << start;
    EXPECT_DOUBLE_EQ(summary.start_epoch_seconds.value_or(0), 5) << start;
  }
}

TEST_F(HlogTest, LaterVersionsOfTheFormatAreRefused) {
  const std::string interval = "5.000,1.000,0.003," + encoded_ + "\n";
  const auto version = [](const std::string& text) {
    return "#[Histogram log format version " + text + "]\n";
  };
  for (const std::string known : {"1.0", "1.01", "1.1", "1.2", "1.3", "unknown", ""}) {
    EXPECT_EQ(read_text(version(known) + interval).intervals, 1) << known;
  }
  for (const std::string later : {"9.9", "1.4", "1.10", "2.0", "2", "0.9"}) {
    try {
      read_text(version(later) + interval);
      ADD_FAILURE() << later;
    } catch (const FormatError& error) {
      EXPECT_NE(std::string(error.what()).find("line 1: a version of the log format"),
                std::string::npos);
    }
  }
}

TEST_F(HlogTest, AByteOrderMarkIsSkipped) {
  EXPECT_EQ(read_text("\xEF\xBB\xBF#[Walbench = c=2]\n0.000,1.000,0.003," + encoded_ + "\n").label,
            "c=2");
}

TEST_F(HlogTest, OnlyFingerprintsTellWhatWasMerged) {
  const HlogSummary summary = read_text(
      "#[Merged log = 0123456789abcdef]\n#[Merged log = \x1b[31m]\n#[Merged log = 0123]\n"
      "#[Merged log = 0123456789abcdef0]\n0.000,1.000,0.003," +
      encoded_ + "\n");
  EXPECT_EQ(summary.merged_from, std::vector<std::string>{"0123456789abcdef"});
}

TEST_F(HlogTest, NumbersThatAreNoneAreRefused) {
  for (const std::string bad :
       {"nan", "inf", "-inf", "1e999", "0x10", "+1", " 1", "1 ", "", "1.2.3", "1;", "\x1b[31m"}) {
    for (const std::string& line :
         {bad + ",1.000,0.003," + encoded_ + "\n", "0.000," + bad + ",0.003," + encoded_ + "\n"}) {
      EXPECT_THROW(read_text(line), FormatError) << line.substr(0, 20);
    }
  }
}

// What lies before a damaged line has been handed over; what follows it is not.
TEST_F(HlogTest, ADamagedHistogramNamesItsLine) {
  const std::string good = "0.000,1.000,0.003," + encoded_ + "\n";
  std::vector<std::uint8_t> huge = encode_uncompressed(histogram_of({1}));
  huge.at(15) = 9;  // Digits: such a histogram would take all memory.
  for (const std::string& bad :
       {encoded_.substr(0, 40), encoded_ + "AAAA", "AAAA" + encoded_, std::string("HISTFAAA"),
        std::string("!"), std::string(), base64_encode(huge), std::string(100'000, 'A')}) {
    try {
      read_text(good + "\n" + "1.000,1.000,0.003," + bad + "\n" + good);
      FAIL() << bad.substr(0, 40);
    } catch (const FormatError& error) {
      EXPECT_THAT(error.what(), HasSubstr("line 3: ")) << bad.substr(0, 40);
    }
    EXPECT_EQ(intervals_.size(), 1U);
  }
}

TEST_F(HlogTest, ALineThatNoHistogramNeedsIsRefused) {
  constexpr std::uintmax_t kHole = std::uintmax_t{65} << 20U;
  const std::filesystem::path file = write("log.hlog", "0.000,1.000,0.003," + encoded_ + "\n");
  std::filesystem::resize_file(file, kHole);
  std::ofstream(file, std::ios::binary | std::ios::app) << "\n";
  try {
    read_log(file);
    FAIL() << "accepted";
  } catch (const FormatError& error) {
    EXPECT_STREQ(error.what(), "line 2: is longer than any histogram");
  }
  EXPECT_EQ(intervals_.size(), 1U);
}

// As a file system may leave a file whose length was written down and its content was not.
TEST_F(HlogTest, ATailOfZerosIsACutOffLine) {
  const HlogSummary summary =
      read_text("0.000,1.000,0.003," + encoded_ + "\n" + std::string(4096, '\0'));
  EXPECT_EQ(summary.intervals, 1);
  EXPECT_TRUE(summary.cut_off.has_value());
}

TEST_F(HlogTest, WhatTakesTheIntervalsMayRefuse) {
  const std::filesystem::path file = write("log.hlog", "0.000,1.000,0.003," + encoded_ + "\n");
  EXPECT_THROW(read_hlog(file, [](HlogInterval&&) { throw std::length_error("enough"); }),
               std::length_error);
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
  EXPECT_ANY_THROW(read_log(path("missing.hlog")));
  EXPECT_ANY_THROW(read_log(directory()));
}

}  // namespace
}  // namespace walbench::metrics
