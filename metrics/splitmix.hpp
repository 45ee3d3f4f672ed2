#pragma once

#include <cstdint>

namespace walbench::metrics {

/// The next of a series of random numbers: splitmix64 (Steele, Lea, Flood 2014). Series whose
/// states differ by a few steps overlap: start each from an output of another one.
constexpr std::uint64_t splitmix64(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15U;
  std::uint64_t mixed = state;
  mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
  return mixed ^ (mixed >> 31U);
}

}  // namespace walbench::metrics
