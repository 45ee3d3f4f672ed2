#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "storage/sqlite/locks/lock_snapshot.hpp"

namespace walbench::storage {

/// What one process at a time can hold.
enum class HeldLock : std::uint8_t {
  write,       ///< the right to write: the write lock, or RESERVED, PENDING or EXCLUSIVE
  checkpoint,  ///< the right to checkpoint
  recover,     ///< rebuilds the wal-index
  exclusive,   ///< keeps readers out, too: PENDING or EXCLUSIVE on the database file
};
inline constexpr std::array kHeldLocks = {HeldLock::write, HeldLock::checkpoint, HeldLock::recover,
                                          HeldLock::exclusive};

/// How long one process held one lock while it was watched. Times are in ns since the first look.
struct LockHolding {
  HeldLock lock = HeldLock::write;
  pid_t pid = 0;
  std::int64_t holds = 0;  ///< how many were seen
  std::int64_t held_ns = 0;
  std::int64_t longest_ns = 0;
  std::int64_t longest_error_ns = 0;  ///< by how much the longest may have been longer or shorter
  bool longest_is_cut = false;  ///< it had begun before the first look, or went on after the last
  std::int64_t first_seen_ns = 0;
  std::int64_t last_seen_ns = 0;
  bool held_at_last_look = false;
};

/// Makes holdings from snapshots. A hold begins and ends halfway between the looks that did not and
/// did see it, so that its error is the distance of two looks at most. Holds of one process that
/// follow each other between two looks are told apart if one of them committed.
class HoldTracker {
 public:
  /// In the order of time. `at_ns` is since the first look, which is 0.
  void add(const LockSnapshot& snapshot, std::int64_t at_ns);

  /// What was seen until now: those who held longest come first within each lock.
  std::vector<LockHolding> holdings() const;

 private:
  struct Holder {
    pid_t pid = 0;
    std::uint32_t commits = 0;  ///< of the database, counted by SQLite
    bool committing = false;    ///< is writing to the database file (rollback-journal mode)
  };
  struct Open {
    Holder holder;
    std::uint32_t commits_at_start = 0;
    std::int64_t since_ns = 0;
    std::int64_t error_ns = 0;
    std::int64_t first_seen_ns = 0;
    bool cut = false;
  };
  using Key = std::pair<HeldLock, pid_t>;

  static std::optional<Holder> holder_of(HeldLock lock, const LockSnapshot& snapshot);
  static bool is_the_same_hold(const Open& open, const Holder& holder, JournalMode mode);
  static void count(const Open& open, std::int64_t until_ns, std::int64_t error_ns, bool cut,
                    LockHolding& holding);

  std::map<HeldLock, Open> open_;
  std::map<Key, LockHolding> ended_;
  std::int64_t last_ns_ = 0;
  bool any_ = false;
};

}  // namespace walbench::storage
