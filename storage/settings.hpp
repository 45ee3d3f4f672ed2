#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace walbench::storage {

enum class Synchronous : std::uint8_t { off, normal, full };

std::string_view synchronous_name(Synchronous value);

/// Who moves the WAL's pages into the database, and when.
enum class CheckpointMode : std::uint8_t {
  automatic,   ///< SQLite: the commit that fills the WAL to `every_frames`
  background,  ///< a thread on a connection of its own (see Checkpointer)
  off,         ///< no one but the last connection to close
};

/// The kinds of a checkpoint in the background, as SQLite names them. Passive takes no lock that
/// writers need; the others hold the write lock, so that writers wait meanwhile.
enum class CheckpointKind : std::uint8_t { passive, full, restart, truncate };

struct CheckpointPlan {
  CheckpointMode mode = CheckpointMode::automatic;
  std::int64_t every_frames = 1000;    ///< at how many frames a checkpoint is due; 0: never
  std::int64_t wal_cap_frames = 8000;  ///< in the background: above it the commit itself
                                       ///< checkpoints, so that the WAL can start over
  CheckpointKind kind = CheckpointKind::passive;  ///< of those of `background`

  /// How many frames make a connection checkpoint by itself; 0: it never does.
  std::int64_t autocheckpoint_frames() const {
    return mode == CheckpointMode::automatic ? every_frames : 0;
  }

  bool operator==(const CheckpointPlan&) const = default;
};

/// `auto`, `off`, or `background:` and its kind.
std::string checkpoint_name(const CheckpointPlan& plan);

/// Pauses of threads where a scheduler may stop them, too; see SchedulePerturbation.
struct Perturbation {
  std::chrono::nanoseconds longest{0};  ///< of one pause; 0: there are none
  std::uint64_t seed = 0;
};

/// A PRAGMA that has no member of its own below. Letters, digits and `_`; of values also `-+.`.
struct Pragma {
  std::string name;
  std::string value;

  bool operator==(const Pragma&) const = default;
};

/// `cache_size=-65536`; several with a `+` between them.
std::string pragmas_text(const std::vector<Pragma>& pragmas);

/// The settings of every connection that writes.
struct ConnectionSettings {
  Synchronous synchronous = Synchronous::normal;
  std::chrono::milliseconds busy_timeout{5000};
  CheckpointPlan checkpoint = {};
  Perturbation perturbation = {};
  std::vector<Pragma> pragmas = {};  ///< each name once; also set before the database is made

  /// Sets it, in place of one of that name.
  void set_pragma(const Pragma& pragma);
};

}  // namespace walbench::storage
