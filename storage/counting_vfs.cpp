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
//   3. Files are told apart by the flags of xOpen. The -shm file never comes through xOpen: its
//      maps and locks are methods of the database file.
//   4. A checkpoint announces itself to the database file by SQLITE_FCNTL_CKPT_DONE, wherever it
//      was started from: a commit, a close, or a PRAGMA.
//   5. The default busy handler sleeps through xSleep, on the thread that waits. That is the only
//      place where its sleeps can be timed without replacing it.

#include "storage/counting_vfs.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <thread>

#include "storage/probes.hpp"
#include "storage/sqlite.hpp"

namespace walbench::storage {
namespace {

constexpr std::int64_t kWalHeaderBytes = 32;
constexpr std::int64_t kWalFrameHeaderBytes = 24;

enum class FileKind : std::uint8_t { database, wal, other };

struct CountingFile {
  sqlite3_file base;
  CountingVfs* owner;
  FileKind kind;
  /// The connection wrote nothing but a frame's header, here, in its last write to the WAL; or -1.
  std::int64_t frame_begun_at;
};
static_assert(sizeof(CountingFile) % 8 == 0, "SQLite expects the real file behind it aligned to 8");

CountingFile& counting(sqlite3_file* file) {
  return *reinterpret_cast<CountingFile*>(file);
}

sqlite3_file* real(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<CountingFile*>(file) + 1);
}

std::int64_t steady_now_ns() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

/// The page size in a WAL header: a big-endian 32-bit number at offset 8.
std::int64_t page_size_in_wal_header(const void* data) {
  const auto* const bytes = static_cast<const unsigned char*>(data);
  return (std::int64_t{bytes[8]} << 24) | (std::int64_t{bytes[9]} << 16) |
         (std::int64_t{bytes[10]} << 8) | std::int64_t{bytes[11]};
}

void add(std::atomic<std::int64_t>& value, std::int64_t amount) {
  value.fetch_add(amount, std::memory_order_relaxed);
}

void raise_to(std::atomic<std::int64_t>& value, std::int64_t least) {
  std::int64_t seen = value.load(std::memory_order_relaxed);
  while (seen < least && !value.compare_exchange_weak(seen, least, std::memory_order_relaxed)) {
  }
}

thread_local ThreadBusyWait thread_wait;
thread_local std::int64_t thread_series_us = 0;

}  // namespace

/// SQLite's callbacks; a struct so that CountingVfs can name it as its friend.
struct CountingVfsMethods {
  static CountingVfs& owner(sqlite3_vfs* vfs) { return *static_cast<CountingVfs*>(vfs->pAppData); }
  static sqlite3_vfs* real_vfs(sqlite3_vfs* vfs) { return owner(vfs).real_; }

  // Methods of a file.

  static int close(sqlite3_file* file) { return real(file)->pMethods->xClose(real(file)); }

  static int read(sqlite3_file* file, void* data, int amount, sqlite3_int64 offset) {
    return real(file)->pMethods->xRead(real(file), data, amount, offset);
  }

  static int write(sqlite3_file* file, const void* data, int amount, sqlite3_int64 offset) {
    const int code = real(file)->pMethods->xWrite(real(file), data, amount, offset);
    if (code != SQLITE_OK) return code;
    CountingVfs& vfs = *counting(file).owner;
    if (counting(file).kind == FileKind::wal) {
      vfs.count_wal_write(data, amount, offset, counting(file).frame_begun_at);
    }
    if (counting(file).kind == FileKind::database) add(vfs.db_bytes_written_, amount);
    return code;
  }

  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    const int code = real(file)->pMethods->xTruncate(real(file), size);
    if (code == SQLITE_OK && counting(file).kind == FileKind::wal) {
      counting(file).owner->wal_size_becomes(size);
    }
    return code;
  }

  static int sync(sqlite3_file* file, int flags) {
    CountingVfs& vfs = *counting(file).owner;
    if (counting(file).kind == FileKind::wal) add(vfs.wal_syncs_, 1);
    if (counting(file).kind == FileKind::database) add(vfs.db_syncs_, 1);
    return real(file)->pMethods->xSync(real(file), flags);
  }

  static int file_size(sqlite3_file* file, sqlite3_int64* size) {
    return real(file)->pMethods->xFileSize(real(file), size);
  }
  static int lock(sqlite3_file* file, int level) {
    return real(file)->pMethods->xLock(real(file), level);
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
      add(counting(file).owner->checkpoints_, 1);
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
    return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
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
    const int code = real_vfs(vfs)->xOpen(real_vfs(vfs), path, real(file), flags, out_flags);
    if (real(file)->pMethods != nullptr) {
      ours.base.pMethods = io_methods_for(real(file)->pMethods->iVersion);
    }
    return code;
  }

  static int remove(sqlite3_vfs* vfs, const char* path, int sync_directory) {
    const int code = real_vfs(vfs)->xDelete(real_vfs(vfs), path, sync_directory);
    if (code == SQLITE_OK && std::string_view(path).ends_with("-wal")) {
      owner(vfs).wal_size_becomes(0);
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

CountingVfs::CountingVfs() : real_(sqlite3_vfs_find(nullptr)) {
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

IoFigures CountingVfs::figures() const {
  const auto read = [](const std::atomic<std::int64_t>& value) {
    return value.load(std::memory_order_relaxed);
  };
  return {.wal_bytes_written = read(wal_bytes_written_),
          .wal_frames = read(wal_frames_),
          .wal_size_bytes = read(wal_size_bytes_),
          .wal_peak_bytes = read(wal_peak_bytes_),
          .wal_growth_bytes = read(wal_growth_bytes_),
          .wal_syncs = read(wal_syncs_),
          .db_bytes_written = read(db_bytes_written_),
          .db_syncs = read(db_syncs_),
          .checkpoints = read(checkpoints_),
          .busy_retries = read(busy_retries_),
          .busy_longest_us = read(busy_longest_us_)};
}

void CountingVfs::restart_counting() {
  for (std::atomic<std::int64_t>* const count :
       {&wal_bytes_written_, &wal_frames_, &wal_growth_bytes_, &wal_syncs_, &db_bytes_written_,
        &db_syncs_, &checkpoints_, &busy_retries_, &busy_longest_us_}) {
    count->store(0, std::memory_order_relaxed);
  }
  wal_peak_bytes_.store(wal_size_bytes_.load(std::memory_order_relaxed), std::memory_order_relaxed);
}

void CountingVfs::busy_sleep(int microseconds) {
  if (interrupted()) return;
  const std::int64_t started_ns = steady_now_ns();
  // Not the real VFS's xSleep: a signal, such as a profiler's, would cut that short, and the busy
  // handler would give up after sleeping less than it believes.
  std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
  thread_wait.slept_ns += steady_now_ns() - started_ns;
  thread_wait.sleeps += 1;
  add(busy_retries_, 1);
  count_busy_series(microseconds);
}

// Not every sleep is the busy handler's: a reader that races with a checkpoint sleeps for fractions
// of a millisecond. The busy handler's are whole milliseconds, and each series begins anew.
void CountingVfs::count_busy_series(int microseconds) {
  constexpr int kUsPerMs = 1000;
  if (microseconds % kUsPerMs != 0) return;
  if (microseconds == kFirstBusySleepUs) thread_series_us = 0;
  thread_series_us += microseconds;
  raise_to(busy_longest_us_, thread_series_us);
}

ThreadBusyWait CountingVfs::thread_busy_wait() {
  return thread_wait;
}

// A frame is two writes, its header and, right behind it, its page. Either may be written again
// alone: the header when a transaction's checksums are made anew, the page when a transaction
// changes it a second time. So a frame is counted where a page follows upon its header.
void CountingVfs::count_wal_write(const void* data, std::int64_t amount, std::int64_t offset,
                                  std::int64_t& frame_begun_at) {
  add(wal_bytes_written_, amount);
  if (offset == 0 && amount == kWalHeaderBytes) {
    wal_page_bytes_.store(page_size_in_wal_header(data), std::memory_order_relaxed);
  }
  const std::int64_t page_bytes = wal_page_bytes_.load(std::memory_order_relaxed);
  if (amount == page_bytes && offset == frame_begun_at + kWalFrameHeaderBytes) add(wal_frames_, 1);
  frame_begun_at = amount == kWalFrameHeaderBytes ? offset : -1;

  const std::int64_t end = offset + amount;
  const std::int64_t size = wal_size_bytes_.load(std::memory_order_relaxed);
  if (end > size) {
    add(wal_growth_bytes_, end - size);
    wal_size_bytes_.store(end, std::memory_order_relaxed);
    if (end > wal_peak_bytes_.load(std::memory_order_relaxed)) {
      wal_peak_bytes_.store(end, std::memory_order_relaxed);
    }
  }
}

void CountingVfs::wal_size_becomes(std::int64_t bytes) {
  wal_size_bytes_.store(bytes, std::memory_order_relaxed);
}

}  // namespace walbench::storage
