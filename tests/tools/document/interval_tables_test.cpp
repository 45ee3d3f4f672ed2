// Silent bugs these tests would catch: an interval's figures in another unit or column than its
// head says; a segment shown that nobody asked for, or another program's log shown in part; text
// from a log that steers the terminal; a log cut off and told as if it were whole.

#include "tools/document/interval_tables.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace walbench::tools {
namespace {

using metrics::IntervalRow;
using metrics::LoadedLog;
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

TEST(IntervalTables, ALogIsToldARowAnInterval) {
  LoadedLog log = log_of({"fsm_net"});
  log.label = "c=10 zero per-file";
  log.streams[0].rows.push_back({.start_seconds = 0.75,
                                 .length_seconds = 10,
                                 .count = 5,
                                 .p50_ns = 1500,
                                 .p99_ns = 0,
                                 .max_ns = 99'000'000'000});
  EXPECT_EQ(render_log(log, false),
            "some/x.hlog: c=10 zero per-file\n"
            "  fsm_net, seconds  samples  samples/s   P50 ms  P99 ms   max ms\n"
            "  0.500 .. 0.750      1,000      4,000    1.000   20.00    300.0\n"
            "  0.750 .. 10.750         5          1  0.00150   0.000  99000.0\n");
}

TEST(IntervalTables, AnAssumedUnitIsSaid) {
  LoadedLog log = log_of({""});
  EXPECT_THAT(render_log(log, false), Not(HasSubstr("nanoseconds")));
  log.unit_assumed = true;
  EXPECT_THAT(render_log(log, false),
              HasSubstr("  its values are taken for nanoseconds: the log names no unit\n"));
}

// A table of millions of rows must not be held as one text.
TEST(IntervalTables, ALongLogIsToldInPieces) {
  LoadedLog log = log_of({"a"});
  log.streams[0].rows.assign(10'000, kRow);
  std::string all;
  std::size_t longest = 0;
  tell_log(log, false, [&](std::string_view piece) {
    all += piece;
    longest = std::max(longest, piece.size());
  });
  EXPECT_LT(longest, all.size() / 5);
  EXPECT_EQ(all, render_log(log, false));
  EXPECT_EQ(std::ranges::count(all, '\n'), 10'002);
}

TEST(IntervalTables, OfOurOwnLogsTheMainSegmentIsEnoughUnlessDetailsAreAsked) {
  const LoadedLog log = log_of({"lock_wait", "fsm_net", "commit"});
  const std::string brief = render_log(log, false);
  EXPECT_THAT(brief, HasSubstr("  fsm_net, seconds "));
  EXPECT_THAT(brief, Not(HasSubstr("lock_wait")));
  EXPECT_THAT(brief, Not(HasSubstr("commit")));
  const std::string all = render_log(log, true);
  EXPECT_LT(all.find("lock_wait, seconds"), all.find("fsm_net, seconds"));
  EXPECT_LT(all.find("fsm_net, seconds"), all.find("commit, seconds"));
  EXPECT_NE(all.find("commit, seconds"), std::string::npos);
}

TEST(IntervalTables, OtherProgramsLogsAreToldWhole) {
  const LoadedLog log = log_of({"", "GET", "PUT"});
  for (const bool details : {false, true}) {
    const std::string text = render_log(log, details);
    EXPECT_TRUE(text.starts_with("some/x.hlog\n  seconds ")) << text;
    EXPECT_THAT(text, HasSubstr("\n  GET, seconds "));
    EXPECT_THAT(text, HasSubstr("\n  PUT, seconds "));
  }
}

TEST(IntervalTables, AnIntervalOfNoLengthHasNoRate) {
  LoadedLog log = log_of({"fsm_net"});
  log.streams[0].rows[0].length_seconds = 0;
  EXPECT_THAT(render_log(log, false),
              HasSubstr("\n  0.500 .. 0.500      1,000          0   1.000 "));
}

TEST(IntervalTables, WhatIsMissingIsSaidBelow) {
  LoadedLog log = log_of({"fsm_net"});
  EXPECT_THAT(render_log(log, false), Not(HasSubstr("cut off")));
  log.cut_off = "line 9 has no end and was left out: the log was cut off";
  EXPECT_TRUE(render_log(log, false)
                  .ends_with("\n  line 9 has no end and was left out: the log was cut off\n"));
}

TEST(IntervalTables, NoStringSteersTheTerminal) {
  const std::string red = "\x1b[31m\n\xff";
  LoadedLog log = log_of({red});
  log.path = red;
  log.label = red;
  log.cut_off = red;
  const std::string text = render_log(log, false);
  EXPECT_EQ(text.find('\x1b'), std::string::npos) << text;
  EXPECT_EQ(text.find('\xff'), std::string::npos) << text;
  const std::string shown = "\\x1b[31m\\x0a\\xff";
  EXPECT_THAT(text, HasSubstr(shown + ": " + shown + "\n"));
  EXPECT_THAT(text, HasSubstr("  " + shown + ", seconds "));
  EXPECT_TRUE(text.ends_with("  " + shown + "\n")) << text;
}

}  // namespace
}  // namespace walbench::tools
