// Silent bugs these tests would catch: microseconds told as nanoseconds; logs one behind the other
// read with the first one's clock; an end taken for a length; figures of old encodings misread;
// times that no clock tells printed as if they were some.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "metrics/format_error.hpp"
#include "metrics/histogram/histogram_codec.hpp"
#include "metrics/histogram/hlog.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/temporary_folder.hpp"

namespace walbench::metrics {
namespace {

using testing::HasSubstr;

class HlogDialects : public test_support::TemporaryFolderTest {
 protected:
  HlogSummary read(const std::string& text) {
    intervals_.clear();
    return read_hlog(write("x.hlog", text),
                     [this](HlogInterval&& each) { intervals_.push_back(std::move(each)); });
  }
  std::string refusal_of(const std::string& text) {
    return test_support::refusal_of<FormatError>([&] { return read(text); });
  }
  static std::string encoded(std::int64_t value) {
    Histogram histogram;
    EXPECT_TRUE(histogram.record(value, 7));
    return encode_histogram(histogram);
  }

  std::vector<HlogInterval> intervals_;
  const std::string interval_ = "1.000,0.003," + encoded(1500) + "\n";
};

// Its order: the comment, then the head of a log with relative stamps.
TEST_F(HlogDialects, Ycsb) {
  const HlogSummary summary = read(
      "#[Logging for: Intended-READ]\n#[Histogram log format version 1.3]\n"
      "#[StartTime: 1700000000.000 (seconds since epoch), x]\n"
      "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n"
      "0.017," +
      interval_ + "1.017," + interval_);
  EXPECT_EQ(summary.writer, HlogWriter::ycsb);
  EXPECT_EQ(summary.label, "Intended-READ");
  EXPECT_EQ(summary.unit, ValueUnit::us);
  ASSERT_EQ(intervals_.size(), 2U);
  EXPECT_DOUBLE_EQ(intervals_[1].start_seconds, 1.017);
}

TEST_F(HlogDialects, WhatNamesAUnit) {
  EXPECT_EQ(read("#[Walbench = c=1]\n0.000," + interval_).unit, ValueUnit::ns);
  EXPECT_EQ(read("#[Logged with something]\n0.000," + interval_).unit, std::nullopt);
  EXPECT_EQ(read("#UNITS:MICROSECONDS\n0.000," + interval_).unit, ValueUnit::us);
  EXPECT_EQ(read("#[Units: millis]\n0.000," + interval_).unit, ValueUnit::ms);
}

// As the C library writes it, whose legend says that an end stands where it puts a length.
TEST_F(HlogDialects, C) {
  read(
      "#[Logged with a program]\n#[Histogram log format version 1.2]\n"
      "#[StartTime: 1700000000.500 (seconds since epoch), Tue Nov 14 22:13:20 UTC 2023]\n"
      "\"StartTimestamp\",\"EndTimestamp\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n"
      "1700000001.500,1.0,1.5," +
      encoded(1500) + "\n");
  ASSERT_EQ(intervals_.size(), 1U);
  EXPECT_DOUBLE_EQ(intervals_[0].start_seconds, 1);
  EXPECT_DOUBLE_EQ(intervals_[0].length_seconds, 1);
}

TEST_F(HlogDialects, AnEndWhereTheLengthShouldBeIsUnderstood) {
  read("1700000001.500,1700000003.750,1.5," + encoded(1500) + "\n");
  ASSERT_EQ(intervals_.size(), 1U);
  EXPECT_DOUBLE_EQ(intervals_[0].length_seconds, 2.25);
}

// hdrhistogram-go up to 1.1.2: of two lines of a tag the first one's end is the second one's start.
TEST_F(HlogDialects, EndsAreToldFromLengthsByTheLinesThatFollow) {
  const std::string rest = ",0.003," + encoded(1500) + "\n";
  const auto lengths = [&](const std::vector<std::string>& stamps) {
    std::string text;
    for (const std::string& each : stamps) {
      text += each + rest;
    }
    const bool had_ends = read(text).had_ends;
    std::vector<double> all{had_ends ? 1.0 : 0.0};
    for (const HlogInterval& each : intervals_) {
      all.push_back(each.length_seconds);
    }
    return all;
  };
  using All = std::vector<double>;
  EXPECT_EQ(lengths({"0,1", "1,2", "2,3", "9,10"}), (All{1, 1, 1, 1, 1}));
  EXPECT_EQ(lengths({"Tag=a,0,1", "Tag=b,0,1", "Tag=a,1,2", "Tag=b,1,2", "Tag=a,2,4"}),
            (All{1, 1, 1, 1, 1, 2}));
  EXPECT_EQ(lengths({"0,1", "1,1", "2,1"}), (All{0, 1, 1, 1}));
  EXPECT_EQ(lengths({"0,2", "2,2", "4,2"}), (All{0, 2, 2, 2}));
  EXPECT_EQ(lengths({"0,60", "60,60", "120,60"}), (All{0, 60, 60, 60}));
  EXPECT_EQ(lengths({"5,60"}), (All{0, 60})) << "a single line proves nothing";
}

TEST_F(HlogDialects, TagsWindowsLineEndsAndABaseTimeBehindTheStart) {
  read(
      "#[Histogram log format version 1.3]\r\n"
      "#[StartTime: 1700000010.000 (seconds since epoch), x]\r\n"
      "#[BaseTime: 1700000000.000 (seconds since epoch)]\r\n12.500,1.000,0.003," +
      encoded(1) + "\r\nTag=writes,13.500,1.000,0.003," + encoded(2) + "\r\n");
  ASSERT_EQ(intervals_.size(), 2U);
  EXPECT_DOUBLE_EQ(intervals_[0].start_seconds, 2.5);
  EXPECT_EQ(intervals_[0].tag, "");
  EXPECT_EQ(intervals_[1].tag, "writes");
  EXPECT_EQ(intervals_[1].histogram.max(), 2);
}

std::string log_at(const std::string& start, const std::string& stamp, const std::string& rest) {
  return "#[Histogram log format version 1.3]\n#[StartTime: " + start +
         " (seconds since epoch), x]\n" + stamp + "," + rest;
}

TEST_F(HlogDialects, LogsOneBehindTheOtherHaveAClockEach) {
  read(log_at("1700000000.000", "1.000", interval_) + log_at("1700000100.000", "1.000", interval_) +
       log_at("1700000200.000", "1700000203.000", interval_));
  ASSERT_EQ(intervals_.size(), 3U);
  EXPECT_DOUBLE_EQ(intervals_[0].start_seconds, 1);
  EXPECT_DOUBLE_EQ(intervals_[1].start_seconds, 101);
  EXPECT_DOUBLE_EQ(intervals_[2].start_seconds, 203);
}

TEST_F(HlogDialects, ABaseTimeIsOfItsOwnLogAlone) {
  const std::string base = "#[BaseTime: 1700000000.000 (seconds since epoch)]\n";
  read(base + log_at("1700000010.000", "12.000", interval_) +
       log_at("1700000100.000", "1.000", interval_) + base +
       log_at("1700000200.000", "203.000", interval_));
  ASSERT_EQ(intervals_.size(), 3U);
  EXPECT_DOUBLE_EQ(intervals_[0].start_seconds, 2);
  EXPECT_DOUBLE_EQ(intervals_[1].start_seconds, 91);
  EXPECT_DOUBLE_EQ(intervals_[2].start_seconds, 193);
}

TEST_F(HlogDialects, AnEmptyLogBeforeAnotherLeavesNothing) {
  const std::string base = "#[BaseTime: 1700000000.000 (seconds since epoch)]\n";
  read(base + "#[StartTime: 1700000000.000 (seconds since epoch), x]\n" +
       "#[BaseTime: 1700000050.000 (seconds since epoch)]\n"
       "#[StartTime: 1700000060.000 (seconds since epoch), x]\n" +
       "20.000," + interval_);
  EXPECT_DOUBLE_EQ(intervals_.at(0).start_seconds, 70);
}

TEST_F(HlogDialects, LogsOfDifferentUnitsOneBehindTheOtherAreRefused) {
  EXPECT_THAT(refusal_of("#[Walbench = c=1]\n0.000," + interval_ + "#[Logging for: READ]\n0.000," +
                         interval_),
              HasSubstr("line 3: "));
}

TEST_F(HlogDialects, TimesThatNoClockTellsAreRefused) {
  const std::vector<std::string> all = {"1e300," + interval_,
                                        "999999999999999," + interval_,
                                        "0.000,1e15,0.003," + encoded(1) + "\n",
                                        "0.000,999999999,0.003," + encoded(1) + "\n",
                                        "#[StartTime: 1e300 (seconds since epoch), x]\n",
                                        "#[StartTime: -5e9 (seconds since epoch), x]\n",
                                        "#[BaseTime: 999999999999999 (seconds since epoch)]\n",
                                        "1700000000.000," + interval_};
  for (const std::string& bad : all) {
    EXPECT_THAT(refusal_of("0.000," + interval_ + bad + "0.000," + interval_),
                HasSubstr("line 2: "))
        << bad.substr(0, 40);
  }
}

TEST_F(HlogDialects, AMessageRepeatsNothingOfTheFile) {
  EXPECT_EQ(refusal_of("\x1b[31m," + interval_), "line 1: the time stamp is no number of seconds");
}

TEST_F(HlogDialects, ItsLinesAreToldFromThoseOfADistribution) {
  for (const std::string& line :
       {std::string("#[Histogram log format version 1.3]"), std::string("#[StartTime: 1"),
        std::string("#[Logging for: READ]"), std::string("\"StartTimestamp\",\"Interval_Length\""),
        "Tag=a,0,1,2," + encoded(1), "0,1,2," + encoded(1)}) {
    EXPECT_TRUE(is_hlog_line(line)) << line;
  }
  for (const char* line : {"", "#[Walbench = {}]", "#[Mean    = 1.0, StdDeviation   = 1.0]",
                           "1.0,0.5,2,2.00", "Value Percentile TotalCount 1/(1-Percentile)"}) {
    EXPECT_FALSE(is_hlog_line(line)) << line;
  }
}

}  // namespace
}  // namespace walbench::metrics
