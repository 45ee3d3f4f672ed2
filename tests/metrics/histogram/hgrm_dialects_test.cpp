// Silent bugs these tests would catch: a file of another program refused for its spacing, or read
// with a wrong figure or unit; one of two distributions in a file dropped.

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "metrics/format_error.hpp"
#include "metrics/histogram/hgrm.hpp"

namespace walbench::metrics {
namespace {

TEST(HgrmDialects, JavaSeparatedByCommas) {
  const HgrmFile file = parse_hgrm(
      "\"Value\",\"Percentile\",\"TotalCount\",\"1/(1-Percentile)\"\n"
      "2.000,0.000000000000,1,1.00\n"
      "4.001,0.500000000000,20,2.00\n"
      "9.003,0.950000000000,40,20.00\n"
      "9.003,1.000000000000,40,Infinity\n");
  ASSERT_EQ(file.rows.size(), 4U);
  EXPECT_EQ(file.total_count, 40);
  EXPECT_EQ(file.value_at_percentile(50), ToldValue{4.001});
  EXPECT_EQ(file.value_at_percentile(99), ToldValue{9.003});
  EXPECT_EQ(file.mean, std::nullopt);
  EXPECT_EQ(file.unit, "");
}

TEST(HgrmDialects, CSeparatedByCommas) {
  const HgrmFile file = parse_hgrm(
      "Value,Percentile,TotalCount,1/(1-Percentile)\r\n"
      "2.000,0.000000,1,1.00\r\n"
      "9.003,1.000000,40,inf\r\n");
  ASSERT_EQ(file.rows.size(), 2U);
  EXPECT_EQ(file.total_count, 40);
  EXPECT_EQ(file.value_at_percentile(100), ToldValue{9.003});
}

TEST(HgrmDialects, DamagedRowsBetweenCommasAreRefused) {
  const std::string header = "Value,Percentile,TotalCount,1/(1-Percentile)\n";
  const std::string last = "9.003,1.000000,40,inf\n";
  ASSERT_NO_THROW(parse_hgrm(header + last));
  for (const char* bad : {"1.0,0.5\n", "1.0,0.5,2,2.0,1\n", "1.0,,2,2.0\n", "1.0 0.5 2 2.0\n",
                          "x,0.5,2,2.0\n", "1.0,0.5,2,\n", ",,,\n"}) {
    EXPECT_THROW(parse_hgrm(header + bad + last), FormatError) << bad;
  }
  EXPECT_THROW(parse_hgrm(header + last + header), FormatError) << "two distributions";
  for (std::size_t size = 1; size + 4 < last.size(); ++size) {
    EXPECT_THROW(parse_hgrm(header + last.substr(0, size)), FormatError) << size << ": cut off";
  }
}

TEST(HgrmDialects, C) {
  const HgrmFile file = parse_hgrm(
      "       Value   Percentile   TotalCount 1/(1-Percentile)\n\n"
      "       2.000     0.000000            1         1.00\n"
      "       9.003     1.000000           40          inf\n"
      "#[Mean    =        5.250, StdDeviation   =        1.125]\n"
      "#[Max     =        9.000, Total count    =           40]\n"
      "#[Buckets =           27, SubBuckets     =         2048]\n");
  EXPECT_EQ(file.total_count, 40);
  EXPECT_EQ(file.mean, 5.25);
  EXPECT_EQ(file.standard_deviation, 1.125);
  EXPECT_EQ(file.max, 9.0);
}

TEST(HgrmDialects, JavaScript) {
  const HgrmFile file = parse_hgrm(
      "       Value     Percentile TotalCount 1/(1-Percentile)\n\n"
      "       2.000 0.000000000000          1           1.00\n"
      "       9.000 0.500000000000         40           2.00\n"
      "       9.000 1.000000000000         40\n"
      "#[Mean    =        5.250, StdDeviation   =        1.125]\n"
      "#[Max     =        9.000, Total count    =           40]\n"
      "#[Buckets =           43, SubBuckets     =         2048]\n");
  EXPECT_EQ(file.total_count, 40);
  EXPECT_EQ(file.value_at_percentile(50), (ToldValue{9.0, 2.0}));
}

// Tabs in the header; counts whose last inverse distance is `inf`, or `+Inf` in older versions.
TEST(HgrmDialects, Go) {
  for (const char* infinity : {"inf", "+Inf"}) {
    const HgrmFile file =
        parse_hgrm(std::string("Value\tPercentile\tTotalCount\t1/(1-Percentile)\n\n"
                               "       2.000     0.000000            1         1.00\n"
                               "       9.000     1.000000           40 ") +
                   infinity +
                   "\n#[Mean    =        5.250, StdDeviation   =        1.125]\n"
                   "#[Max     =        9.000, Total count    =           40]\n"
                   "#[Buckets =           22, SubBuckets     =         2048]\n");
    ASSERT_EQ(file.rows.size(), 2U);
    EXPECT_EQ(file.total_count, 40);
    EXPECT_EQ(file.max, 9.0);
  }
}

constexpr const char* kWrk2 =
    "Running 10s test @ http://localhost/\n"
    "  Latency Distribution (HdrHistogram - Recorded Latency)\n"
    " 50.000%    5.00ms\n"
    "100.000%    9.00ms\n\n"
    "  Detailed Percentile spectrum:\n"
    "       Value   Percentile   TotalCount 1/(1-Percentile)\n\n"
    "       2.000     0.000000            1         1.00\n"
    "       9.003     1.000000           40          inf\n"
    "#[Mean    =        5.250, StdDeviation   =        1.125]\n"
    "#[Max     =        9.000, Total count    =           40]\n"
    "#[Buckets =           27, SubBuckets     =         2048]\n";

TEST(HgrmDialects, TheReportOfWrk2IsInMilliseconds) {
  const HgrmFile file = parse_hgrm(std::string(kWrk2) +
                                   "----------------------------------------------------------\n"
                                   "  40 requests in 10.00s, 12.00KB read\n"
                                   "Requests/sec:      4.00\nTransfer/sec:      1.20KB\n");
  EXPECT_EQ(file.unit, "ms");
  EXPECT_EQ(file.total_count, 40);
  EXPECT_EQ(file.rows.size(), 2U);
}

TEST(HgrmDialects, OfTwoDistributionsOfWrk2EachIsTold) {
  const std::vector<HgrmFile> files = parse_distributions(
      std::string(kWrk2) +
      "\n  Latency Distribution (HdrHistogram - Uncorrected Latency (measured without "
      "taking delayed starts into account))\n 50.000%    1.00ms\n\n"
      "  Detailed Percentile spectrum:\n"
      "       Value   Percentile   TotalCount 1/(1-Percentile)\n\n"
      "       1.000     1.000000           40          inf\n"
      "#[Mean    =        1.000, StdDeviation   =        0.000]\n"
      "#[Max     =        1.000, Total count    =           40]\n");
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].value_at_percentile(100), ToldValue{9.0});
  EXPECT_EQ(files[0].mean, 5.25);
  EXPECT_EQ(files[0].heading, "Running 10s test @ http://localhost/: Recorded Latency");
  EXPECT_EQ(files[1].value_at_percentile(100), ToldValue{1.0});
  EXPECT_EQ(files[1].heading,
            "Running 10s test @ http://localhost/: Uncorrected Latency (measured without taking "
            "delayed starts into account)");
}

TEST(HgrmDialects, Wrk2sOwnLinesAreExact) {
  const HgrmFile file = parse_hgrm(kWrk2);
  EXPECT_EQ(file.value_at_percentile(50), ToldValue{5.0});
  EXPECT_EQ(file.value_at_percentile(90), (ToldValue{9.0, 2.0})) << "no line says more";
}

TEST(HgrmDialects, SpectraWithOtherTextBetweenThemHaveNames) {
  const std::string spectrum =
      "Value Percentile TotalCount 1/(1-Percentile)\n\n2.0 0.5 20 2.0\n9.0 1.0 40 10000000.0\n";
  const std::vector<HgrmFile> files = parse_distributions(
      "=== reads\n" + spectrum + "done in 3 s\n=== writes\n\n" + spectrum + spectrum);
  ASSERT_EQ(files.size(), 3U);
  EXPECT_EQ(files[0].heading, "=== reads");
  EXPECT_EQ(files[1].heading, "=== writes");
  EXPECT_EQ(files[2].heading, "");
  EXPECT_THROW(parse_distributions(spectrum + "9.0 1.0 40 10000000.0\n"), FormatError);
}

TEST(HgrmDialects, AUnitIsNamedByTheHeaderOrByAComment) {
  const std::string rows = "2.0 0.5 20 2.0\n9.0 1.0 40 inf\n";
  const std::string header = " Percentile TotalCount 1/(1-Percentile)\n";
  HgrmFile seconds = parse_hgrm("Value(s)" + header + rows);
  EXPECT_EQ(seconds.unit, "s");
  seconds.tell_in_milliseconds(ValueUnit::us);
  EXPECT_EQ(seconds.unit, "ms");
  EXPECT_EQ(seconds.value_at_percentile(50), ToldValue{2000.0});
  EXPECT_EQ(parse_hgrm("#UNITS: MICROSECONDS\nValue" + header + rows).unit, "us");
  EXPECT_EQ(parse_hgrm("#[Unit = ns]\nValue" + header + rows).unit, "ns");
  HgrmFile other = parse_hgrm("Value(MB)" + header + rows);
  other.tell_in_milliseconds(ValueUnit::us);
  EXPECT_EQ(other.unit, "MB") << "no unit of time";
  EXPECT_EQ(other.value_at_percentile(50), ToldValue{2.0});
}

TEST(HgrmDialects, ALastRowWithoutALineBreakIsWholeIfItsCountIs) {
  const std::string header = "Value Percentile TotalCount 1/(1-Percentile)\n\n";
  EXPECT_EQ(parse_hgrm(header + "9.0 0.5 400 2.0\n9.0 1.0 400").total_count, 400);
  EXPECT_THROW(parse_hgrm(header + "9.0 0.5 400 2.0\n9.0 1.0 40"), FormatError);
  EXPECT_THROW(parse_hgrm(header + "9.0 1.0 40"), FormatError) << "400, perhaps";
}

TEST(HgrmDialects, NoPercentileOfWrk2IsAboveItsMaximum) {
  const HgrmFile file = parse_hgrm(kWrk2);
  EXPECT_EQ(file.max, 9.0);
  EXPECT_EQ(file.value_at_percentile(99.9), ToldValue{9.0});
}

TEST(HgrmDialects, AByteOrderMarkIsSkipped) {
  const HgrmFile file = parse_hgrm(
      "\xEF\xBB\xBFValue Percentile TotalCount 1/(1-Percentile)\n"
      "7.003 1.000000 40 inf\n");
  EXPECT_EQ(file.total_count, 40);
}

TEST(HgrmDialects, WhatFollowsTheRuleOfWrk2IsNotRead) {
  const std::string text(kWrk2);
  const HgrmFile file = parse_hgrm(text.substr(0, text.find("#[Mean")) +
                                   "----------------------------------------------------------\n"
                                   "  40 requests in 10.00s, 12.00KB read\n");
  EXPECT_EQ(file.total_count, 40);
}

TEST(HgrmDialects, ASecondDistributionDoesNotCompleteTheFirst) {
  const std::string text(kWrk2);
  EXPECT_THROW(parse_hgrm(text.substr(0, text.find("       9.003")) + kWrk2), FormatError);
}

TEST(HgrmDialects, HeadersAreKnown) {
  EXPECT_TRUE(is_hgrm_header(" Value  Percentile TotalCount 1/(1-Percentile) \r"));
  EXPECT_TRUE(is_hgrm_header("\"Value\",\"Percentile\",\"TotalCount\",\"1/(1-Percentile)\""));
  EXPECT_FALSE(is_hgrm_header("Value Percentile TotalCount"));
  EXPECT_FALSE(is_hgrm_header("\"StartTimestamp\",\"Interval_Length\""));
}

}  // namespace
}  // namespace walbench::metrics
