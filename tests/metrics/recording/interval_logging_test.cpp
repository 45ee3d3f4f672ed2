// Silent bugs these tests would catch: a sample in two intervals or in none, so that the log does
// not add up to the results beside it; a last interval that is never written; an interval stretched
// over a stall that it should show; a log that could not be written and is taken for whole.

#include <gtest/gtest.h>

#include <barrier>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "metrics/histogram/hlog.hpp"
#include "metrics/recording/collector.hpp"
#include "tests/support/little_room.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/temporary_folder.hpp"

namespace walbench::metrics {
namespace {

using namespace std::chrono_literals;
using test_support::ManualClock;

class IntervalLoggingTest : public test_support::TemporaryFolderTest {
 protected:
  std::vector<HlogInterval> intervals() const {
    std::vector<HlogInterval> all;
    read_hlog(path("log"), [&all](HlogInterval&& each) { all.push_back(std::move(each)); });
    return all;
  }
  /// Its lines as "tag start+length: samples".
  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    for (const HlogInterval& each : intervals()) {
      all.push_back(each.tag + " " + std::to_string(each.start_seconds) + "+" +
                    std::to_string(each.length_seconds) + ": " +
                    std::to_string(each.histogram.total_count()));
    }
    return all;
  }
};

/// A collector that logs one interval a second of a clock that stands still.
class Logged {
 public:
  explicit Logged(const std::filesystem::path& path)
      : log_(path, "test", {}), collector_(queue_, {&log_, 1s, &clock_}, 50us) {}

  void enqueue(Segment segment, std::int64_t ns, int count = 1) {
    for (int number = 0; number < count; ++number) {
      TimingRecord record;
      record.set(segment, ns);
      queue_.producer(0).enqueue(record);
      ++enqueued_;
    }
  }
  void wait_until_recorded() const {
    while (collector_.records_taken() < enqueued_) {
      std::this_thread::yield();
    }
  }
  /// Moves the clock on once all is recorded, and waits until the collector has seen it.
  void advance(std::chrono::nanoseconds duration) const {
    wait_until_recorded();
    clock_.advance(duration);
    // The second reading from now comes after what followed the first.
    const std::int64_t readings = clock_.readings() + 2;
    while (clock_.readings() < readings) {
      std::this_thread::yield();
    }
  }
  CollectedStream finish() { return std::move(collector_.finish().front()); }

 private:
  ManualClock clock_;
  TimingQueue queue_ = TimingQueue(1);
  IntervalLog log_;
  std::int64_t enqueued_ = 0;
  Collector collector_;
};

TEST_F(IntervalLoggingTest, EachIntervalHasItsOwnSamplesAlone) {
  Logged logged(path("log"));
  logged.enqueue(Segment::fsm_net, 100, 3);
  logged.enqueue(Segment::commit, 7);
  logged.advance(1s);
  logged.enqueue(Segment::fsm_net, 200, 2);
  logged.advance(1500ms);
  logged.enqueue(Segment::fsm_net, 300);
  const CollectedStream collected = logged.finish();

  EXPECT_EQ(lines(), (std::vector<std::string>{
                         "fsm_net 0.000000+1.000000: 3", "commit 0.000000+1.000000: 1",
                         "fsm_net 1.000000+1.500000: 2", "fsm_net 2.500000+0.000000: 1"}))
      << "each begins where the one before ended, however late";
  EXPECT_EQ(intervals()[2].histogram.dense().min(), 200) << "none of the first interval's";
  EXPECT_EQ(collected.samples_recorded, 7);
  ASSERT_EQ(collected.segments.size(), 2U);
  EXPECT_EQ(collected.segments[0].histogram.total_count(), 6) << "of all intervals";
}

TEST_F(IntervalLoggingTest, TheLastOneIsAsShortAsItWas) {
  Logged logged(path("log"));
  logged.enqueue(Segment::fsm_net, 100);
  logged.advance(1s);
  logged.enqueue(Segment::fsm_net, 100, 4);
  logged.advance(250ms);
  static_cast<void>(logged.finish());
  EXPECT_EQ(lines(), (std::vector<std::string>{"fsm_net 0.000000+1.000000: 1",
                                               "fsm_net 1.000000+0.250000: 4"}));
}

TEST_F(IntervalLoggingTest, ARunShorterThanAnIntervalHasOne) {
  Logged logged(path("log"));
  logged.enqueue(Segment::fsm_net, 100);
  logged.advance(999ms);
  static_cast<void>(logged.finish());
  EXPECT_EQ(lines(), std::vector<std::string>{"fsm_net 0.000000+0.999000: 1"});
}

// As in a stall: what comes after it must not look as if it had taken all that time.
TEST_F(IntervalLoggingTest, AnIntervalWithoutSamplesHasNoLine) {
  Logged logged(path("log"));
  logged.enqueue(Segment::fsm_net, 100);
  logged.advance(1s);
  logged.advance(1s);
  logged.advance(1s);
  logged.enqueue(Segment::fsm_net, 100);
  static_cast<void>(logged.finish());
  EXPECT_EQ(lines(), (std::vector<std::string>{"fsm_net 0.000000+1.000000: 1",
                                               "fsm_net 3.000000+0.000000: 1"}));
}

TEST_F(IntervalLoggingTest, LinesAreWrittenWhileItRuns) {
  Logged logged(path("log"));
  logged.enqueue(Segment::fsm_net, 100);
  logged.advance(1s);
  EXPECT_EQ(lines().size(), 1U) << "a crash from here on does not take them";
  static_cast<void>(logged.finish());
  EXPECT_EQ(lines().size(), 1U);
}

TEST_F(IntervalLoggingTest, WhatDoesNotFitIsInNoInterval) {
  Logged logged(path("log"));
  logged.enqueue(Segment::fsm_net, -1);
  logged.enqueue(Segment::fsm_net, 5);
  const CollectedStream collected = logged.finish();
  EXPECT_EQ(lines(), std::vector<std::string>{"fsm_net 0.000000+0.000000: 1"});
  EXPECT_EQ(collected.samples_out_of_range, 1);
}

// Its clock moves on by 3 ms a reading, so that intervals end at any moment and late.
TEST_F(IntervalLoggingTest, IntervalsAreDisjointAndAddUpToTheResults) {
  constexpr std::size_t kProducers = 4;
  constexpr std::int64_t kRecordsEach = 1000;
  const ManualClock clock(3ms);
  TimingQueue queue(kProducers);
  IntervalLog log(path("log"), "test", {});
  Collector collector(queue, {&log, 10ms, &clock}, 10us);
  std::barrier start(kProducers);
  {
    std::vector<std::jthread> threads;
    for (std::size_t producer = 0; producer < kProducers; ++producer) {
      threads.emplace_back([&, producer] {
        start.arrive_and_wait();
        for (std::int64_t number = 0; number < kRecordsEach; ++number) {
          TimingRecord record;
          record.set(Segment::fsm_net, 1000 * static_cast<std::int64_t>(producer) + number);
          if (number % 7 == 0) record.set(Segment::commit, number);
          record.add_transition(number);
          queue.producer(producer).enqueue(record);
          // An interval ends only where the collector finds no more to take.
          const std::int64_t readings = clock.readings() + 4;
          while (number % 100 == 0 && clock.readings() < readings) {
            std::this_thread::yield();
          }
        }
      });
    }
  }
  const CollectedStream collected = collector.finish().front();

  constexpr double kTolerance = 1e-9;
  std::map<std::string, Histogram> sums;
  std::map<std::string, double> ends;
  const std::vector<HlogInterval> logged = intervals();
  EXPECT_GE(logged.size(), 10U);
  for (const HlogInterval& each : logged) {
    EXPECT_GE(each.start_seconds, ends[each.tag] - kTolerance) << each.tag;
    ends[each.tag] = each.start_seconds + each.length_seconds;
    EXPECT_EQ(sums[each.tag].add(each.histogram.dense()), 0);
  }
  ASSERT_EQ(collected.segments.size(), 3U);
  EXPECT_EQ(sums.size(), 3U);
  for (const auto& [segment, histogram] : collected.segments) {
    EXPECT_EQ(sums[std::string(segment_name(segment))], histogram) << segment_name(segment);
  }
}

TEST_F(IntervalLoggingTest, ALogThatCannotBeWrittenFailsTheRun) {
  constexpr rlim_t kRoomForTheHeader = 400;
  EXPECT_TRUE(fails_with_little_room(kRoomForTheHeader, [this] {
    Logged logged(path("log"));
    for (std::int64_t value = 1; value < 200; ++value) {
      logged.enqueue(Segment::fsm_net, value * value * value);
    }
    static_cast<void>(logged.finish());
  }));
  EXPECT_FALSE(fails_with_little_room(kRoomForTheHeader, [this] {
    const Logged logged(path("another"));
  })) << "it is not the header that fails";
}

TEST_F(IntervalLoggingTest, ACollectorWhoseLogFailedMayGoWithoutFinish) {
  EXPECT_FALSE(fails_with_little_room(400, [this] {
    Logged logged(path("log"));
    for (std::int64_t value = 1; value < 200; ++value) {
      logged.enqueue(Segment::fsm_net, value * value * value);
    }
    logged.wait_until_recorded();
  })) << "only finish() throws";
  EXPECT_EQ(names(), std::set<std::string>{"log"}) << "it did not die of it either";
}

}  // namespace
}  // namespace walbench::metrics
