#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace walbench::metrics {

/// One of those that kept the WAL from starting over.
struct WalKeeper {
  /// `reader 1`, `readers in turns`, `writers`, `outside`: see below.
  std::string who;
  std::int64_t times = 0;       ///< of WalReuse::refused
  std::int64_t longest_ns = 0;  ///< the longest that one of its snapshots was held
  std::int64_t frames_most = 0;

  bool operator==(const WalKeeper&) const = default;
};

/// Whether the WAL could be used again from its start. It can once a checkpoint has moved all of
/// its frames and nobody reads any of them.
struct WalReuse {
  std::int64_t restarts = 0;  ///< the WAL started over
  /// It could not, because somebody was reading: checkpoints that had to leave frames behind, and
  /// refusals to start over after one that had not.
  std::int64_t refused = 0;
  std::int64_t limited_checkpoints = 0;  ///< the former alone
  std::int64_t frames_most = 0;          ///< that one checkpoint had to leave behind
  /// By which the -wal grew from the first refusal on, until it could start over.
  std::int64_t growth_bytes = 0;

  /// Who held the snapshots, most times first; empty if that was not followed. From one start of
  /// the WAL to the next, a reader that was there at each refusal is named, the one that had read
  /// the longest if there are several; `readers in turns` are those of whom none was there each
  /// time; `writers` held a snapshot of their own transaction, or checkpointed, and no reader did;
  /// `outside`: no connection of this process did.
  std::vector<WalKeeper> keepers = {};

  bool operator==(const WalReuse&) const = default;
};

}  // namespace walbench::metrics
