// Would catch: pauses that the seed does not repeat, that are longer than allowed, or that never
// come; calls that pause while nothing is measured.

#include "storage/sqlite/watch/schedule_perturbation.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

namespace walbench::storage {
namespace {

using namespace std::chrono_literals;
using Pauses = std::vector<std::chrono::nanoseconds>;

constexpr VfsCall kCheckpointLock{
    .operation = VfsOperation::shm_lock, .offset = 1, .flags = SQLITE_SHM_LOCK};

/// Of so many calls by a new thread.
Pauses pauses(SchedulePerturbation& perturbation, const VfsCall& call, int calls = 1000) {
  Pauses all;
  std::thread([&] {
    for (int each = 0; each < calls; ++each) {
      const VfsAnswer answer = perturbation.before(call);
      EXPECT_EQ(answer.code, SQLITE_OK);
      all.push_back(answer.pause);
    }
  }).join();
  return all;
}

Pauses pauses_of(std::uint64_t seed, const VfsCall& call) {
  SchedulePerturbation perturbation({.longest = 1ms, .seed = seed});
  perturbation.begin();
  return pauses(perturbation, call);
}

std::ptrdiff_t paused(const Pauses& all) {
  return std::ranges::count_if(all, [](auto pause) { return pause > 0ns; });
}

TEST(SchedulePerturbationTest, ItsSeedRepeatsPausesByThreadAndCall) {
  EXPECT_EQ(pauses_of(1, kCheckpointLock), pauses_of(1, kCheckpointLock));
  EXPECT_NE(pauses_of(1, kCheckpointLock), pauses_of(2, kCheckpointLock));
  SchedulePerturbation perturbation({.longest = 1ms, .seed = 1});
  perturbation.begin();
  EXPECT_NE(pauses(perturbation, kCheckpointLock), pauses(perturbation, kCheckpointLock))
      << "of two threads";
}

TEST(SchedulePerturbationTest, PausesAreAsLongAsAllowedAndWhereMuchChanges) {
  for (const VfsOperation operation :
       {VfsOperation::open, VfsOperation::lock, VfsOperation::read, VfsOperation::write,
        VfsOperation::sync, VfsOperation::shm_lock, VfsOperation::shm_map, VfsOperation::unfetch}) {
    SchedulePerturbation perturbation({.longest = 1ms});
    perturbation.begin();
    const Pauses all = pauses(perturbation, {.operation = operation}, 10'000);
    EXPECT_GT(paused(all), 0) << static_cast<int>(operation);
    EXPECT_LE(std::ranges::max(all), 1ms);
  }
  EXPECT_NEAR(static_cast<double>(paused(pauses_of(3, kCheckpointLock))), 500, 100);
  EXPECT_GT(std::ranges::max(pauses_of(3, kCheckpointLock)), 900us);
}

TEST(SchedulePerturbationTest, NothingPausesBeforeItBeginsOrAfterItsEnd) {
  SchedulePerturbation perturbation({.longest = 1ms});
  EXPECT_EQ(paused(pauses(perturbation, kCheckpointLock)), 0);
  perturbation.begin();
  EXPECT_GT(paused(pauses(perturbation, kCheckpointLock)), 0);
  perturbation.end();
  EXPECT_EQ(paused(pauses(perturbation, kCheckpointLock)), 0);
}

}  // namespace
}  // namespace walbench::storage
