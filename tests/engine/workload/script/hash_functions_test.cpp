// Would catch: a permutation that leaves rows out or takes some twice; one that leaves neighbours
// together, which it is there to scatter.

#include "engine/workload/script/hash_functions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>
#include <vector>

namespace walbench::engine {
namespace {

TEST(Permute, TakesEachValueOnce) {
  for (const std::int64_t size : {1, 2, 3, 4, 5, 7, 8, 9, 100, 1000, 1023, 1024, 1025}) {
    for (const std::int64_t seed : {0, 1, -1}) {
      std::vector<bool> seen(static_cast<std::size_t>(size));
      for (std::int64_t i = 0; i < size; ++i) {
        const std::int64_t place = permute(i, size, seed);
        ASSERT_GE(place, 0);
        ASSERT_LT(place, size);
        ASSERT_FALSE(seen[static_cast<std::size_t>(place)]) << size << " " << seed;
        seen[static_cast<std::size_t>(place)] = true;
      }
    }
  }
}

TEST(Permute, TakesValuesModuloTheSize) {
  EXPECT_EQ(permute(13, 10, 1), permute(3, 10, 1));
  EXPECT_EQ(permute(-7, 10, 1), permute(3, 10, 1));
  constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();
  EXPECT_LT(permute(-1, kHighest, 1), kHighest);
}

TEST(Permute, Scatters) {
  constexpr std::int64_t kSize = 10'000;
  int stay_together = 0;
  int same_place = 0;
  for (std::int64_t i = 0; i + 1 < kSize; ++i) {
    const std::int64_t place = permute(i, kSize, 42);
    if (permute(i + 1, kSize, 42) == place + 1) ++stay_together;
    if (permute(i, kSize, 43) == place) ++same_place;
  }
  EXPECT_LT(stay_together, 10);  // 1 by chance
  EXPECT_LT(same_place, 10);
}

TEST(Permute, NeedsASize) {
  EXPECT_THROW(permute(1, 0, 1), std::domain_error);
  EXPECT_THROW(permute(1, -5, 1), std::domain_error);
}

}  // namespace
}  // namespace walbench::engine
