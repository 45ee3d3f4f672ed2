// Silent bugs these tests would catch: an API that answers something else than the harness it
// replaces, so that rows cannot be compared; that delays twice a call or not at all, which changes
// every figure of profile realistic; that ignores a stop and holds the run for its whole delay;
// delays and failures that depend on the scheduling of threads, so that no run can be repeated.

#include "engine/workload/lifecycle/mock_api.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/support/manual_clock.hpp"

namespace walbench::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using test_support::ManualClock;

std::string path_of(std::int64_t file) {
  return "/bench/file_" + std::to_string(file) + ".txt";
}

/// Keeps, for each thread, how long its last call slept; never blocks.
class LastSleepClock final : public metrics::Clock {
 public:
  std::int64_t now_ns() const noexcept override { return 0; }
  [[nodiscard]] bool sleep_for(nanoseconds duration, const std::stop_token&) const override {
    last_sleep() = duration;
    return true;
  }
  void pause_for(std::chrono::nanoseconds) const override {}
  void wait_until(std::int64_t, std::unique_lock<std::mutex>&,
                  std::condition_variable&) const override {}

  /// What the calling thread slept since it last asked.
  static nanoseconds take_last_sleep() { return std::exchange(last_sleep(), nanoseconds(0)); }

 private:
  static nanoseconds& last_sleep() {
    thread_local nanoseconds last{0};
    return last;
  }
};

/// One call: of which file, which of the two, at which attempt.
using Call = std::tuple<std::int64_t, bool, std::int64_t>;

/// What a call came to.
struct Reply {
  nanoseconds delay{0};
  bool answered = false;
  bool operator==(const Reply&) const = default;
};

Reply make_call(const MockApi& api, const Call& call) {
  const auto& [file, upload, attempt] = call;
  const std::string path = path_of(file);
  LastSleepClock::take_last_sleep();
  const bool answered = upload ? api.upload_file(path, attempt).await_resume().has_value()
                               : api.import_to_store(MockApi::uploaded_file(path).name, attempt)
                                     .await_resume()
                                     .has_value();
  return {LastSleepClock::take_last_sleep(), answered};
}

std::vector<Call> calls_of(std::int64_t files, std::int64_t attempts) {
  std::vector<Call> calls;
  for (std::int64_t file = 0; file < files; ++file) {
    for (std::int64_t attempt = 1; attempt <= attempts; ++attempt) {
      calls.emplace_back(file, true, attempt);
      calls.emplace_back(file, false, attempt);
    }
  }
  return calls;
}

using Replies = std::map<Call, Reply>;

/// Makes the calls in that order, dealt in turn to that many threads.
Replies make_calls(const ApiBehaviour& behaviour, const std::vector<Call>& calls,
                   std::size_t threads = 1) {
  const LastSleepClock clock;
  const MockApi api(clock, behaviour, {});
  std::vector<Replies> by_thread(threads);
  {
    std::vector<std::jthread> workers;
    for (std::size_t worker = 0; worker < threads; ++worker) {
      workers.emplace_back([&, worker] {
        for (std::size_t index = worker; index < calls.size(); index += threads) {
          by_thread[worker][calls[index]] = make_call(api, calls[index]);
        }
      });
    }
  }
  Replies all;
  for (Replies& some : by_thread) {
    all.merge(some);
  }
  return all;
}

ApiBehaviour behaviour_of(const std::string& delay, double fail_rate = 0, std::uint64_t seed = 42) {
  return {ApiDelay::parse(delay), fail_rate, seed};
}

double mean_ns(const std::vector<nanoseconds>& delays) {
  double sum = 0;
  for (const nanoseconds delay : delays) {
    sum += static_cast<double>(delay.count());
  }
  return sum / static_cast<double>(delays.size());
}

ApiBehaviour constant(nanoseconds delay) {
  return {.delay = ApiDelay(delay)};
}

TEST(MockApi, AnswersToTheLetter) {
  const ManualClock clock;
  const MockApi api(clock, {}, {});

  const auto uploaded = api.upload_file("/bench/file_0000.txt", 1).await_resume();
  ASSERT_TRUE(uploaded.has_value());
  EXPECT_EQ(uploaded->name, "files/mock__bench_file_0000.txt");
  EXPECT_EQ(uploaded->uri, "uri://mock__bench_file_0000.txt");
  EXPECT_EQ(api.import_to_store(uploaded->name, 1).await_resume(),
            "doc_files/mock__bench_file_0000.txt");
}

TEST(MockApi, SaysBeforehandWhatItWillAnswer) {
  const ManualClock clock;
  const MockApi api(clock, {}, {});
  const auto uploaded = api.upload_file("/a/b.txt", 1).await_resume();
  ASSERT_TRUE(uploaded.has_value());
  EXPECT_EQ(MockApi::uploaded_file("/a/b.txt").name, uploaded->name);
  EXPECT_EQ(MockApi::uploaded_file("/a/b.txt").uri, uploaded->uri);
  EXPECT_EQ(MockApi::document_id(uploaded->name),
            api.import_to_store(uploaded->name, 1).await_resume());
}

TEST(MockApi, NeverSuspendsTheLifecycleThatAwaitsIt) {
  const ManualClock clock;
  const MockApi api(clock, {}, {});
  EXPECT_TRUE(api.upload_file("/a", 1).await_ready());
  EXPECT_TRUE(api.import_to_store("a", 1).await_ready());
}

TEST(MockApi, SleepsOncePerCallByTheClock) {
  const ManualClock clock;
  const MockApi api(clock, constant(milliseconds(2000)), {});

  static_cast<void>(api.upload_file("/a", 1));
  EXPECT_EQ(clock.sleeps(), (std::vector<nanoseconds>{milliseconds(2000)}));
  static_cast<void>(api.import_to_store("a", 1));
  EXPECT_EQ(clock.sleeps(), (std::vector<nanoseconds>{milliseconds(2000), milliseconds(2000)}));
  EXPECT_EQ(clock.now_ns(), ManualClock::kStartNs + 2 * nanoseconds(milliseconds(2000)).count());
}

TEST(MockApi, WithoutADelayTheClockIsNotAskedToSleep) {
  const ManualClock clock;
  const MockApi api(clock, {}, {});
  static_cast<void>(api.upload_file("/a", 1));
  static_cast<void>(api.import_to_store("a", 1));
  EXPECT_TRUE(clock.sleeps().empty());
}

TEST(MockApi, AStopBeforeTheCallCancelsIt) {
  const ManualClock clock;
  std::stop_source stop;
  const MockApi api(clock, constant(milliseconds(1)), stop.get_token());
  stop.request_stop();
  EXPECT_THROW(static_cast<void>(api.upload_file("/a", 1)), ApiCallCancelled);
  EXPECT_THROW(static_cast<void>(api.import_to_store("a", 1)), ApiCallCancelled);
  EXPECT_EQ(clock.now_ns(), ManualClock::kStartNs);
}

TEST(MockApi, AStopDuringTheCallCancelsIt) {
  ManualClock clock;
  std::stop_source stop;
  const MockApi api(clock, constant(milliseconds(1)), stop.get_token());
  clock.on_sleep([&stop] { stop.request_stop(); });
  EXPECT_THROW(static_cast<void>(api.upload_file("/a", 1)), ApiCallCancelled);
  EXPECT_EQ(clock.sleeps().size(), 1U);
}

TEST(MockApi, ADelayBelongsToItsCallWhateverOrderOrThreadItIsMadeIn) {
  for (const char* const delay : {"uniform:10ms,90ms", "exp:50ms", "lognormal:50ms,0.5"}) {
    const ApiBehaviour behaviour = behaviour_of(delay, 0.3);
    std::vector<Call> calls = calls_of(200, 3);
    const Replies in_order = make_calls(behaviour, calls);
    ASSERT_EQ(in_order.size(), calls.size());
    EXPECT_EQ(make_calls(behaviour, calls, 4), in_order) << delay;
    std::ranges::reverse(calls);
    EXPECT_EQ(make_calls(behaviour, calls), in_order) << delay;
    EXPECT_EQ(make_calls(behaviour, calls, 7), in_order) << delay;
  }
}

TEST(MockApi, EveryCallHasADelayOfItsOwn) {
  for (const char* const delay : {"uniform:0,1h", "exp:1s", "lognormal:10s,0.5"}) {
    std::set<nanoseconds> distinct;
    const Replies replies = make_calls(behaviour_of(delay), calls_of(50, 3));
    for (const auto& [call, reply] : replies) {
      distinct.insert(reply.delay);
    }
    EXPECT_EQ(distinct.size(), replies.size()) << delay;
  }
}

TEST(MockApi, AnotherSeedGivesOtherDelaysAndOtherFailures) {
  const std::vector<Call> calls = calls_of(300, 1);
  const Replies one = make_calls(behaviour_of("uniform:0,1h", 0.5, 42), calls);
  for (const std::uint64_t seed : {0U, 1U, 43U, 0xFFFFFFFFU}) {
    const Replies other = make_calls(behaviour_of("uniform:0,1h", 0.5, seed), calls);
    int same_delays = 0;
    int same_ends = 0;
    for (const auto& [call, reply] : one) {
      if (other.at(call).delay == reply.delay) ++same_delays;
      if (other.at(call).answered == reply.answered) ++same_ends;
    }
    EXPECT_EQ(same_delays, 0) << seed;
    EXPECT_NEAR(same_ends, 300, 60) << "of 600, half agree by chance; seed " << seed;
  }
}

TEST(MockApi, DelaysHaveTheMeanOfTheirDistribution) {
  for (const char* const delay :
       {"50ms", "uniform:10ms,90ms", "exp:50ms", "lognormal:50ms,0.5", "lognormal:50ms,1"}) {
    const ApiBehaviour behaviour = behaviour_of(delay);
    std::vector<nanoseconds> delays;
    for (const auto& [call, reply] : make_calls(behaviour, calls_of(10'000, 1))) {
      delays.push_back(reply.delay);
    }
    const auto expected = static_cast<double>(behaviour.delay.mean().count());
    EXPECT_NEAR(mean_ns(delays), expected, 0.03 * expected) << delay;
  }
}

TEST(MockApi, WithoutAFailRateNothingFails) {
  const ManualClock clock;
  const MockApi api(clock, behaviour_of("exp:50ms"), {});
  EXPECT_FALSE(api.can_fail());
  for (const auto& [call, reply] : make_calls(behaviour_of("exp:50ms"), calls_of(1'000, 2))) {
    EXPECT_TRUE(reply.answered);
  }
  EXPECT_EQ(api.fate("/a").upload_failures + api.fate("/a").import_failures, 0);
  EXPECT_TRUE(MockApi(clock, behaviour_of("0", 1e-9), {}).can_fail());
}

/// Whether each file's call failed at that attempt.
std::vector<bool> failures(const Replies& replies, bool upload, std::int64_t attempt) {
  std::vector<bool> failed;
  for (const auto& [call, reply] : replies) {
    if (std::get<1>(call) == upload && std::get<2>(call) == attempt) {
      failed.push_back(!reply.answered);
    }
  }
  return failed;
}

double share(const std::vector<bool>& failed) {
  return static_cast<double>(std::ranges::count(failed, true)) / static_cast<double>(failed.size());
}

/// The share of failures among those that come after a failure.
double share_after(const std::vector<bool>& earlier, const std::vector<bool>& later) {
  std::vector<bool> of_those;
  for (std::size_t index = 0; index < earlier.size(); ++index) {
    if (earlier[index]) of_those.push_back(later[index]);
  }
  return share(of_those);
}

TEST(MockApi, CallsFailAtTheirRateWhateverFailedBefore) {
  for (const double rate : {0.1, 0.5, 0.9}) {
    for (const char* const delay : {"0", "exp:50ms"}) {
      SCOPED_TRACE(rate);
      const Replies replies = make_calls(behaviour_of(delay, rate), calls_of(10'000, 2));
      const std::vector<bool> upload_1 = failures(replies, true, 1);
      const std::vector<bool> upload_2 = failures(replies, true, 2);
      const std::vector<bool> import_1 = failures(replies, false, 1);
      const std::vector<bool> import_2 = failures(replies, false, 2);
      for (const std::vector<bool>& failed : {upload_1, upload_2, import_1, import_2}) {
        ASSERT_EQ(failed.size(), 10'000U);
        EXPECT_NEAR(share(failed), rate, 0.02);
      }
      EXPECT_NEAR(share_after(upload_1, upload_2), rate, 0.04);
      EXPECT_NEAR(share_after(import_1, import_2), rate, 0.04);
      EXPECT_NEAR(share_after(upload_1, import_1), rate, 0.04);
    }
  }
}

TEST(MockApi, FailingTakesAsLongAsAnswering) {
  const Replies replies = make_calls(behaviour_of("50ms", 0.5), calls_of(100, 1));
  std::set<bool> ends;
  for (const auto& [call, reply] : replies) {
    EXPECT_EQ(reply.delay, milliseconds(50));
    ends.insert(reply.answered);
  }
  EXPECT_EQ(ends, (std::set<bool>{false, true}));
}

TEST(MockApi, ADelayDoesNotTellWhetherItsCallFails) {
  std::vector<nanoseconds> of_failures;
  const ApiBehaviour behaviour = behaviour_of("uniform:10ms,90ms", 0.5);
  for (const auto& [call, reply] : make_calls(behaviour, calls_of(5'000, 1))) {
    if (!reply.answered) of_failures.push_back(reply.delay);
  }
  EXPECT_NEAR(mean_ns(of_failures), 50e6, 2e6);
}

TEST(MockApi, ADelayDoesNotTellWhetherAnEarlierAttemptFailed) {
  for (const char* const delay : {"uniform:10ms,90ms", "exp:50ms", "lognormal:50ms,0.5"}) {
    const ApiBehaviour behaviour = behaviour_of(delay, 0.3);
    const Replies replies = make_calls(behaviour, calls_of(10'000, 3));
    for (const std::int64_t attempt : {2, 3}) {
      std::vector<nanoseconds> delays;
      for (std::int64_t file = 0; file < 10'000; ++file) {
        bool comes_so_far = true;
        for (std::int64_t before = 1; before < attempt; ++before) {
          comes_so_far = comes_so_far && !replies.at({file, true, before}).answered;
        }
        if (comes_so_far) delays.push_back(replies.at({file, true, attempt}).delay);
      }
      const auto expected = static_cast<double>(behaviour.delay.mean().count());
      EXPECT_NEAR(mean_ns(delays), expected, 0.1 * expected) << delay << " attempt " << attempt;
    }
  }
}

TEST(MockApi, FateIsWhatTheCallsMadeOneByOneComeTo) {
  const LastSleepClock clock;
  const MockApi api(clock, behaviour_of("lognormal:50ms,0.5", 0.4), {});
  std::int64_t most_failures = 0;
  for (std::int64_t file = 0; file < 2'000; ++file) {
    ApiFate seen;
    for (std::int64_t attempt = 1;; ++attempt) {
      if (!make_call(api, {file, true, attempt}).answered) {
        seen.upload_failures += 1;
      } else if (!make_call(api, {file, false, attempt}).answered) {
        seen.import_failures += 1;
      } else {
        break;
      }
    }
    const ApiFate fate = api.fate(path_of(file));
    EXPECT_EQ(fate.upload_failures, seen.upload_failures) << file;
    EXPECT_EQ(fate.import_failures, seen.import_failures) << file;
    most_failures = std::max(most_failures, seen.upload_failures + seen.import_failures);
  }
  EXPECT_GT(most_failures, 3) << "too few failures to tell";
}

TEST(MockApi, FatesCostNoTime) {
  const ManualClock clock;
  const MockApi api(clock, behaviour_of("50ms", 0.5), {});
  for (std::int64_t file = 0; file < 20; ++file) {
    api.fate(path_of(file));
  }
  EXPECT_TRUE(clock.sleeps().empty());
  EXPECT_EQ(clock.readings(), 0);
}

TEST(MockApi, AnApiThatFailsAtOnceEndsOnAStop) {
  const ManualClock clock;
  std::stop_source stop;
  const MockApi api(clock, behaviour_of("0", 0.99), stop.get_token());
  stop.request_stop();
  const auto call_until_it_answers = [&api] {
    std::int64_t attempt = 1;
    while (!api.upload_file("/a", attempt).await_resume()) {
      ++attempt;
    }
  };
  EXPECT_THROW(call_until_it_answers(), ApiCallCancelled);
}

}  // namespace
}  // namespace walbench::engine
