#pragma once

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "metrics/result/settings_read_back.hpp"
#include "storage/sqlite/sqlite.hpp"

namespace walbench::storage {

enum class Synchronous : std::uint8_t { off, normal, full };

std::string_view synchronous_name(Synchronous value);

/// Who moves the WAL's pages into the database, and when.
enum class CheckpointMode : std::uint8_t {
  automatic,   ///< SQLite: the commit that fills the WAL to `every_frames`
  background,  ///< a thread on a connection of its own (see Checkpointer)
  off,         ///< nobody, but for the last connection to close
};

std::string_view checkpoint_mode_name(CheckpointMode value);

struct CheckpointPlan {
  CheckpointMode mode = CheckpointMode::automatic;
  std::int64_t every_frames = 1000;    ///< at how many frames a checkpoint is due; 0: never
  std::int64_t wal_cap_frames = 8000;  ///< in the background: above it the commit itself
                                       ///< checkpoints, so that the WAL can start over

  /// What PRAGMA wal_autocheckpoint of a connection is to be; 0: never.
  std::int64_t autocheckpoint_frames() const {
    return mode == CheckpointMode::automatic ? every_frames : 0;
  }

  bool operator==(const CheckpointPlan&) const = default;
};

/// What every connection that writes is asked to be.
struct ConnectionSettings {
  Synchronous synchronous = Synchronous::normal;
  std::chrono::milliseconds busy_timeout{5000};
  CheckpointPlan checkpoint = {};
};

/// A setting that SQLite did not take: the run would measure something else than it says.
class SettingsMismatch : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Puts a connection into WAL mode with these settings. Throws SettingsMismatch where the database
/// does not enter WAL mode, as on some network file systems.
void apply_settings(const Connection& connection, const ConnectionSettings& settings);

/// Asks the connection for its settings and throws SettingsMismatch where they are not as asked.
metrics::SettingsReadBack read_settings_back(const Connection& connection,
                                             const ConnectionSettings& asked);

}  // namespace walbench::storage
