#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "storage/sqlite/locks/lock_snapshot.hpp"

namespace walbench::storage {

constexpr std::int64_t kMs = 1'000'000;

inline LockHolder alone(LockByte lock, pid_t pid) {
  return {lock, true, pid};
}
inline LockHolder shared(LockByte lock, pid_t pid) {
  return {lock, false, pid};
}

/// In WAL mode. `commits`: how many there were.
inline LockSnapshot wal_snapshot(std::uint32_t commits, std::vector<LockHolder> holders) {
  WalIndex index;
  index.change_counter = commits;
  index.frames = 100;
  index.backfilled = 10;
  index.marks = {0, 40, 100, WalIndex::kUnusedMark, WalIndex::kUnusedMark};
  return {JournalMode::wal, index, 0, std::move(holders), true};
}

inline LockSnapshot rollback_snapshot(std::uint32_t commits, std::vector<LockHolder> holders) {
  return {JournalMode::rollback, {}, commits, std::move(holders), true};
}

/// The first 100 bytes of a database file, with pages of 4,096 bytes.
inline std::string database_header(JournalMode mode, char commits = 0) {
  std::string bytes("SQLite format 3\0", 16);
  bytes.resize(DatabaseHeader::kBytes, '\0');
  bytes[16] = 16;
  bytes[18] = bytes[19] = mode == JournalMode::wal ? 2 : 1;
  bytes[27] = commits;
  return bytes;
}

/// The beginning of a -shm file.
inline std::string wal_index_header(const WalIndex& index) {
  std::string bytes(WalIndex::kBytes, '\0');
  const auto put = [&bytes](std::size_t at, std::uint32_t value) {
    std::memcpy(&bytes[at], &value, sizeof value);
  };
  for (const std::size_t copy : {0U, 48U}) {
    put(copy + 8, index.change_counter);
    bytes[copy + 12] = 1;
    put(copy + 16, index.frames);
  }
  put(96, index.backfilled);
  for (std::size_t mark = 0; mark < WalIndex::kMarks; ++mark) {
    put(100 + 4 * mark, index.marks[mark]);
  }
  return bytes;
}

}  // namespace walbench::storage
