// Silent bugs these tests would catch: a limit that can never fail, since it is misread, bounds
// another figure, or selects configurations that do not exist; a bound in another unit than was
// written.

#include "metrics/result/limit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "metrics/result/configuration_result.hpp"
#include "tests/support/refusal.hpp"

namespace walbench::metrics {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

TEST(LimitNames, AreThoseOfReportsOfScriptsToo) {
  EXPECT_EQ(parse_limit("net.p99>5ms").figure.segment, Segment::fsm_net);
  EXPECT_EQ(parse_limit("think.p99>5ms").figure.segment, Segment::mock_api);
  EXPECT_EQ(parse_limit("script.p99>5ms").figure.segment, Segment::fsm_dispatch);
  EXPECT_EQ(parse_limit("transaction.max>5ms").figure.segment, Segment::transition);
  EXPECT_EQ(parse_limit("mock_api.p99>5ms").figure.segment, Segment::mock_api);
}

TEST(ParseLimit, APercentileOfASegment) {
  const Limit limit = parse_limit("lock_wait.p99{threads=10}>5ms");
  EXPECT_EQ(limit.name, "lock_wait.p99{threads=10}>5ms");
  EXPECT_EQ(limit.figure, (LimitedFigure{"lock_wait.p99", Segment::lock_wait, 99}));
  EXPECT_THAT(limit.selector, ElementsAre(Pair("threads", "10")));
  EXPECT_TRUE(limit.above);
  EXPECT_FALSE(limit.relative);
  EXPECT_EQ(limit.bound, 5e6);
  EXPECT_EQ(limit.for_files, 0);
}

TEST(ParseLimit, EverySegmentAndPercentile) {
  for (std::size_t index = 0; index < kSegmentCount; ++index) {
    const Segment segment = segment_at(index);
    for (const auto& [name, percentile] : {std::pair("p50", 50.0),
                                           {"p99.9", 99.9},
                                           {"p0.1", 0.1},
                                           {"p100", 100.0},
                                           {"max", 100.0}}) {
      const std::string figure = std::string(segment_name(segment)) + "." + name;
      EXPECT_EQ(parse_limit(figure + ">1s").figure, (LimitedFigure{figure, segment, percentile}));
    }
  }
}

TEST(ParseLimit, WithoutASegmentItIsThatOfTheWholeLifecycle) {
  for (const char* const text : {"p99>1s", "net.p99>1s", "fsm_net.p99>1s"}) {
    EXPECT_EQ(parse_limit(text).figure.segment, Segment::fsm_net) << text;
    EXPECT_EQ(parse_limit(text).figure.percentile, 99) << text;
  }
  EXPECT_EQ(parse_limit("max>1s").figure.percentile, 100);
}

TEST(ParseLimit, FiguresOfAConfiguration) {
  const Limit elapsed = parse_limit("elapsed{threads=10,profile=zero}>300s");
  EXPECT_EQ(elapsed.figure, (LimitedFigure{"elapsed", std::nullopt, 0}));
  EXPECT_EQ(elapsed.bound, 300e9);
  EXPECT_THAT(elapsed.selector, ElementsAre(Pair("threads", "10"), Pair("profile", "zero")));
  const Limit slow = parse_limit("transitions_per_second<9000.5");
  EXPECT_FALSE(slow.above);
  EXPECT_EQ(slow.bound, 9000.5);
  EXPECT_THAT(slow.selector, IsEmpty());
}

TEST(ParseLimit, ChangesInPercentAreRatios) {
  const Limit grown = parse_limit("lock_wait.p99>+10%");
  EXPECT_TRUE(grown.relative && grown.above);
  EXPECT_DOUBLE_EQ(grown.bound, 1.1);
  const Limit fallen = parse_limit("transitions_per_second{threads=50}<-5%");
  EXPECT_TRUE(fallen.relative && !fallen.above);
  EXPECT_DOUBLE_EQ(fallen.bound, 0.95);
}

TEST(ParseLimit, SpacesDoNotMatter) {
  const Limit limit = parse_limit(" lock_wait.p99 { threads = 10 , profile=zero } > + 10 % ");
  EXPECT_EQ(limit.figure.segment, Segment::lock_wait);
  EXPECT_THAT(limit.selector, ElementsAre(Pair("threads", "10"), Pair("profile", "zero")));
  EXPECT_DOUBLE_EQ(limit.bound, 1.1);
}

std::string complaint(const std::string& text) {
  return test_support::refusal_of<std::invalid_argument>([&] { return parse_limit(text); });
}

TEST(ParseLimit, RefusesWhatItDoesNotUnderstandByName) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "write FIGURE>BOUND"},
      {"lock_wait.p99", "write FIGURE>BOUND"},
      {"lock_wait.p99{threads=10", "write FIGURE>BOUND"},
      {"lock_wait.p99{threads>10}", "write FIGURE>BOUND"},
      {"lock_wait.p99>{threads=10}5ms", "write FIGURE>BOUND"},
      {"lock_wait.p99{threads=10}x>5ms", "after } must follow"},
      {"lock_wait.p99>", "the bound is missing"},
      {"lock_wait>5ms", "'lock_wait' needs a percentile, as in lock_wait.p99"},
      {"lock_wait.>5ms", "needs a percentile"},
      {"lokc_wait.p99>5ms", "'lokc_wait' is neither a segment nor a figure that is a number"},
      {">5ms", "'' is neither"},
      {"elapsed.p99>5ms", "'elapsed' is neither"},
      {"profile>5ms", "'profile' is neither"},
      {"lifecycles_per_thread>5", "is neither"},
      {"lock_wait.99>5ms", "is not a percentile"},
      {"lock_wait.p0>5ms", "is not a percentile above 0"},
      {"lock_wait.p101>5ms", "is not a percentile"},
      {"lock_wait.p-1>5ms", "is not a percentile"},
      {"lock_wait.pnan>5ms", "is not a percentile"},
      {"lock_wait.p1e1>5ms", "is not a percentile"},
      {"lock_wait.p9 9>5ms", "is not a percentile"},
      {"lock_wait.mean>5ms", "write lock_wait.p50, p95, p99, p99.9 or max"},
      {"lock_wait.p999>5ms", "write lock_wait.p99.9"},
      {"lock_wait.p9995>5ms", "write lock_wait.p99.95"},
      {"lock_wait.p99>5", "has no unit"},
      {"lock_wait.p99>-5ms", "is negative"},
      {"lock_wait.p99>5ms>6ms", "unknown unit"},
      {"transitions_per_second<many", "'many' is not a number"},
      {"transitions_per_second<-5", "'-5' is not a number"},
      {"transitions_per_second<1e3", "is not a number"},
      {"lock_wait.p99{}>5ms", "'' is not DIMENSION=VALUE"},
      {"lock_wait.p99{threads}>5ms", "'threads' is not DIMENSION=VALUE"},
      {"lock_wait.p99{threads=}>5ms", "'threads=' is not DIMENSION=VALUE"},
      {"lock_wait.p99{threads=10,}>5ms", "'' is not DIMENSION=VALUE"},
      {"lock_wait.p99{thread=10}>5ms", "'thread' is not one of "},
      {"lock_wait.p99>10%", "write >+10%"},
      {"lock_wait.p99>-10%", "write >+10%"},
      {"lock_wait.p99<+10%", "write <-10%"},
      {"lock_wait.p99>+%", "write >+10%"},
      {"lock_wait.p99>+inf%", "write >+10%"},
      {"lock_wait.p99>+1 0%", "write >+10%"},
      {"lock_wait.p99<-100%", "no figure can fall by 100 % or more"},
      {"lock_wait.max>+10%", "a change of a maximum cannot be told from chance"},
  };
  for (const auto& [text, why] : cases) {
    EXPECT_THAT(complaint(text), HasSubstr("limit '" + text + "': "));
    EXPECT_THAT(complaint(text), HasSubstr(why)) << text;
  }
}

TEST(Limit, SelectsPlansWithEveryValueItNames) {
  ConfigurationResult measured;
  ConfigurationPlanned& planned = measured.planned;
  planned.threads = 10;
  planned.profile = "zero";
  planned.strategy = "per-file+queue-fifo";
  planned.commit = "batch:10";
  for (const char* const selector :
       {"threads=10", "threads=10,profile=zero", "strategy=per-file+queue-fifo,commit=batch:10"}) {
    EXPECT_TRUE(selects(parse_limit("p99{" + std::string(selector) + "}>1s"), measured))
        << selector;
  }
  for (const char* const selector : {"threads=1", "threads=100", "threads=010",
                                     "threads=10,profile=realistic", "strategy=per-file"}) {
    EXPECT_FALSE(selects(parse_limit("p99{" + std::string(selector) + "}>1s"), measured))
        << selector;
  }
  measured.settings.busy_timeout_ms = 20;
  EXPECT_TRUE(selects(parse_limit("p99{busy-timeout=20ms}>1s"), measured));
  EXPECT_TRUE(selects(parse_limit("p99>1s"), measured)) << "without a selector it is for all";
}

TEST(Limit, HasTheValueOfTheFigureIfThereIsOne) {
  ConfigurationResult result;
  result.elapsed_ns = result.elapsed_longest_ns = 2'000'000'000;
  result.commits = 10;
  result.planned.files = 100;
  result.planned.transitions_per_file = 4;
  Histogram waits;
  ASSERT_TRUE(waits.record(1000, 99));
  ASSERT_TRUE(waits.record(5000, 1));
  result.main.segments.push_back({Segment::lock_wait, waits});
  result.main.segments.push_back({Segment::commit, Histogram()});
  result.busy_longest_us = 3;
  const auto value = [&result](const std::string& text) {
    return limited_value(parse_limit(text), result);
  };
  EXPECT_EQ(value("lock_wait.p50>1s"), 1000);
  EXPECT_EQ(value("lock_wait.max>1s"), waits.max());
  EXPECT_EQ(value("statement.p50>1s"), std::nullopt);
  EXPECT_EQ(value("commit.p50>1s"), std::nullopt) << "no sample, no percentile";
  EXPECT_EQ(value("elapsed>1s"), 2e9) << "the longest";
  EXPECT_EQ(value("transitions_per_second<1"), 200);
  EXPECT_EQ(value("commits_per_second<1"), 5);
  EXPECT_EQ(value("commits>1"), 10);
  EXPECT_EQ(value("busy_longest>1ms"), 3000) << "in nanoseconds";
}

TEST(Limit, TheStandardOnesAreTheDocumentedOnes) {
  const std::vector<Limit> limits = standard_limits();
  ASSERT_EQ(limits.size(), 2U);
  EXPECT_EQ(limits[0].name, "threshold_1");
  EXPECT_THAT(limits[0].selector, ElementsAre(Pair("threads", "10"), Pair("profile", "zero")));
  EXPECT_EQ(limits[0].bound, 300e9);
  EXPECT_EQ(limits[0].for_files, 818);
  EXPECT_EQ(limits[0].for_api_delay_ns, 0);
  EXPECT_EQ(limits[1].name, "threshold_2");
  EXPECT_THAT(limits[1].selector, ElementsAre(Pair("threads", "10"), Pair("profile", "realistic")));
  EXPECT_EQ(limits[1].bound, 6 * 3600e9);
  EXPECT_EQ(limits[1].for_files, 818);
  EXPECT_EQ(limits[1].for_api_delay_ns, 2'000'000'000);
  for (const Limit& limit : limits) {
    EXPECT_EQ(limit.figure.name, "elapsed");
    EXPECT_TRUE(limit.above && !limit.relative);
  }
}

}  // namespace
}  // namespace walbench::metrics
