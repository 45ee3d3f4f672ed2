#pragma once

#include <cstdint>
#include <string_view>

#include "storage/axes.hpp"
#include "storage/settings.hpp"

namespace walbench::storage {

/// Whether SQLite of that version (3'040'001 is 3.40.1) has the WAL-reset bug: a checkpoint that
/// does not hold the write lock, while another connection's commit starts the WAL over, can lose
/// committed frames. `PRAGMA integrity_check` finds nothing wrong then. It came with 3.7.0 and was
/// mended in 3.51.3, 3.50.7 and 3.44.6.
constexpr bool has_wal_reset_bug(int sqlite_version) {
  constexpr int kFirst = 3'007'000;
  constexpr int kMended = 3'051'003;
  constexpr int kMendedIn50 = 3'050'007;
  constexpr int kMendedIn44 = 3'044'006;
  const auto mended_in_line = [=](int first_mended) {
    constexpr int kLine = 1'000;
    return sqlite_version >= first_mended && sqlite_version / kLine == first_mended / kLine;
  };
  return sqlite_version >= kFirst && sqlite_version < kMended && !mended_in_line(kMendedIn50) &&
         !mended_in_line(kMendedIn44);
}

/// The same of the sources that a source id names, as in `2022-12-28 14:03:47 df5c...`: those of
/// the day on which the bug was mended, 2026-03-03, and later ones are taken to be without it.
/// Every version above was released after that day.
constexpr bool source_has_wal_reset_bug(std::string_view source_id) {
  constexpr std::string_view kMended = "2026-03-03";
  return source_id.substr(0, kMended.size()) < kMended;
}

/// Whether a plan for one process can meet that bug, with a library that has it: whether a
/// checkpoint may run without the write lock while another connection commits. `threads` write at
/// a time.
///
///   checkpoint                            exposed
///   off                                   never: the last connection to close has the file alone
///   auto                                  if several connections commit, unless writers queue: a
///                                         turn lasts until the COMMIT, and its checkpoint, is over
///   background:passive                    always: it never holds the write lock
///   background:full, restart, truncate    never, as long as the write lock is free within
///                                         busy_timeout
bool exposed_to_wal_reset(const Axes& axes, const CheckpointPlan& checkpoint, std::int64_t threads);

}  // namespace walbench::storage
