// Checkpoints off the path of commits.
//
// A checkpoint syncs the WAL, copies its pages into the database and, once there is nothing left to
// copy, syncs the database. Made by a commit, as SQLite's automatic ones are, all of that is what
// that commit's lifecycle waits for, and everybody behind it. A PASSIVE checkpoint from another
// connection keeps no one waiting: it takes neither the write lock nor a reader's.
//
// But a PASSIVE one also never finishes. While it copies, commits append; so when it is through
// there is always a tail it has not copied, and the WAL can start over at its beginning only when
// everything in it is in the database. With background checkpoints alone the file grows for ever.
// Hence the cap: a commit that finds more frames in the WAL than that makes a checkpoint itself. It
// writes nothing meanwhile, so that one does finish; and since the background has copied all but
// the last few frames, it is short, but for the syncs. The next commit starts the WAL over.
//
// The other kinds hold the write lock, so that commits wait; but they do finish, and no commit can
// come in between (see wal_reset.hpp on why that matters). Those at the cap are of the same kind.
//
//   1. A checkpoint is due when `every_frames` more frames are in the WAL than have been moved.
//      sqlite3_wal_hook says after each commit how many there are; it is asked of the connection
//      that committed, so nothing is polled.
//   2. Fewer frames than have been moved means that the WAL started over.
//   3. Whoever checkpoints second while another is at it gets SQLITE_BUSY, and leaves it at that.
//   4. The hook returns SQLITE_OK whatever happens: an error would be taken for the commit's, which
//      has succeeded. A failure is kept for rethrow_failure().

#include "storage/sqlite/strategy/checkpointer.hpp"

namespace walbench::storage {
namespace {

int sqlite_kind(CheckpointKind kind) {
  switch (kind) {
    case CheckpointKind::passive: return SQLITE_CHECKPOINT_PASSIVE;
    case CheckpointKind::full: return SQLITE_CHECKPOINT_FULL;
    case CheckpointKind::restart: return SQLITE_CHECKPOINT_RESTART;
    case CheckpointKind::truncate: return SQLITE_CHECKPOINT_TRUNCATE;
  }
  return SQLITE_CHECKPOINT_FULL;
}

}  // namespace

Checkpointer::Checkpointer(const std::string& db_path, const ConnectionSettings& settings,
                           const CountingVfs& vfs)
    : every_frames_(settings.checkpoint.every_frames),
      cap_frames_(settings.checkpoint.wal_cap_frames),
      kind_(sqlite_kind(settings.checkpoint.kind)),
      connection_(db_path, vfs.name()) {
  apply_settings(connection_, settings);
  thread_ = std::thread([this] { run(); });
}

Checkpointer::~Checkpointer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  woken_.notify_one();
  thread_.join();
}

void Checkpointer::watch(const Connection& connection) {
  sqlite3_wal_hook(connection.handle(), after_commit, this);
}

void Checkpointer::rethrow_failure() const {
  const int code = failure_code_.load(std::memory_order_relaxed);
  if (code != SQLITE_OK) throw SqliteError(nullptr, code, "a checkpoint");
}

int Checkpointer::after_commit(void* self, sqlite3* db, const char* /*schema*/, int wal_frames) {
  static_cast<Checkpointer*>(self)->wal_has(db, wal_frames);
  return SQLITE_OK;
}

void Checkpointer::wal_has(sqlite3* db, std::int64_t frames) {
  if (frames < moved_frames_.load(std::memory_order_relaxed)) {
    moved_frames_.store(0, std::memory_order_relaxed);
  }
  if (frames > cap_frames_) {
    if (checkpoint(db)) capped_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  const std::int64_t unmoved = frames - moved_frames_.load(std::memory_order_relaxed);
  if (every_frames_ == 0 || unmoved < every_frames_) return;
  if (due_.exchange(true, std::memory_order_relaxed)) return;
  // Taken and let go, so that the thread is either before its look at due_ or asleep.
  { const std::lock_guard lock(mutex_); }
  woken_.notify_one();
}

bool Checkpointer::checkpoint(sqlite3* db) {
  int in_wal = 0;
  int moved = 0;
  const int code = sqlite3_wal_checkpoint_v2(db, "main", kind_, &in_wal, &moved);
  if (code == SQLITE_OK) {
    moved_frames_.store(moved, std::memory_order_relaxed);
    return true;
  }
  if ((code & 0xFF) != SQLITE_BUSY) {
    int none = SQLITE_OK;
    failure_code_.compare_exchange_strong(none, sqlite3_extended_errcode(db));
  }
  return false;
}

void Checkpointer::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    woken_.wait(lock, [this] { return stopping_ || due_.load(std::memory_order_relaxed); });
    if (stopping_) return;
    lock.unlock();
    checkpoint(connection_.handle());
    // Only now: what became due meanwhile is asked for by the next commit.
    due_.store(false, std::memory_order_relaxed);
    lock.lock();
  }
}

std::unique_ptr<Checkpointer> make_checkpointer(const std::string& db_path,
                                                const ConnectionSettings& settings,
                                                const CountingVfs& vfs) {
  if (settings.checkpoint.mode != CheckpointMode::background) return nullptr;
  return std::make_unique<Checkpointer>(db_path, settings, vfs);
}

}  // namespace walbench::storage
