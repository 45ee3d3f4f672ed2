// Would catch: figures that contradict each other and are printed without a word.

#include "metrics/analysis/agreement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>

namespace walbench::metrics {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ConfigurationResult agreeing() {
  ConfigurationResult result;
  result.commits = 100;
  result.busy_retries = 15;
  result.other_sleeps = {.database = 1, .checkpoint = 1, .recovery = 1, .reader = 1, .unknown = 1};
  result.write_lock = {.sleeps = 10,
                       .slept_ns = 300,
                       .has_timeline = true,
                       .held_ns = 200,
                       .free_ns = 100,
                       .acquisitions = 100,
                       .lock_held_ns = 1000,
                       .followed_ns = 1000};
  return result;
}

TEST(Agreement, FiguresThatAgreeAreNotMentioned) {
  EXPECT_THAT(disagreements(agreeing()), IsEmpty());
  EXPECT_THAT(disagreements({}), IsEmpty());
}

TEST(Agreement, EveryFigureOfASumCounts) {
  for (std::int64_t OtherLockSleeps::*const lock :
       {&OtherLockSleeps::database, &OtherLockSleeps::checkpoint, &OtherLockSleeps::recovery,
        &OtherLockSleeps::reader, &OtherLockSleeps::unknown}) {
    ConfigurationResult result = agreeing();
    result.other_sleeps.*lock += 1;
    EXPECT_THAT(
        disagreements(result),
        ElementsAre("the busy handler slept 15 times, but 10 times for the write lock and 6 "
                    "times for other locks"));
  }
  ConfigurationResult result = agreeing();
  result.write_lock.sleeps -= 1;
  EXPECT_THAT(disagreements(result), ElementsAre(HasSubstr("but 9 times for the write lock")));
}

TEST(Agreement, TheTimelineIsCheckedIfItWasKept) {
  const auto with = [](std::int64_t WriteLockWaits::*figure, std::int64_t more) {
    ConfigurationResult result = agreeing();
    result.write_lock.*figure += more;
    return result;
  };
  EXPECT_THAT(disagreements(with(&WriteLockWaits::held_ns, 1)), ElementsAre(HasSubstr("slept")));
  EXPECT_THAT(disagreements(with(&WriteLockWaits::free_ns, -1)), ElementsAre(HasSubstr("slept")));
  EXPECT_THAT(disagreements(with(&WriteLockWaits::acquisitions, -1)),
              ElementsAre("the write lock was taken 99 times for 100 commits"));
  EXPECT_THAT(disagreements(with(&WriteLockWaits::lock_held_ns, 1)),
              ElementsAre(HasSubstr("so two holdings overlap")));
  ConfigurationResult overslept = with(&WriteLockWaits::held_ns, 101);
  overslept.write_lock.free_ns = -1;
  EXPECT_THAT(disagreements(overslept), ElementsAre(HasSubstr("free for -1 ns")));
  overslept.write_lock.has_timeline = false;
  EXPECT_THAT(disagreements(overslept), IsEmpty());
}

TEST(Agreement, NothingIsExpectedOfLocksThatNobodySaw) {
  ConfigurationResult exclusive = agreeing();
  exclusive.settings.locking_mode = "exclusive";
  exclusive.write_lock = {.has_timeline = true};
  EXPECT_THAT(disagreements(exclusive), IsEmpty());
  EXPECT_TRUE(locks_unseen(exclusive));
  EXPECT_FALSE(locks_unseen(agreeing()));
}

}  // namespace
}  // namespace walbench::metrics
