// A pass-through VFS, in SQLite's terms.
//
// SQLite allocates szOsFile bytes for each file it opens and hands them to xOpen. We ask for our
// own CountingFile with the real VFS's file right behind it, and every method forwards to that.
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
//      place where its sleeps can be timed without replacing it; which of them begins a wait is
//      known by its length. A handler in its place (BusyHandler) knows, and says so.
//   7. Every call that can fail goes through make(): a policy is asked first, a failure noted.

#include "storage/sqlite/watch/counting_vfs.hpp"

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "storage/probes.hpp"
#include "storage/sqlite/sqlite.hpp"
#include "storage/sqlite/watch/counting_file.hpp"
#include "storage/sqlite/watch/pass_through_vfs.hpp"

namespace walbench::storage {
namespace {

// Offsets among the locks in the -shm, as in SQLite's wal.c. See also busy_lock_at().
constexpr int kWriteLock = 0;
constexpr int kCheckpointLock = 1;
constexpr int kFirstReadLock = 3;
constexpr int kNameReader = 0x77616C01;  // an operation of xFileControl, of our own

thread_local ThreadIo thread_durable;
thread_local int thread_checkpoint_locks = 0;  ///< checkpoint locks that the thread holds

}  // namespace

/// SQLite's callbacks; a struct so that CountingVfs can name it as its friend.
struct CountingVfsMethods {
  static CountingVfs& owner(sqlite3_vfs* vfs) { return *static_cast<CountingVfs*>(vfs->pAppData); }
  static sqlite3_vfs* real_vfs(sqlite3_vfs* vfs) { return PassThroughVfs::of(vfs).real; }

  /// What the policy decides, after the pause that it asks for.
  static VfsAnswer ask(const CountingVfs& vfs, const VfsCall& call) {
    if (vfs.policy_ == nullptr) return {};
    const VfsAnswer answer = vfs.policy_->before(call);
    if (answer.pause.count() > 0) vfs.clock_.pause_for(answer.pause);
    return answer;
  }

  static int nothing_written(std::int64_t /*bytes*/) { return SQLITE_OK; }
  /// Makes a call of a file, unless the policy refuses it; then it may still be made in part.
  template <typename Go, typename GoInPart = int (*)(std::int64_t)>
  static int make(sqlite3_file* file, VfsCall call, const Go& go,
                  const GoInPart& go_in_part = nothing_written) {
    call.file = counting(file).kind;
    const VfsAnswer answer = ask(*counting(file).owner, call);
    if (answer.written_bytes > 0) static_cast<void>(go_in_part(answer.written_bytes));
    const int code = answer.code == SQLITE_OK ? go() : answer.code;
    if (code != SQLITE_OK) note_failure(file, call, code, answer);
    return code;
  }

  static void note_failure(sqlite3_file* file, const VfsCall& call, int code,
                           const VfsAnswer& answer) {
    if (!IoFailure::is_failure(call.operation, call.file, code)) return;
    thread_durable.failures += 1;
    int error = answer.system_error;
    if (answer.code == SQLITE_OK) {
      real(file)->pMethods->xFileControl(real(file), SQLITE_FCNTL_LAST_ERRNO, &error);
    }
    counting(file).owner->failure_.note(call, code, error);
  }

  // Methods of a file.

  static int close(sqlite3_file* file) {
    const int code = real(file)->pMethods->xClose(real(file));
    checkpoint_lock_given_up(file);
    counting(file).owner->story_.disconnected(counting(file).holder);
    return code;
  }

  static int read(sqlite3_file* file, void* data, int amount, sqlite3_int64 offset) {
    return make(file, {.operation = VfsOperation::read, .offset = offset, .amount = amount},
                [&] { return real(file)->pMethods->xRead(real(file), data, amount, offset); });
  }

  static int write(sqlite3_file* file, const void* data, int amount, sqlite3_int64 offset) {
    const VfsCall call{.operation = VfsOperation::write, .offset = offset, .amount = amount};
    const auto write_bytes = [&](std::int64_t bytes) {
      return real(file)->pMethods->xWrite(real(file), data, static_cast<int>(bytes), offset);
    };
    const int code = make(
        file, call, [&] { return write_bytes(amount); }, write_bytes);
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
    const int code = make(file, {.operation = VfsOperation::truncate, .offset = size},
                          [&] { return real(file)->pMethods->xTruncate(real(file), size); });
    if (code == SQLITE_OK && counting(file).kind == FileKind::wal) {
      counting(file).owner->counters_.wal_size_becomes(size);
      if (size == 0 && thread_checkpoint_locks > 0) counting(file).owner->story_.started_over();
    }
    return code;
  }

  static int sync(sqlite3_file* file, int flags) {
    CountingVfs& vfs = *counting(file).owner;
    const std::int64_t started_ns = vfs.clock_.now_ns();
    const int code = make(file, {.operation = VfsOperation::sync, .flags = flags},
                          [&] { return real(file)->pMethods->xSync(real(file), flags); });
    const std::int64_t took_ns = vfs.clock_.now_ns() - started_ns;
    thread_durable.sync_ns += took_ns;
    if (code != SQLITE_OK) return code;
    if (counting(file).kind == FileKind::wal) vfs.counters_.wal_synced(took_ns);
    if (counting(file).kind == FileKind::database) vfs.counters_.db_synced(took_ns);
    return code;
  }

  // After a stop, the last connection to close does not get it, and leaves the WAL alone.
  static int lock(sqlite3_file* file, int level) {
    if (level == SQLITE_LOCK_EXCLUSIVE && counting(file).owner->interrupted()) return SQLITE_BUSY;
    const int code = make(file, {.operation = VfsOperation::lock, .flags = level},
                          [&] { return real(file)->pMethods->xLock(real(file), level); });
    if (code == SQLITE_OK && level == SQLITE_LOCK_EXCLUSIVE) checkpoint_lock_taken(file);
    if (code == SQLITE_BUSY) LockWaits::refused_other(BusyLock::database);
    return code;
  }
  static int file_control(sqlite3_file* file, int operation, void* argument) {
    if (operation == SQLITE_FCNTL_CKPT_START) WALBENCH_PROBE(checkpoint_start);
    if (operation == SQLITE_FCNTL_CKPT_DONE) {
      WALBENCH_PROBE(checkpoint_end);
      counting(file).has_checkpointed = true;
    }
    if (operation == kNameReader) {
      counting(file).owner->story_.name_reader(counting(file).holder,
                                               std::move(*static_cast<SnapshotReader*>(argument)));
      return SQLITE_OK;
    }
    return real(file)->pMethods->xFileControl(real(file), operation, argument);
  }

  static int shm_map(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
    const int code = make(
        file,
        {.operation = VfsOperation::shm_map, .offset = region, .amount = size, .flags = extend},
        [&] { return real(file)->pMethods->xShmMap(real(file), region, size, extend, out); });
    if (code == SQLITE_BUSY) LockWaits::refused_other(BusyLock::database);
    if (code == SQLITE_OK && region == 0) {
      counting(file).wal_index = static_cast<const volatile std::uint32_t*>(*out);
    }
    return code;
  }
  static int shm_unmap(sqlite3_file* file, int remove) {
    counting(file).wal_index = nullptr;
    return real(file)->pMethods->xShmUnmap(real(file), remove);
  }
  static int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
    const auto go = [&] {
      return make(
          file,
          {.operation = VfsOperation::shm_lock, .offset = offset, .amount = count, .flags = flags},
          [&] { return real(file)->pMethods->xShmLock(real(file), offset, count, flags); });
    };
    if (offset >= kFirstReadLock) return read_lock(file, offset - kFirstReadLock, count, flags, go);
    const int code = go();
    const bool locks = (flags & SQLITE_SHM_LOCK) != 0;
    if (offset == kWriteLock) {
      write_lock_asked(file, locks, code);
    } else if (locks && code == SQLITE_BUSY) {
      LockWaits::refused_other(busy_lock_at(offset));
    }
    if (offset == kCheckpointLock && locks && code == SQLITE_OK) {
      thread_checkpoint_locks += 1;
      checkpoint_lock_taken(file);
    }
    if (offset == kCheckpointLock && !locks) {
      thread_checkpoint_locks -= 1;
      counting(file).owner->story_.checkpoint_ended();
      checkpoint_lock_given_up(file);
    }
    return code;
  }

  template <typename Go>
  static int read_lock(sqlite3_file* file, int first, int count, int flags, const Go& go) {
    const bool checkpoints = thread_checkpoint_locks > 0;
    const int code = counting(file).owner->story_.follow(
        {{first, count}, flags, checkpoints, counting(file).holder, counting(file).wal_index}, go);
    const bool locks = (flags & SQLITE_SHM_LOCK) != 0;
    if (locks && code == SQLITE_BUSY) LockWaits::refused_other(BusyLock::reader);
    return code;
  }

  /// A checkpoint that takes the write lock is no writer that waits for it.
  static void write_lock_asked(sqlite3_file* file, bool locks, int code) {
    LockWaits& waits = counting(file).owner->lock_waits_;
    const bool checkpoints = thread_checkpoint_locks > 0;
    if (!locks) {
      waits.released(counting(file).holding, checkpoints);
    } else if (code == SQLITE_OK) {
      counting(file).holding = waits.acquired(checkpoints);
    } else if (code == SQLITE_BUSY && !checkpoints) {
      waits.refused();
    }
  }

  static void checkpoint_lock_taken(sqlite3_file* file) {
    counting(file).checkpoint_began_ns = counting(file).owner->clock_.now_ns();
    counting(file).synced_before_ns = thread_durable.sync_ns;
    counting(file).failed_before = thread_durable.failures;
    counting(file).has_checkpointed = false;
  }
  static void checkpoint_lock_given_up(sqlite3_file* file) {
    if (!counting(file).has_checkpointed) return;
    counting(file).has_checkpointed = false;
    CountingVfs& vfs = *counting(file).owner;
    const std::int64_t took_ns = vfs.clock_.now_ns() - counting(file).checkpoint_began_ns;
    thread_durable.checkpoint_ns +=
        took_ns - (thread_durable.sync_ns - counting(file).synced_before_ns);
    if (thread_durable.failures == counting(file).failed_before) {
      vfs.counters_.checkpointed(took_ns);
    }
  }
  static int fetch(sqlite3_file* file, sqlite3_int64 offset, int amount, void** out) {
    return make(file, {.operation = VfsOperation::fetch, .offset = offset, .amount = amount},
                [&] { return real(file)->pMethods->xFetch(real(file), offset, amount, out); });
  }
  static int unfetch(sqlite3_file* file, sqlite3_int64 offset, void* page) {
    const VfsCall call{
        .operation = VfsOperation::unfetch, .offset = offset, .amount = page == nullptr ? 0 : 1};
    return make(file, call,
                [&] { return real(file)->pMethods->xUnfetch(real(file), offset, page); });
  }

  static sqlite3_io_methods io_methods(int version) {
    using Methods = sqlite3_io_methods;
    return {version,
            close,
            read,
            write,
            truncate,
            sync,
            ForwardToFile<&Methods::xFileSize>::call,
            lock,
            ForwardToFile<&Methods::xUnlock>::call,
            ForwardToFile<&Methods::xCheckReservedLock>::call,
            file_control,
            ForwardToFile<&Methods::xSectorSize>::call,
            ForwardToFile<&Methods::xDeviceCharacteristics>::call,
            shm_map,
            shm_lock,
            ForwardToFile<&Methods::xShmBarrier>::call,
            shm_unmap,
            fetch,
            unfetch};
  }

  static const sqlite3_io_methods* io_methods_for(int real_version) {
    static const sqlite3_io_methods versions[] = {io_methods(1), io_methods(2), io_methods(3)};
    return &versions[std::clamp(real_version, 1, 3) - 1];
  }

  // Methods of the VFS.

  static int open(sqlite3_vfs* vfs, sqlite3_filename path, sqlite3_file* file, int flags,
                  int* out_flags) {
    CountingFile& ours = counting(file);
    ours = {};
    ours.owner = &owner(vfs);
    ours.kind = kind_of(flags);
    ours.frame_begun_at = -1;
    const VfsAnswer answer =
        ask(owner(vfs), {.operation = VfsOperation::open, .file = ours.kind, .flags = flags});
    if (answer.code != SQLITE_OK) return answer.code;
    const int code = real_vfs(vfs)->xOpen(real_vfs(vfs), path, real(file), flags, out_flags);
    if (real(file)->pMethods != nullptr) {
      if (ours.kind == FileKind::database) ours.holder = owner(vfs).story_.connected();
      ours.base.pMethods = io_methods_for(real(file)->pMethods->iVersion);
    }
    return code;
  }

  static int remove(sqlite3_vfs* vfs, const char* path, int sync_directory) {
    const bool is_wal = std::string_view(path).ends_with("-wal");
    const VfsCall call{.operation = VfsOperation::remove,
                       .file = is_wal ? FileKind::wal : FileKind::other};
    const VfsAnswer answer = ask(owner(vfs), call);
    const int code = answer.code == SQLITE_OK
                         ? real_vfs(vfs)->xDelete(real_vfs(vfs), path, sync_directory)
                         : answer.code;
    if (code == SQLITE_OK && is_wal) owner(vfs).counters_.wal_size_becomes(0);
    if (code != SQLITE_OK) {
      owner(vfs).failure_.note(call, code, answer.code != SQLITE_OK ? answer.system_error : errno);
    }
    return code;
  }

  static int sleep(sqlite3_vfs* vfs, int microseconds) {
    owner(vfs).busy_sleep(microseconds);
    return microseconds;
  }
};

const metrics::Clock& steady_clock() {
  static const metrics::SteadyClock clock;
  return clock;
}

CountingVfs::CountingVfs(const metrics::Clock& clock)
    : clock_(clock), lock_waits_(clock), story_(clock, counters_) {
  sqlite3_vfs* const real = sqlite3_vfs_find(nullptr);
  if (real == nullptr) throw SqliteError(nullptr, SQLITE_ERROR, "finding SQLite's default VFS");
  static std::atomic<std::int64_t> instances = 0;
  name_ = "walbench-" + std::to_string(instances.fetch_add(1));

  vfs_ = std::make_unique<PassThroughVfs>(pass_through_to(*real));
  vfs_->base.szOsFile += static_cast<int>(sizeof(CountingFile));
  vfs_->base.zName = name_.c_str();
  vfs_->base.pAppData = this;
  vfs_->base.xOpen = CountingVfsMethods::open;
  vfs_->base.xDelete = CountingVfsMethods::remove;
  vfs_->base.xSleep = CountingVfsMethods::sleep;
  const int code = sqlite3_vfs_register(&vfs_->base, 0);
  if (code != SQLITE_OK) throw SqliteError(nullptr, code, "registering a VFS");
}

CountingVfs::~CountingVfs() {
  sqlite3_vfs_unregister(&vfs_->base);
}

void CountingVfs::name_reader(sqlite3* connection, SnapshotReader reader) {
  sqlite3_file_control(connection, "main", kNameReader, &reader);
}

bool CountingVfs::thread_checkpoints() {
  return thread_checkpoint_locks > 0;
}

ThreadIo CountingVfs::thread_io() {
  return thread_durable;
}

}  // namespace walbench::storage
