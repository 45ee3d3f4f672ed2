#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "storage/sqlite/locks/lock_snapshot.hpp"

namespace walbench::storage {

/// How long the read transactions of one process were open while it was watched. Times are in ns
/// since the first look.
struct ReaderSeen {
  pid_t pid = 0;
  std::int64_t read_ns = 0;  ///< any transaction of it was open
  std::int64_t longest_ns = 0;
  bool longest_is_cut = false;    ///< it had begun before the first look, or went on after the last
  std::uint32_t frames_kept = 0;  ///< at most: frames that checkpoints had to leave in the WAL
  bool reading_at_last_look = false;
};

/// Makes readers from snapshots. In WAL mode a read transaction shares the lock of a read mark; it
/// counts as the same one as long as the mark names the same frame. In rollback-journal mode it
/// shares the database file.
class ReaderTracker {
 public:
  /// In the order of time. `at_ns` is since the first look, which is 0.
  void add(const LockSnapshot& snapshot, std::int64_t at_ns);

  /// What was seen until now: those who read longest at a time come first.
  std::vector<ReaderSeen> readers() const;

 private:
  using Place = std::pair<pid_t, LockByte>;
  struct Open {
    std::uint32_t mark = 0;
    std::int64_t since_ns = 0;
    bool cut = false;
  };
  struct Reader {
    ReaderSeen seen;
    int open = 0;  ///< transactions at this time
    std::int64_t reads_since_ns = 0;
  };

  void end(const Place& place, const Open& open, std::int64_t at_ns);
  static void count(const Open& open, std::int64_t until_ns, bool cut, ReaderSeen& seen);

  std::map<Place, Open> open_;
  std::map<pid_t, Reader> readers_;
  std::int64_t last_ns_ = 0;
  bool any_ = false;
};

}  // namespace walbench::storage
