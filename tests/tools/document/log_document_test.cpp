// Silent bugs these tests would catch: an interval's figures in another unit or column than its
// head says; a segment shown that nobody asked for, or another program's log shown in part; a long
// log held as one text, or cut without a word.

#include "tools/document/log_document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/documents.hpp"
#include "tools/render/markdown.hpp"

namespace walbench::tools {
namespace {

using metrics::IntervalRow;
using metrics::LoadedLog;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr IntervalRow kRow = {.start_seconds = 0.5,
                              .length_seconds = 0.25,
                              .count = 1000,
                              .p50_ns = 1'000'000,
                              .p99_ns = 20'000'000,
                              .max_ns = 300'000'000};

LoadedLog log_of(const std::vector<std::string>& tags) {
  LoadedLog log{
      .path = "some/x.hlog", .label = "", .cut_off = {}, .unit_assumed = false, .streams = {}};
  for (const std::string& tag : tags) {
    log.streams.push_back({tag, {kRow}});
  }
  return log;
}

TEST(LogDocument, HasARowAnInterval) {
  LoadedLog log = log_of({"fsm_net"});
  log.label = "c=10 zero per-file";
  log.streams[0].rows.push_back({.start_seconds = 0.75,
                                 .length_seconds = 10,
                                 .count = 5,
                                 .p50_ns = 1500,
                                 .p99_ns = 0,
                                 .max_ns = 99'000'000'000});
  log.streams[0].rows.push_back(kRow);
  log.streams[0].rows.back().length_seconds = 0;
  const Section section = log_section(log, {});
  EXPECT_EQ(section.heading, "Over time: some/x.hlog: c=10 zero per-file");
  EXPECT_THAT(rows_of(table_of(section, "Intervals")),
              ElementsAre("0.500 .. 0.750 | 1,000 | 4,000 | 1.000 | 20.00 | 300.0",
                          "0.750 .. 10.750 | 5 | 1 | 0.00150 | 0.000 | 99000.0",
                          "0.500 .. 0.500 | 1,000 | 0 | 1.000 | 20.00 | 300.0"))
      << "an interval of no length has no rate";
}

TEST(LogDocument, AnAssumedUnitTimesThatGoBackAndAMissingEndAreSaid) {
  LoadedLog log = log_of({""});
  EXPECT_THAT(sentences_of(log_section(log, {})), testing::IsEmpty());
  log.unit_assumed = true;
  log.times_go_back = true;
  log.cut_off = "line 9 has no end and was left out: the log was cut off";
  EXPECT_THAT(
      sentences_of(log_section(log, {})),
      ElementsAre(HasSubstr("taken for nanoseconds"), HasSubstr("times go back"), *log.cut_off));
}

TEST(LogDocument, OfOurOwnLogsTheMainSegmentIsEnoughUnlessDetailsAreAsked) {
  const LoadedLog log = log_of({"lock_wait", "fsm_net", "commit"});
  const std::string brief = terminal_text(log_section(log, {}), false);
  EXPECT_THAT(brief, HasSubstr("  fsm_net, seconds "));
  EXPECT_THAT(brief, Not(HasSubstr("lock_wait, seconds")));
  const std::string all = terminal_text(log_section(log, {}));
  EXPECT_THAT(all, HasSubstr("lock_wait, seconds"));
  EXPECT_THAT(all, HasSubstr("commit, seconds"));
  const LoadedLog other = log_of({"", "GET", "PUT"});
  EXPECT_EQ(terminal_text(log_section(other, {}), false), terminal_text(log_section(other, {})));
}

// A table of millions of rows must not be held as one text.
TEST(LogDocument, ALongLogIsPrintedInPartsAndWhole) {
  LoadedLog log = log_of({"a"});
  log.streams[0].rows.assign(10'000, kRow);
  std::size_t rows = 0;
  std::size_t bytes = 0;
  std::size_t longest = 0;
  render_terminal({"title", {log_section(log, {})}}, {}, [&](std::string_view part) {
    for (std::size_t at = part.find(" .. "); at != std::string_view::npos;
         at = part.find(" .. ", at + 1)) {
      ++rows;
    }
    bytes += part.size();
    longest = std::max(longest, part.size());
  });
  EXPECT_LT(longest, bytes / 5);
  EXPECT_EQ(rows, 10'000U);
}

TEST(LogDocument, MarkdownShowsTheFirstRowsOfALongLogAndSaysSo) {
  metrics::ResultSet set;
  set.logs.push_back(log_of({""}));
  set.logs[0].streams[0].rows.assign(101, kRow);
  const std::string text = render_markdown(Reported(set).document);
  EXPECT_THAT(text, HasSubstr("first 100 rows; --format csv has them all"));
  EXPECT_EQ(std::ranges::count(text, '|'), 7 * 102 + 10 * 3) << text;
  set.logs[0].streams[0].rows.pop_back();
  EXPECT_THAT(render_markdown(Reported(set).document), Not(HasSubstr("first 100")));
}

TEST(LogDocument, ALongLogsPictureKeepsItsStall) {
  LoadedLog log = log_of({"fsm_net"});
  log.streams[0].rows.assign(3000, kRow);
  log.streams[0].rows[1234].p99_ns = 7'000'000'000;
  const Section section = log_section(log, {});
  const std::vector<Picture> pictures = blocks_of<Picture>(section);
  ASSERT_EQ(pictures.size(), 2U);
  const Chart chart = pictures[1].views.at(0).chart();
  ASSERT_EQ(chart.series.size(), 2U);
  EXPECT_EQ(chart.series[1].points.size(), 300U);
  EXPECT_EQ(std::ranges::max(chart.series[1].points, {}, &Series::Point::y).y, 7000);
}

/// The chart of a log with these intervals.
Chart chart_of(const metrics::IntervalRows& rows) {
  LoadedLog log = log_of({"fsm_net"});
  log.streams[0].rows = rows;
  const Section section = log_section(log, {});
  return blocks_of<Picture>(section).at(1).views.at(0).chart();
}

/// Ten samples a second with a P99 of 1 ms.
metrics::IntervalRow steady(double start, double length) {
  return {start, length, static_cast<std::int64_t>(10 * length), 0, 1'000'000, 2'000'000};
}

TEST(LogDocument, TheRateStaysBesideAnIntervalThatAStallStretched) {
  const Chart chart =
      chart_of({steady(0, 1), steady(1, 1), {2, 9, 10, 0, 1, 1}, steady(11, 1), steady(12, 0.1)});
  const auto& rate = chart.series[0].points;
  ASSERT_EQ(rate.size(), 5U);
  for (const std::size_t index : {0U, 1U, 3U}) {
    EXPECT_DOUBLE_EQ(rate[index].y, 10) << index;
  }
  EXPECT_NEAR(rate[2].y, 10.0 / 9, 1e-9) << "the stall itself";
  EXPECT_TRUE(std::isnan(rate[4].y)) << "the rest at the end tells nothing";
}

TEST(LogDocument, WhereNoIntervalIsTheRateFallsToNothing) {
  const Chart chart = chart_of({steady(0, 1), steady(1, 1), steady(5, 1)});
  EXPECT_THAT(chart.series[0].points,
              ElementsAre(Series::Point{0.5, 10}, Series::Point{1.5, 10}, Series::Point{2, 0},
                          Series::Point{5, 0}, Series::Point{5.5, 10}));
}

// A run whose threads gather for long, and a log that counts from another time than its own.
TEST(LogDocument, ThePictureShowsTheTimeThatTheLogHasAlone) {
  for (const double start : {0.0, 9.8, 1.7e9}) {
    const Chart chart = chart_of({steady(start, 0.1), steady(start + 0.1, 0.2)});
    ASSERT_TRUE(chart.x.range.has_value());
    EXPECT_DOUBLE_EQ(chart.x.range->from, start);
    EXPECT_DOUBLE_EQ(chart.x.range->to, start + 0.1 + 0.2);
  }
}

TEST(LoneDocument, TellsExactFromApproximateAndTheUnit) {
  metrics::LoneDistribution exact{"a.hgrm", {}, "a.hgrm"};
  exact.file.histogram.emplace();
  ASSERT_TRUE(exact.file.histogram->record(1'000'000, 3));
  exact.file.total_count = 3;
  exact.file.unit = "ms";
  metrics::LoneDistribution foreign{"b.hgrm", {}, "b.hgrm"};
  foreign.file.rows = {{5, 0, 1}, {7, 1, 100}};
  foreign.file.total_count = 100;
  const std::vector<metrics::LoneDistribution> both = {exact, foreign};
  const Section section = lone_section(both, {});
  EXPECT_THAT(rows_of(table_of(section)),
              ElementsAre("a.hgrm | 3 | 1.000 | 1.000 | 1.000 | 1.000 | 1.000 | ms | exact",
                          "b.hgrm | 100 | 5.000 .. 7.000 | 5.000 .. 7.000 | 5.000 .. 7.000 | "
                          "7.000 | 7.000 | unit of the file | from rows"));
  const std::vector<Picture> pictures = blocks_of<Picture>(section);
  ASSERT_EQ(pictures.at(0).views.size(), 2U) << "unlike units do not share an axis";
  const Chart chart = pictures[0].views[0].chart();
  EXPECT_THAT(chart.series.at(0).points,
              ElementsAre(Series::Point{100.0 / 99, 5}, Series::Point{100, 7}));
  EXPECT_THAT(sentences_of(section),
              ElementsAre(HasSubstr("above a and not above b"), HasSubstr("--unit")));
}

TEST(LoneDocument, ShowsThePercentilesThatWereAskedFor) {
  metrics::LoneDistribution exact{"a.hgrm", {}, "a.hgrm"};
  exact.file.histogram.emplace();
  for (const std::int64_t ms : {1, 2, 3, 4}) {
    ASSERT_TRUE(exact.file.histogram->record(ms * 1'000'000));
  }
  exact.file.total_count = 4;
  exact.file.unit = "ms";
  const std::vector<metrics::LoneDistribution> lone = {exact};
  const Table table = table_of(lone_section(lone, {25, 75.5, 100}));
  std::vector<std::string> names;
  for (const Column& column : table.columns) {
    names.push_back(column.name);
  }
  EXPECT_THAT(names, ElementsAre("file", "samples", "P25", "P75.5", "max", "unit", "values"));
  EXPECT_THAT(rows_of(table), ElementsAre(HasSubstr("| 4 | 1.000 | 4.002 | 4.002 | ms")));
}

metrics::SparseHistogram sparse(std::uint32_t value, std::int64_t count) {
  return {metrics::HistogramGeometry{}, {{value, count}}};
}

TEST(LogDocument, HasATotalOfEachTag) {
  LoadedLog log = log_of({"busy", "idle"});
  log.ns_per_unit = 1000;
  LoadedLog::Stream& busy = log.streams[0];
  busy.total.add(sparse(5, 98));
  busy.total.add(sparse(700, 2));
  busy.covered_seconds = 4;
  EXPECT_THAT(rows_of(table_of(log_section(log, {50, 99}), "The whole log")),
              ElementsAre("busy | 100 | 25 | 0.00500 | 0.700 | 0.019", "idle | 0 | 0 | - | - | -"));
}

TEST(LogDocument, AnIntervalWithoutSamplesHasNoPercentiles) {
  LoadedLog log = log_of({"a"});
  log.streams[0].rows[0] = {.start_seconds = 1, .length_seconds = 1};
  EXPECT_THAT(rows_of(table_of(log_section(log, {}), "Intervals")),
              ElementsAre("1.000 .. 2.000 | 0 | 0 | - | - | -"));
}

}  // namespace
}  // namespace walbench::tools
