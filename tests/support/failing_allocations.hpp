#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

// Needs failing_allocations.cpp, which replaces operator new of the whole test program.

namespace walbench::test_support {

/// How many allocations of this thread still succeed before one fails; negative: none will fail.
inline thread_local std::int64_t allocations_left = -1;

/// Lets the thread's allocation of that number (from 0) fail, within the scope.
class FailingAllocation {
 public:
  explicit FailingAllocation(std::int64_t number) { allocations_left = number; }
  FailingAllocation(const FailingAllocation&) = delete;
  FailingAllocation& operator=(const FailingAllocation&) = delete;
  ~FailingAllocation() { allocations_left = -1; }
};

/// Runs `operation` again and again, each time with another allocation that fails, until none does;
/// calls `check` after each time that it threw std::bad_alloc. Returns how often that was.
template <typename Operation, typename Check>
std::int64_t fail_each_allocation(const Operation& operation, const Check& check) {
  for (std::int64_t number = 0;; ++number) {
    try {
      const FailingAllocation failing(number);
      operation();
      if (allocations_left >= 0) return number;
    } catch (const std::bad_alloc&) {
      check();
    }
  }
}

}  // namespace walbench::test_support
