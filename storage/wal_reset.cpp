#include "storage/wal_reset.hpp"

#include <algorithm>

namespace walbench::storage {

bool exposed_to_wal_reset(const Axes& axes, const CheckpointPlan& checkpoint,
                          std::int64_t threads) {
  switch (checkpoint.mode) {
    case CheckpointMode::off: return false;
    case CheckpointMode::background: return checkpoint.kind == CheckpointKind::passive;
    case CheckpointMode::automatic: {
      const bool several = std::min(axes.connection.most_open(threads), threads) > 1;
      return checkpoint.every_frames > 0 && several && axes.queue == QueueAxis::sqlite;
    }
  }
  return true;
}

}  // namespace walbench::storage
