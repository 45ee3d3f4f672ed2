// Silent bugs these tests would catch: a library that loses commits taken for a sound one; a plan
// called safe although a checkpoint may run beside another connection's commit.

#include "storage/wal_reset.hpp"

#include <gtest/gtest.h>

#include "storage/strategies.hpp"

namespace walbench::storage {
namespace {

TEST(WalResetBug, EndsInThreeLinesOfVersions) {
  for (const int version : {3'007'000, 3'040'001, 3'043'999, 3'044'005, 3'045'000, 3'049'002,
                            3'050'000, 3'050'006, 3'051'000, 3'051'002}) {
    EXPECT_TRUE(has_wal_reset_bug(version)) << version;
  }
  for (const int version : {3'006'999, 3'044'006, 3'044'010, 3'050'007, 3'050'020, 3'051'003,
                            3'051'004, 3'053'002, 4'000'000}) {
    EXPECT_FALSE(has_wal_reset_bug(version)) << version;
  }
}

TEST(WalResetBug, EndsWithTheSourcesOfADay) {
  for (const char* const with :
       {"2010-07-21 23:28:57 x", "2022-12-28 14:03:47 x", "2026-03-02 9"}) {
    EXPECT_TRUE(source_has_wal_reset_bug(with)) << with;
  }
  for (const char* const without : {"2026-03-13 10:38:09 x", "2026-06-03 19:12:13 x"}) {
    EXPECT_FALSE(source_has_wal_reset_bug(without)) << without;
  }
}

bool exposed(std::string_view strategy, const CheckpointPlan& checkpoint,
             std::int64_t threads = 10) {
  return exposed_to_wal_reset(find_strategy(strategy).value().axes, checkpoint, threads);
}

constexpr CheckpointPlan in_background(CheckpointKind kind) {
  return {.mode = CheckpointMode::background, .kind = kind};
}

TEST(WalResetBug, SQLitesOwnCheckpointsMeetItWhereSeveralConnectionsCommitUnqueued) {
  for (const char* const name : {"per-file", "reduced-guards", "select-guard", "begin-immediate",
                                 "pooled-connection", "constant-retry"}) {
    EXPECT_TRUE(exposed(name, {})) << name;
    EXPECT_TRUE(exposed(name, {}, 2)) << name;
    EXPECT_FALSE(exposed(name, {}, 1)) << name;
    EXPECT_FALSE(exposed(name, {.every_frames = 0})) << name;
  }
  for (const char* const name :
       {"shared-connection", "batch", "group-commit", "fair-queue", "writer-thread"}) {
    EXPECT_FALSE(exposed(name, {})) << name;
  }
}

TEST(WalResetBug, APoolMeetsItFromItsSecondConnectionOn) {
  const auto of_pool = [](std::int64_t size, std::int64_t threads) {
    return exposed_to_wal_reset({.connection = ConnectionAxis::pool(size)}, {}, threads);
  };
  EXPECT_TRUE(of_pool(2, 10));
  EXPECT_FALSE(of_pool(1, 10));
  EXPECT_FALSE(of_pool(2, 1));
}

TEST(WalResetBug, ACheckpointerMeetsItUnlessItHoldsTheWriteLock) {
  for (const Strategy& strategy : kStrategies) {
    for (const std::int64_t threads : {1, 10}) {
      EXPECT_TRUE(exposed(strategy.name, in_background(CheckpointKind::passive), threads));
      for (const CheckpointKind kind :
           {CheckpointKind::full, CheckpointKind::restart, CheckpointKind::truncate}) {
        EXPECT_FALSE(exposed(strategy.name, in_background(kind), threads)) << strategy.name;
      }
    }
    EXPECT_FALSE(exposed(strategy.name, {.mode = CheckpointMode::off})) << strategy.name;
  }
}

}  // namespace
}  // namespace walbench::storage
