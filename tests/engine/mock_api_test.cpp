// Silent bugs these tests would catch: an API that answers something else than the harness it
// replaces, so that rows cannot be compared; that delays twice a call or not at all, which changes
// every figure of profile realistic; that ignores a stop and holds the run for its whole delay.

#include "engine/mock_api.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <stop_token>
#include <vector>

#include "tests/support/manual_clock.hpp"

namespace walbench::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using test_support::ManualClock;

TEST(MockApi, AnswersToTheLetter) {
  const ManualClock clock;
  const MockApi api(clock, nanoseconds(0), {});

  const UploadedFile uploaded = api.upload_file("/bench/file_0000.txt").await_resume();
  EXPECT_EQ(uploaded.name, "files/mock__bench_file_0000.txt");
  EXPECT_EQ(uploaded.uri, "uri://mock__bench_file_0000.txt");
  EXPECT_EQ(api.import_to_store(uploaded.name).await_resume(),
            "doc_files/mock__bench_file_0000.txt");
}

TEST(MockApi, NeverSuspendsTheLifecycleThatAwaitsIt) {
  const ManualClock clock;
  const MockApi api(clock, nanoseconds(0), {});
  EXPECT_TRUE(api.upload_file("/a").await_ready());
  EXPECT_TRUE(api.import_to_store("a").await_ready());
}

TEST(MockApi, SleepsOncePerCallByTheClock) {
  const ManualClock clock;
  const MockApi api(clock, milliseconds(2000), {});

  api.upload_file("/a");
  EXPECT_EQ(clock.sleeps(), (std::vector<nanoseconds>{milliseconds(2000)}));
  api.import_to_store("a");
  EXPECT_EQ(clock.sleeps(), (std::vector<nanoseconds>{milliseconds(2000), milliseconds(2000)}));
  EXPECT_EQ(clock.now_ns(), ManualClock::kStartNs + 2 * nanoseconds(milliseconds(2000)).count());
}

TEST(MockApi, WithoutADelayTheClockIsNotAskedToSleep) {
  const ManualClock clock;
  const MockApi api(clock, nanoseconds(0), {});
  api.upload_file("/a");
  api.import_to_store("a");
  EXPECT_TRUE(clock.sleeps().empty());
}

TEST(MockApi, AStopBeforeTheCallCancelsIt) {
  const ManualClock clock;
  std::stop_source stop;
  const MockApi api(clock, milliseconds(1), stop.get_token());
  stop.request_stop();
  EXPECT_THROW(api.upload_file("/a"), ApiCallCancelled);
  EXPECT_THROW(api.import_to_store("a"), ApiCallCancelled);
  EXPECT_EQ(clock.now_ns(), ManualClock::kStartNs);
}

TEST(MockApi, AStopDuringTheCallCancelsIt) {
  ManualClock clock;
  std::stop_source stop;
  const MockApi api(clock, milliseconds(1), stop.get_token());
  clock.on_sleep([&stop] { stop.request_stop(); });
  EXPECT_THROW(api.upload_file("/a"), ApiCallCancelled);
  EXPECT_EQ(clock.sleeps().size(), 1U);
}

}  // namespace
}  // namespace walbench::engine
