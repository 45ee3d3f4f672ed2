#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "metrics/clock.hpp"
#include "metrics/result/wal_reuse.hpp"
#include "storage/sqlite/watch/io_counters.hpp"

namespace walbench::storage {

/// Some of SQLite's five read locks of a database in WAL mode: those of the marks `first` ..
/// `first + count - 1`. Whoever reads frames holds one of 1 to 4; whoever needs none holds 0.
struct ReadLocks {
  int first = 0;
  int count = 1;

  unsigned bits() const { return ((1U << count) - 1U) << first; }
  bool operator==(const ReadLocks&) const = default;
};

/// Whom a connection reads for.
struct SnapshotReader {
  std::int64_t number = 0;  ///< from 1; 0: a writer
  /// Called once, from the connection's thread, as soon as it holds its first snapshot.
  std::function<void()> on_first_snapshot = {};
};

/// A connection, while it is open, as the WAL's story knows it.
struct SnapshotHolder {
  SnapshotReader reader;
  unsigned held = 0;  ///< read locks that it holds or asks for
  std::int64_t since_ns = 0;
  bool in_the_way = false;  ///< of a checkpoint, or of a start over, since then
  unsigned left = 0;        ///< the read locks that it let go last
  std::int64_t left_ns = 0;
};

/// One refusal to a checkpoint or to a writer: who was in its way, those who had held a snapshot
/// for longest first.
struct WalRefusal {
  bool limits_checkpoint = false;
  std::int64_t at_ns = 0;
  std::int64_t frames = 0;  ///< that a checkpoint cannot move because of it
  std::vector<std::int64_t> readers = {};
  bool by_writer = false;
};

/// A call for read locks, before it is made.
struct ReadLockCall {
  ReadLocks locks;
  int flags = 0;             ///< SQLite's
  bool checkpoints = false;  ///< the thread holds the checkpoint lock
  SnapshotHolder* holder = nullptr;
  const volatile std::uint32_t* wal_index = nullptr;  ///< its head; null: not mapped
};

/// Finds out how often the WAL could start over, and who kept it. A checkpoint asks for the read
/// locks of marks that are behind the WAL's end, one by one; whoever starts the WAL over asks for
/// all but lock 0 at once. Thread safe.
class WalStory {
 public:
  /// Both must outlive it. `counters` says how the WAL grows.
  WalStory(const metrics::Clock& clock, const IoCounters& counters)
      : clock_(clock), counters_(counters) {}

  /// From now on (off at first) it follows who holds snapshots, which costs a mutex and a reading
  /// of the clock each time a connection takes or leaves a read lock. While no connection is open.
  void follow_holders() { follows_ = true; }

  /// A new connection; null if holders are not followed. The others take null, too.
  SnapshotHolder* connected();
  void disconnected(SnapshotHolder* holder);
  void name_reader(SnapshotHolder* holder, SnapshotReader reader);

  /// Makes the call, `go()`, and looks at what comes of it. Returns its code.
  template <typename Go>
  int follow(const ReadLockCall& call, const Go& go) {
    if ((call.flags & SQLITE_SHM_UNLOCK) != 0) {
      const int code = go();
      left(call.holder, call.locks);
      return code;
    }
    const bool exclusive = (call.flags & SQLITE_SHM_EXCLUSIVE) != 0;
    const bool decides = exclusive && (call.checkpoints || call.locks.count > 1);
    const std::int64_t asked_ns = decides && follows_ ? clock_.now_ns() : 0;
    asks(call.holder, call.locks);
    const int code = go();
    if (code != SQLITE_OK) refused(call.holder, call.locks);
    if (code == SQLITE_OK && !exclusive) took_snapshot(call.holder);
    if (decides) decided(call, code, asked_ns);
    return code;
  }

  /// The thread gave up the checkpoint lock.
  void checkpoint_ended();
  /// The WAL begins at its first frame again.
  void started_over();

  metrics::WalReuse figures() const;
  /// Sets counts to zero; those who hold a snapshot still do.
  void restart();

 private:
  /// From a refusal until the WAL starts over.
  struct Stretch {
    std::int64_t growth_before_bytes = 0;
    std::int64_t reader_times = 0;
    std::int64_t reader_frames_most = 0;
    std::vector<std::int64_t> there_each_time = {};
    std::optional<std::int64_t> outside_since_ns = {};
  };

  void asks(SnapshotHolder* holder, ReadLocks locks);
  void refused(SnapshotHolder* holder, ReadLocks locks);
  static void took_snapshot(SnapshotHolder* holder);
  void left(SnapshotHolder* holder, ReadLocks locks);
  void decided(const ReadLockCall& call, int code, std::int64_t asked_ns);

  WalRefusal refusal(const SnapshotHolder* asking, ReadLocks locks, std::int64_t asked_ns);
  void could_not(const WalRefusal& refusal);

  void end_hold(SnapshotHolder& holder, std::int64_t at_ns);
  metrics::WalKeeper& keeper(const std::string& who);
  void end_stretch();

  const metrics::Clock& clock_;
  const IoCounters& counters_;
  bool follows_ = false;  // constant while connections are open

  mutable std::mutex mutex_;  // guards what follows
  std::list<SnapshotHolder> holders_;
  std::map<std::int64_t, std::int64_t> longest_by_reader_ns_;
  std::optional<Stretch> stretch_;
  metrics::WalReuse figures_;
};

}  // namespace walbench::storage
