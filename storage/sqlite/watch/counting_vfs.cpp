// A pass-through VFS, in SQLite's terms.
//
// SQLite allocates szOsFile bytes for each file it opens and hands them to xOpen. We ask for our
// own CountingFile with the real VFS's file right behind it, and every method forwards to that.
//
// Rules that are easy to break:
//   1. SQLite calls xClose whenever pMethods is set, even after a failed open: so it is set only
//      when the real open set its own.
//   2. The methods' iVersion tells SQLite which of the later ones it may call, so it is the smaller
//      of the real file's version and the one we know (3).
//   3. The flags of xOpen tell files apart. The -shm file never comes through xOpen: its
//      maps and locks are methods of the database file.
//   4. A checkpoint announces itself to the database file by SQLITE_FCNTL_CKPT_DONE, wherever it
//      was started from: a commit, a close, or a PRAGMA.
//   5. A checkpoint's time is that of the lock it works under, syncs included. That is the
//      checkpoint lock in the -shm, but for a connection that closes as the last one: it has the
//      database file to itself then, takes no lock in the -shm any more, and closes right after.
//   6. The default busy handler sleeps through xSleep, on the thread that waits. That is the only
//      place where its sleeps can be timed without replacing it.

#include "storage/sqlite/watch/counting_vfs.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>

#include "storage/probes.hpp"
#include "storage/sqlite/sqlite.hpp"

namespace walbench::storage {
namespace {

// Offsets among the locks in the -shm, as in SQLite's wal.c.
constexpr int kWriteLock = 0;
constexpr int kCheckpointLock = 1;

enum class FileKind : std::uint8_t { database, wal, other };

struct CountingFile {
  sqlite3_file base;
  CountingVfs* owner;
  FileKind kind;
  /// The connection wrote nothing but a frame's header, here, in its last write to the WAL; or -1.
  std::int64_t frame_begun_at;
  std::int64_t checkpoint_began_ns;  ///< when the connection got the lock to checkpoint under
  std::int64_t synced_before_ns;     ///< ThreadIo::sync_ns then
  std::int64_t holding;              ///< of the write lock, the connection's last
  bool has_checkpointed;             ///< under that lock, at least a page
};
static_assert(sizeof(CountingFile) % 8 == 0, "SQLite expects the real file behind it aligned to 8");

CountingFile& counting(sqlite3_file* file) {
  return *reinterpret_cast<CountingFile*>(file);
}

sqlite3_file* real(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<CountingFile*>(file) + 1);
}

thread_local ThreadBusyWait thread_wait;
thread_local ThreadIo thread_durable;

/// Adds a sleep to the calling thread's series; returns what it asked for in all, or 0 if the sleep
/// is none of the busy handler's: a reader that races with a checkpoint sleeps for fractions of a
/// millisecond, while the busy handler's are whole ones, and each series begins anew.
std::int64_t count_busy_series(int microseconds) {
  constexpr int kUsPerMs = 1000;
  thread_local std::int64_t series_us = 0;
  if (microseconds % kUsPerMs != 0) return 0;
  if (microseconds == CountingVfs::kFirstBusySleepUs) series_us = 0;
  series_us += microseconds;
  return series_us;
}

}  // namespace

/// SQLite's callbacks; a struct so that CountingVfs can name it as its friend.
struct CountingVfsMethods {
  static CountingVfs& owner(sqlite3_vfs* vfs) { return *static_cast<CountingVfs*>(vfs->pAppData); }
  static sqlite3_vfs* real_vfs(sqlite3_vfs* vfs) { return owner(vfs).real_; }

  // Methods of a file.

  static int close(sqlite3_file* file) {
    const int code = real(file)->pMethods->xClose(real(file));
    checkpoint_lock_given_up(file);
    return code;
  }

  static int read(sqlite3_file* file, void* data, int amount, sqlite3_int64 offset) {
    return real(file)->pMethods->xRead(real(file), data, amount, offset);
  }

  static int write(sqlite3_file* file, const void* data, int amount, sqlite3_int64 offset) {
    const int code = real(file)->pMethods->xWrite(real(file), data, amount, offset);
    if (code != SQLITE_OK) return code;
    CountingVfs& vfs = *counting(file).owner;
    if (counting(file).kind == FileKind::wal) {
      vfs.lock_waits_.wrote();
      vfs.counters_.wal_written(data, amount, offset, counting(file).frame_begun_at);
    }
    if (counting(file).kind == FileKind::database) vfs.counters_.db_written(amount);
    return code;
  }

  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    const int code = real(file)->pMethods->xTruncate(real(file), size);
    if (code == SQLITE_OK && counting(file).kind == FileKind::wal) {
      counting(file).owner->counters_.wal_size_becomes(size);
    }
    return code;
  }

  static int sync(sqlite3_file* file, int flags) {
    CountingVfs& vfs = *counting(file).owner;
    const std::int64_t started_ns = vfs.clock_.now_ns();
    const int code = real(file)->pMethods->xSync(real(file), flags);
    const std::int64_t took_ns = vfs.clock_.now_ns() - started_ns;
    thread_durable.sync_ns += took_ns;
    if (counting(file).kind == FileKind::wal) vfs.counters_.wal_synced(took_ns);
    if (counting(file).kind == FileKind::database) vfs.counters_.db_synced(took_ns);
    return code;
  }

  static int file_size(sqlite3_file* file, sqlite3_int64* size) {
    return real(file)->pMethods->xFileSize(real(file), size);
  }
  /// After a stop, no connection that closes as the last one gets the database to itself: SQLite then
  /// leaves the WAL, however long, where it is.
  static int lock(sqlite3_file* file, int level) {
    if (level == SQLITE_LOCK_EXCLUSIVE && counting(file).owner->interrupted()) return SQLITE_BUSY;
    const int code = real(file)->pMethods->xLock(real(file), level);
    if (code == SQLITE_OK && level == SQLITE_LOCK_EXCLUSIVE) checkpoint_lock_taken(file);
    return code;
  }
  static int unlock(sqlite3_file* file, int level) {
    return real(file)->pMethods->xUnlock(real(file), level);
  }
  static int check_reserved_lock(sqlite3_file* file, int* held) {
    return real(file)->pMethods->xCheckReservedLock(real(file), held);
  }

  static int file_control(sqlite3_file* file, int operation, void* argument) {
    if (operation == SQLITE_FCNTL_CKPT_START) WALBENCH_PROBE(checkpoint_start);
    if (operation == SQLITE_FCNTL_CKPT_DONE) {
      WALBENCH_PROBE(checkpoint_end);
      counting(file).has_checkpointed = true;
      counting(file).owner->counters_.checkpoint_moved_pages();
    }
    return real(file)->pMethods->xFileControl(real(file), operation, argument);
  }

  static int sector_size(sqlite3_file* file) {
    return real(file)->pMethods->xSectorSize(real(file));
  }
  static int device_characteristics(sqlite3_file* file) {
    return real(file)->pMethods->xDeviceCharacteristics(real(file));
  }
  static int shm_map(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
    return real(file)->pMethods->xShmMap(real(file), region, size, extend, out);
  }
  static int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
    const bool locks = (flags & SQLITE_SHM_LOCK) != 0;
    LockWaits& waits = counting(file).owner->lock_waits_;
    const int code = real(file)->pMethods->xShmLock(real(file), offset, count, flags);
    if (offset == kWriteLock && locks && code == SQLITE_OK) {
      counting(file).holding = waits.acquired();
    }
    if (offset == kWriteLock && !locks) waits.released(counting(file).holding);
    if (offset == kWriteLock && locks && code == SQLITE_BUSY) waits.refused();
    if (offset != kWriteLock && locks && code == SQLITE_BUSY) LockWaits::refused_other();
    if (offset == kCheckpointLock && locks && code == SQLITE_OK) checkpoint_lock_taken(file);
    if (offset == kCheckpointLock && !locks) checkpoint_lock_given_up(file);
    return code;
  }

  static void checkpoint_lock_taken(sqlite3_file* file) {
    counting(file).checkpoint_began_ns = counting(file).owner->clock_.now_ns();
    counting(file).synced_before_ns = thread_durable.sync_ns;
    counting(file).has_checkpointed = false;
  }
  static void checkpoint_lock_given_up(sqlite3_file* file) {
    if (!counting(file).has_checkpointed) return;
    counting(file).has_checkpointed = false;
    CountingVfs& vfs = *counting(file).owner;
    const std::int64_t took_ns = vfs.clock_.now_ns() - counting(file).checkpoint_began_ns;
    thread_durable.checkpoint_ns +=
        took_ns - (thread_durable.sync_ns - counting(file).synced_before_ns);
    vfs.counters_.checkpoint_took(took_ns);
  }
  static void shm_barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
  static int shm_unmap(sqlite3_file* file, int remove) {
    return real(file)->pMethods->xShmUnmap(real(file), remove);
  }
  static int fetch(sqlite3_file* file, sqlite3_int64 offset, int amount, void** out) {
    return real(file)->pMethods->xFetch(real(file), offset, amount, out);
  }
  static int unfetch(sqlite3_file* file, sqlite3_int64 offset, void* page) {
    return real(file)->pMethods->xUnfetch(real(file), offset, page);
  }

  static sqlite3_io_methods io_methods(int version) {
    return {version,
            close,
            read,
            write,
            truncate,
            sync,
            file_size,
            lock,
            unlock,
            check_reserved_lock,
            file_control,
            sector_size,
            device_characteristics,
            shm_map,
            shm_lock,
            shm_barrier,
            shm_unmap,
            fetch,
            unfetch};
  }

  static const sqlite3_io_methods* io_methods_for(int real_version) {
    static const sqlite3_io_methods versions[] = {io_methods(1), io_methods(2), io_methods(3)};
    return &versions[std::clamp(real_version, 1, 3) - 1];
  }

  // Methods of the VFS. Only these differ from the real VFS's; see the constructor.

  static int open(sqlite3_vfs* vfs, sqlite3_filename path, sqlite3_file* file, int flags,
                  int* out_flags) {
    CountingFile& ours = counting(file);
    ours.base.pMethods = nullptr;
    ours.owner = &owner(vfs);
    ours.kind = (flags & SQLITE_OPEN_MAIN_DB) != 0 ? FileKind::database
                : (flags & SQLITE_OPEN_WAL) != 0   ? FileKind::wal
                                                   : FileKind::other;
    ours.frame_begun_at = -1;
    ours.checkpoint_began_ns = 0;
    ours.synced_before_ns = 0;
    ours.holding = 0;
    ours.has_checkpointed = false;
    const int code = real_vfs(vfs)->xOpen(real_vfs(vfs), path, real(file), flags, out_flags);
    if (real(file)->pMethods != nullptr) {
      ours.base.pMethods = io_methods_for(real(file)->pMethods->iVersion);
    }
    return code;
  }

  static int remove(sqlite3_vfs* vfs, const char* path, int sync_directory) {
    const int code = real_vfs(vfs)->xDelete(real_vfs(vfs), path, sync_directory);
    if (code == SQLITE_OK && std::string_view(path).ends_with("-wal")) {
      owner(vfs).counters_.wal_size_becomes(0);
    }
    return code;
  }

  static int sleep(sqlite3_vfs* vfs, int microseconds) {
    owner(vfs).busy_sleep(microseconds);
    return microseconds;
  }

  // The rest goes to the real VFS under its own identity: some of its methods look at pAppData.

  static int access(sqlite3_vfs* vfs, const char* path, int flags, int* result) {
    return real_vfs(vfs)->xAccess(real_vfs(vfs), path, flags, result);
  }
  static int full_pathname(sqlite3_vfs* vfs, const char* path, int size, char* out) {
    return real_vfs(vfs)->xFullPathname(real_vfs(vfs), path, size, out);
  }
  static void* dl_open(sqlite3_vfs* vfs, const char* path) {
    return real_vfs(vfs)->xDlOpen(real_vfs(vfs), path);
  }
  static void dl_error(sqlite3_vfs* vfs, int size, char* message) {
    real_vfs(vfs)->xDlError(real_vfs(vfs), size, message);
  }
  static auto dl_sym(sqlite3_vfs* vfs, void* library, const char* symbol) -> void (*)() {
    return real_vfs(vfs)->xDlSym(real_vfs(vfs), library, symbol);
  }
  static void dl_close(sqlite3_vfs* vfs, void* library) {
    real_vfs(vfs)->xDlClose(real_vfs(vfs), library);
  }
  static int randomness(sqlite3_vfs* vfs, int size, char* out) {
    return real_vfs(vfs)->xRandomness(real_vfs(vfs), size, out);
  }
  static int current_time(sqlite3_vfs* vfs, double* out) {
    return real_vfs(vfs)->xCurrentTime(real_vfs(vfs), out);
  }
  static int last_error(sqlite3_vfs* vfs, int size, char* out) {
    return real_vfs(vfs)->xGetLastError(real_vfs(vfs), size, out);
  }
  static int current_time_int64(sqlite3_vfs* vfs, sqlite3_int64* out) {
    return real_vfs(vfs)->xCurrentTimeInt64(real_vfs(vfs), out);
  }
  static int set_system_call(sqlite3_vfs* vfs, const char* name, sqlite3_syscall_ptr call) {
    return real_vfs(vfs)->xSetSystemCall(real_vfs(vfs), name, call);
  }
  static sqlite3_syscall_ptr get_system_call(sqlite3_vfs* vfs, const char* name) {
    return real_vfs(vfs)->xGetSystemCall(real_vfs(vfs), name);
  }
  static const char* next_system_call(sqlite3_vfs* vfs, const char* name) {
    return real_vfs(vfs)->xNextSystemCall(real_vfs(vfs), name);
  }
};

const metrics::Clock& steady_clock() {
  static const metrics::SteadyClock clock;
  return clock;
}

CountingVfs::CountingVfs(const metrics::Clock& clock)
    : real_(sqlite3_vfs_find(nullptr)), clock_(clock), lock_waits_(clock) {
  if (real_ == nullptr) throw SqliteError(nullptr, SQLITE_ERROR, "finding SQLite's default VFS");
  static std::atomic<std::int64_t> instances = 0;
  name_ = "walbench-" + std::to_string(instances.fetch_add(1));

  using Methods = CountingVfsMethods;
  vfs_ = std::make_unique<sqlite3_vfs>();
  vfs_->iVersion = std::min(real_->iVersion, 3);
  vfs_->szOsFile = static_cast<int>(sizeof(CountingFile)) + real_->szOsFile;
  vfs_->mxPathname = real_->mxPathname;
  vfs_->zName = name_.c_str();
  vfs_->pAppData = this;
  vfs_->xOpen = Methods::open;
  vfs_->xDelete = Methods::remove;
  vfs_->xAccess = Methods::access;
  vfs_->xFullPathname = Methods::full_pathname;
  vfs_->xDlOpen = Methods::dl_open;
  vfs_->xDlError = Methods::dl_error;
  vfs_->xDlSym = Methods::dl_sym;
  vfs_->xDlClose = Methods::dl_close;
  vfs_->xRandomness = Methods::randomness;
  vfs_->xSleep = Methods::sleep;
  vfs_->xCurrentTime = Methods::current_time;
  vfs_->xGetLastError = Methods::last_error;
  vfs_->xCurrentTimeInt64 = Methods::current_time_int64;
  vfs_->xSetSystemCall = Methods::set_system_call;
  vfs_->xGetSystemCall = Methods::get_system_call;
  vfs_->xNextSystemCall = Methods::next_system_call;

  const int code = sqlite3_vfs_register(vfs_.get(), 0);
  if (code != SQLITE_OK) throw SqliteError(nullptr, code, "registering a VFS");
}

CountingVfs::~CountingVfs() {
  sqlite3_vfs_unregister(vfs_.get());
}

void CountingVfs::busy_sleep(int microseconds) {
  if (interrupted()) return;
  const auto sleep = [&] {
    const std::int64_t started_ns = clock_.now_ns();
    // Not the real VFS's xSleep: a signal, such as a profiler's, would cut that short, and the busy
    // handler would give up after sleeping less than it believes.
    clock_.pause_for(std::chrono::microseconds(microseconds));
    const std::int64_t slept_ns = clock_.now_ns() - started_ns;
    thread_wait.slept_ns += slept_ns;
    thread_wait.sleeps += 1;
    return slept_ns;
  };
  const std::int64_t series_us = count_busy_series(microseconds);
  if (series_us > 0 && LockWaits::is_waiting()) {
    lock_waits_.sleep(microseconds, microseconds == kFirstBusySleepUs, sleep);
  } else {
    static_cast<void>(sleep());
  }
  counters_.busy_slept(series_us);
}

ThreadBusyWait CountingVfs::thread_busy_wait() {
  return thread_wait;
}

ThreadIo CountingVfs::thread_io() {
  return thread_durable;
}

}  // namespace walbench::storage
