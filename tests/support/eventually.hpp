#pragma once

#include <chrono>
#include <thread>

namespace walbench::test_support {

/// Waits for other threads to make `condition` true. Returns false where they have not within a
/// time that is far longer than any machine needs: the test has failed.
template <typename Condition>
[[nodiscard]] bool eventually(const Condition& condition) {
  constexpr std::chrono::seconds kLimit(20);
  const auto deadline = std::chrono::steady_clock::now() + kLimit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace walbench::test_support
