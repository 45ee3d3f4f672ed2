// Silent bugs these tests would catch: an API that answers, fails or delays differently when it
// suspends, so that strategies are compared under different loads; a delay that blocks the thread
// after all; a call without a delay that takes the detour through the waiting list; an answer that
// is taken for given although the run was stopped while it was waited for.

#include "engine/workload/lifecycle/api_call.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <coroutine>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/workload/lifecycle/mock_api.hpp"
#include "tests/support/detached.hpp"
#include "tests/support/manual_clock.hpp"

namespace walbench::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using test_support::Detached;
using test_support::ManualClock;
using testing::ElementsAre;
using testing::IsEmpty;

/// Keeps who waits, for the test to resume.
class KeptWaits final : public Timer {
 public:
  void resume_at(std::int64_t due_ns, std::coroutine_handle<> waiter) override {
    due.push_back(due_ns);
    waiters.push_back(waiter);
  }
  bool cancelled() const override { return is_cancelled; }

  std::vector<std::int64_t> due;
  std::vector<std::coroutine_handle<>> waiters;
  bool is_cancelled = false;
};

/// What became of a call that was awaited.
template <typename Answer>
struct Ending {
  bool is_over = false;
  std::optional<Answer> answer;
  bool cancelled = false;
};

template <typename Answer>
Detached await_call(ApiCall<Answer> call, Ending<Answer>& ending) {
  try {
    ending.answer = co_await call;
  } catch (const ApiCallCancelled&) {
    ending.cancelled = true;
  }
  ending.is_over = true;
}

class SuspendingApi : public testing::Test {
 protected:
  MockApi api(const ApiBehaviour& behaviour) { return {clock_, behaviour, stop_.get_token()}; }
  static ApiBehaviour constant(milliseconds delay) { return {.delay = ApiDelay(delay)}; }

  ManualClock clock_;
  std::stop_source stop_;
  KeptWaits waits_;
};

TEST(ApiCall, ThatIsOverDoesNotSuspend) {
  Ending<std::string> ending;
  await_call(ApiCall<std::string>("answer"), ending);
  EXPECT_TRUE(ending.is_over);
  EXPECT_EQ(ending.answer, "answer");

  Ending<std::string> failed;
  await_call(ApiCall<std::string>(std::nullopt), failed);
  EXPECT_TRUE(failed.is_over);
  EXPECT_EQ(failed.answer, std::nullopt);
}

TEST(ApiCall, ThatIsNotOverSuspendsUntilItIsResumed) {
  KeptWaits waits;
  Ending<std::string> ending;
  await_call(ApiCall<std::string>("answer", waits, 4711), ending);
  EXPECT_FALSE(ending.is_over);
  ASSERT_THAT(waits.due, ElementsAre(4711));
  waits.waiters.front().resume();
  EXPECT_TRUE(ending.is_over);
  EXPECT_EQ(ending.answer, "answer");
}

TEST(ApiCall, AFailureIsToldAfterTheWaitToo) {
  KeptWaits waits;
  Ending<std::string> ending;
  await_call(ApiCall<std::string>(std::nullopt, waits, 1), ending);
  ASSERT_EQ(waits.waiters.size(), 1U);
  waits.waiters.front().resume();
  EXPECT_TRUE(ending.is_over);
  EXPECT_FALSE(ending.cancelled);
  EXPECT_EQ(ending.answer, std::nullopt);
}

TEST(ApiCall, ThatWasCancelledWhileItWaitedThrows) {
  KeptWaits waits;
  Ending<std::string> ending;
  await_call(ApiCall<std::string>("answer", waits, 1), ending);
  ASSERT_EQ(waits.waiters.size(), 1U);
  waits.is_cancelled = true;
  waits.waiters.front().resume();
  EXPECT_TRUE(ending.cancelled);
  EXPECT_EQ(ending.answer, std::nullopt);
}

TEST(ApiCall, ThatWasOverInTimeIsNotCancelled) {
  Ending<std::string> ending;
  await_call(ApiCall<std::string>("answer"), ending);
  EXPECT_FALSE(ending.cancelled);
}

TEST_F(SuspendingApi, ADelayedCallSuspendsUntilTheDelayIsOver) {
  const MockApi suspending = api(constant(milliseconds(2000)));
  Ending<UploadedFile> uploaded;
  await_call(suspending.upload_file("/a/b", 1, &waits_), uploaded);
  EXPECT_FALSE(uploaded.is_over);

  clock_.advance(milliseconds(7));
  Ending<std::string> imported;
  await_call(suspending.import_to_store("name", 1, &waits_), imported);
  EXPECT_FALSE(imported.is_over);

  const std::int64_t two_seconds = nanoseconds(milliseconds(2000)).count();
  EXPECT_THAT(waits_.due, ElementsAre(ManualClock::kStartNs + two_seconds,
                                      ManualClock::kStartNs + two_seconds + 7'000'000));
  EXPECT_THAT(clock_.sleeps(), IsEmpty()) << "it blocked";

  waits_.waiters[1].resume();
  EXPECT_EQ(imported.answer, "doc_name");
  EXPECT_FALSE(uploaded.is_over);
  waits_.waiters[0].resume();
  ASSERT_TRUE(uploaded.answer);
  EXPECT_EQ(uploaded.answer->name, "files/mock__a_b");
  EXPECT_EQ(uploaded.answer->uri, "uri://mock__a_b");
}

TEST_F(SuspendingApi, WithoutADelayNothingSuspends) {
  const MockApi immediate = api({});
  Ending<UploadedFile> uploaded;
  Ending<std::string> imported;
  await_call(immediate.upload_file("/a", 1, &waits_), uploaded);
  await_call(immediate.import_to_store("name", 1, &waits_), imported);
  EXPECT_TRUE(uploaded.is_over);
  EXPECT_EQ(imported.answer, "doc_name");
  EXPECT_THAT(waits_.due, IsEmpty());
}

TEST_F(SuspendingApi, DelaysFailuresAndAnswersAreThoseOfTheBlockingOne) {
  const ApiBehaviour behaviour = {.delay = ApiDelay::parse("exp:3ms"), .fail_rate = 0.4, .seed = 7};
  const MockApi blocking(clock_, behaviour, {});
  const MockApi suspending = api(behaviour);
  int failures = 0;
  for (int call = 0; call < 200; ++call) {
    const std::string path = "/bench/file_" + std::to_string(call / 4) + ".txt";
    const std::int64_t attempt = call % 4 + 1;
    Ending<UploadedFile> one;
    await_call(blocking.upload_file(path, attempt), one);
    const nanoseconds slept = clock_.sleeps().back();

    Ending<UploadedFile> other;
    const std::int64_t asked_ns = clock_.now_ns();
    await_call(suspending.upload_file(path, attempt, &waits_), other);
    ASSERT_EQ(waits_.due.back() - asked_ns, slept.count());
    waits_.waiters.back().resume();
    ASSERT_EQ(one.answer.has_value(), other.answer.has_value()) << path << " at " << attempt;
    if (!other.answer) ++failures;
  }
  EXPECT_GT(failures, 0);
  EXPECT_EQ(waits_.due.size(), 200U);
}

TEST_F(SuspendingApi, AFailureAtOnceThrowsOnceARunIsStopped) {
  // Or the lifecycle would try again for ever.
  const MockApi failing = api({.delay = {}, .fail_rate = 0.999, .seed = 1});
  stop_.request_stop();
  EXPECT_THROW(static_cast<void>(failing.upload_file("/a", 1, &waits_)), ApiCallCancelled);
}

}  // namespace
}  // namespace walbench::engine
