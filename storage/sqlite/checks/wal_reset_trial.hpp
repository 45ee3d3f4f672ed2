#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>

#include "storage/settings.hpp"

namespace walbench::storage {

/// Threads that use one database, and pauses where a scheduler may stop them anyway. SQLite has to
/// keep what it acknowledged whatever the pauses.
struct WalResetTrial {
  int writers = 1;
  int rows_each = 1;            ///< that a transaction updates, 1 to 50
  bool one_connection = false;  ///< for all writers, who take turns
  bool queue = false;           ///< a writer's turn lasts until its COMMIT has returned
  bool automatic = false;       ///< SQLite's own checkpoints, every 1,000 frames
  std::optional<CheckpointKind> beside = {};  ///< a thread that only makes such checkpoints
  std::chrono::microseconds beside_rests{0};  ///< after each: up to so long
  /// A writer rests up to so long after one commit in `rests_one_in`; without rests no checkpoint
  /// reaches the end of the WAL, and it never starts over.
  std::chrono::microseconds rest{200};
  int rests_one_in = 1;
  /// Of one checkpoint in two, before it asks for its lock: up to so long.
  std::chrono::microseconds before_checkpoint{0};
  /// Of each checkpoint, between reading the header of the wal-index and copying frames.
  std::chrono::microseconds in_checkpoint{0};
};

/// A committer, and a thread that makes PASSIVE checkpoints.
inline constexpr WalResetTrial kCheckpointBeside = {.beside = CheckpointKind::passive,
                                                    .rests_one_in = 16,
                                                    .in_checkpoint = std::chrono::microseconds(20)};
/// Four writers with a connection each, and SQLite's automatic checkpoints. The WAL starts over
/// once every 1,000 frames at most, so transactions are large.
inline constexpr WalResetTrial kAutomaticCheckpoints = {
    .writers = 4,
    .rows_each = 25,
    .automatic = true,
    .before_checkpoint = std::chrono::microseconds(300),
    .in_checkpoint = std::chrono::microseconds(300)};

/// The same without the bug's chance: FULL and RESTART checkpoints, which hold the write lock; one
/// connection that writes and checkpoints; writers who queue until a COMMIT is over.
inline constexpr std::array<WalResetTrial, 4> kWalResetRemedies = {{
    {.beside = CheckpointKind::full,
     .beside_rests = std::chrono::milliseconds(2),
     .in_checkpoint = kCheckpointBeside.in_checkpoint},
    {.beside = CheckpointKind::restart,
     .beside_rests = std::chrono::milliseconds(2),
     .in_checkpoint = kCheckpointBeside.in_checkpoint},
    {.writers = kAutomaticCheckpoints.writers,
     .rows_each = kAutomaticCheckpoints.rows_each,
     .one_connection = true,
     .automatic = true,
     .before_checkpoint = kAutomaticCheckpoints.before_checkpoint,
     .in_checkpoint = kAutomaticCheckpoints.in_checkpoint},
    {.writers = kAutomaticCheckpoints.writers,
     .rows_each = kAutomaticCheckpoints.rows_each,
     .queue = true,
     .automatic = true,
     .before_checkpoint = kAutomaticCheckpoints.before_checkpoint,
     .in_checkpoint = kAutomaticCheckpoints.in_checkpoint},
}};

struct WalResetFound {
  std::int64_t commits = 0;      ///< that were acknowledged
  std::int64_t updates = 0;      ///< of rows, in these commits
  std::int64_t checkpoints = 0;  ///< begun
  /// Pauses of a checkpoint during which a commit started the WAL over: where the bug strikes.
  std::int64_t overlaps = 0;
  std::int64_t lost = 0;       ///< of these updates: missing when all had closed and one reopened
  std::string trouble = {};    ///< SQLite's complaint, if it made one
  std::string integrity = {};  ///< PRAGMA integrity_check, if something was lost
  std::chrono::nanoseconds took{0};

  bool met() const { return lost != 0 || !trouble.empty(); }
};

/// Commits and checkpoints in `database`, an empty file, for at most `longest`, until something is
/// lost, or a stop. Throws StorageError if it cannot be used at all.
WalResetFound try_wal_reset(const WalResetTrial& trial, const std::filesystem::path& database,
                            std::chrono::nanoseconds longest, const std::stop_token& stop);

}  // namespace walbench::storage
