#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>

// Replaces operator new of the whole test program: to be included by one of its files.

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

void* operator new(std::size_t size) {
  std::int64_t& left = walbench::test_support::allocations_left;
  if (left >= 0 && left-- == 0) throw std::bad_alloc();
  if (void* const memory = std::malloc(size > 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
  std::free(memory);
}
