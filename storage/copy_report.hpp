#pragma once

#include <chrono>
#include <cstdint>

namespace walbench::storage {

/// What copying a database took, and what it kept from others.
struct CopyReport {
  std::int64_t bytes = 0;
  std::chrono::nanoseconds took{0};
  /// In WAL mode it reads one snapshot: writers go on, and the WAL cannot start over meanwhile.
  /// Otherwise writers wait during each step.
  bool in_wal_mode = false;
  std::chrono::nanoseconds longest_step{0};
};

}  // namespace walbench::storage
