#include "engine/workload/script/hash_functions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <utility>

namespace walbench::engine {
namespace {

/// Every bit depends on every bit of `key` (the mixing of splitmix64, less its last step).
std::uint64_t mixed(std::uint64_t key) {
  key = (key ^ (key >> 30U)) * 0xBF58476D1CE4E5B9U;
  key = (key ^ (key >> 27U)) * 0x94D049BB133111EBU;
  return key >> 32U;
}

}  // namespace

std::int64_t hash_murmur2(std::int64_t value, std::int64_t seed) {
  constexpr std::uint64_t kMultiplier = 0xC6A4A7935BD1E995U;
  constexpr unsigned kShift = 47;
  std::uint64_t hash = static_cast<std::uint64_t>(seed) ^ (sizeof value * kMultiplier);
  std::uint64_t key = static_cast<std::uint64_t>(value) * kMultiplier;
  key = (key ^ (key >> kShift)) * kMultiplier;
  hash = (hash ^ key) * kMultiplier;
  hash = (hash ^ (hash >> kShift)) * kMultiplier;
  return static_cast<std::int64_t>(hash ^ (hash >> kShift));
}

std::int64_t hash_fnv1a(std::int64_t value, std::int64_t seed) {
  constexpr std::uint64_t kOffsetBasis = 0xCBF29CE484222325U;
  constexpr std::uint64_t kPrime = 0x100000001B3U;
  std::uint64_t hash = kOffsetBasis ^ static_cast<std::uint64_t>(seed);
  auto rest = static_cast<std::uint64_t>(value);
  for (std::size_t i = 0; i < sizeof value; ++i, rest >>= 8U) {
    hash = (hash ^ (rest & 0xFFU)) * kPrime;
  }
  return static_cast<std::int64_t>(hash);
}

// A Feistel network (Luby, Rackoff 1988) over the smallest even number of bits that holds `size`
// permutes 0 .. 4^n - 1; walking on until the result is below `size` permutes 0 .. size - 1 (Black,
// Rogaway 2002). At most a quarter of the numbers are below it, so four rounds walk are expected.
std::int64_t permute(std::int64_t value, std::int64_t size, std::int64_t seed) {
  if (size <= 0) {
    throw std::domain_error(fmt::format("the size of permute is {}, and must be above 0", size));
  }
  const auto count = static_cast<std::uint64_t>(size);
  std::int64_t within = value % size;
  if (within < 0) within += size;
  const int bits = std::max(2, static_cast<int>(std::bit_width(count - 1)));
  const auto half = static_cast<unsigned>((bits + 1) / 2);
  const std::uint64_t mask = (std::uint64_t{1} << half) - 1;
  auto number = static_cast<std::uint64_t>(within);
  do {
    constexpr int kRounds = 6;
    auto key = static_cast<std::uint64_t>(hash_murmur2(seed, kRounds));
    std::uint64_t left = number >> half;
    std::uint64_t right = number & mask;
    for (int round = 0; round < kRounds; ++round) {
      left ^= mixed(right ^ key) & mask;
      std::swap(left, right);
      key = std::rotl(key, 23) * 5;
    }
    number = left << half | right;
  } while (number >= count);
  return static_cast<std::int64_t>(number);
}

}  // namespace walbench::engine
