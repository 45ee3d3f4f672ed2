#include "storage/sqlite/locks/database_locks.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include "metrics/clock.hpp"
#include "storage/sqlite/locks/kernel_locks.hpp"
#include "storage/storage_error.hpp"

namespace walbench::storage {
namespace {

namespace fs = std::filesystem;

/// Where SQLite locks (os_unix.c, wal.c: WALINDEX_LOCK_OFFSET, UNIX_SHM_DMS, PENDING_BYTE).
struct LockPlace {
  LockByte lock;
  std::int64_t begin;
  std::int64_t length = 1;
};
constexpr std::array kWalIndexPlaces = {
    LockPlace{LockByte::write, 120},       LockPlace{LockByte::checkpoint, 121},
    LockPlace{LockByte::recover, 122},     LockPlace{LockByte::read_mark_0, 123},
    LockPlace{LockByte::read_mark_1, 124}, LockPlace{LockByte::read_mark_2, 125},
    LockPlace{LockByte::read_mark_3, 126}, LockPlace{LockByte::read_mark_4, 127},
    LockPlace{LockByte::connection, 128}};
constexpr std::int64_t kPendingByte = 0x40000000;
constexpr std::array kDatabasePlaces = {LockPlace{LockByte::pending, kPendingByte},
                                        LockPlace{LockByte::reserved, kPendingByte + 1},
                                        LockPlace{LockByte::shared, kPendingByte + 2, 510}};

[[noreturn]] void fail(const fs::path& path, std::string_view why) {
  throw StorageError(fmt::format("'{}': {}", path.string(), why), ErrorKind::cannot_open);
}

/// Beside the database, which may be named by a link.
fs::path with_suffix(const fs::path& path, const char* suffix) {
  return path.string() + suffix;
}

fs::path resolved(const fs::path& path) {
  std::error_code error;
  fs::path real = fs::canonical(path, error);
  if (error) fail(path, error.message());
  return real;
}

std::optional<std::int64_t> size_of(const fs::path& path) {
  std::error_code error;
  const auto bytes = fs::file_size(path, error);
  if (error) return {};
  return static_cast<std::int64_t>(bytes);
}

template <std::size_t Bytes>
std::size_t read_start(int descriptor, std::array<std::byte, Bytes>& bytes) {
  const ssize_t count = pread(descriptor, bytes.data(), Bytes, 0);
  return count < 0 ? 0 : static_cast<std::size_t>(count);
}

template <std::size_t Count>
void add_listed(std::string_view table, int descriptor, const std::array<LockPlace, Count>& places,
                std::vector<LockHolder>& holders) {
  struct stat status {};
  if (fstat(descriptor, &status) != 0) return;
  for (const KernelLock& lock : locks_in_table(table, status.st_dev, status.st_ino)) {
    for (const LockPlace& place : places) {
      if (!lock.covers(place.begin, place.length)) continue;
      holders.push_back({place.lock, lock.exclusive, lock.pid});
    }
  }
}

/// Adds those who share a byte with the one that the kernel named. The list is some milliseconds
/// old: of a byte that nobody shares by now it says nothing.
void add_company(const std::vector<LockHolder>& listed, LockSnapshot& snapshot) {
  const std::vector<LockHolder> named = snapshot.holders;
  for (const LockHolder& holder : listed) {
    const auto is_company = [&](const LockHolder& other) {
      return other.lock == holder.lock && !other.exclusive && !holder.exclusive;
    };
    if (!std::ranges::any_of(named, is_company)) continue;
    if (std::ranges::count(snapshot.holders, holder) == 0) snapshot.holders.push_back(holder);
  }
  snapshot.complete = true;
}

}  // namespace

// ---- files

std::unique_ptr<ReadOnlyFile> ReadOnlyFile::open(const fs::path& path) {
  constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;  // a named pipe must not block
  int descriptor = ::open(path.c_str(), kFlags | O_NOATIME);
  // Only the owner may leave the time of access alone.
  if (descriptor < 0 && errno == EPERM) descriptor = ::open(path.c_str(), kFlags);
  if (descriptor < 0 && errno == ENOENT) return nullptr;
  if (descriptor < 0) fail(path, std::generic_category().message(errno));
  auto file = std::make_unique<ReadOnlyFile>(descriptor);
  struct stat status {};
  if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) fail(path, "is no regular file");
  return file;
}

ReadOnlyFile::~ReadOnlyFile() {
  ::close(descriptor_);
}

// ---- the probe

DatabaseLocks::DatabaseLocks(const fs::path& database)
    : database_(resolved(database)),
      wal_index_path_(with_suffix(database_, "-shm")),
      file_(ReadOnlyFile::open(database_)) {
  if (!file_) fail(database_, "has gone");
  read_header();
  follow_wal_index();
  listed_ = all_holders();
}

DatabaseLocks::~DatabaseLocks() = default;

DatabaseHeader DatabaseLocks::read_header() const {
  std::array<std::byte, DatabaseHeader::kBytes> bytes{};
  const std::size_t count = read_start(file_->descriptor(), bytes);
  if (count == 0) return {};
  const auto header = parse_database_header(std::span(bytes).first(count));
  if (!header) fail(database_, "is no SQLite database, or an encrypted one");
  return *header;
}

/// The last connection to close removes the -shm, and the next one makes another.
void DatabaseLocks::follow_wal_index() {
  struct stat status {};
  if (wal_index_ && fstat(wal_index_->descriptor(), &status) == 0 && status.st_nlink > 0) return;
  std::shared_ptr<ReadOnlyFile> now = ReadOnlyFile::open(wal_index_path_);
  const std::lock_guard lock(mutex_);
  wal_index_ = std::move(now);
}

std::vector<LockHolder> DatabaseLocks::all_holders() const {
  std::shared_ptr<ReadOnlyFile> wal_index;
  {
    const std::lock_guard lock(mutex_);
    wal_index = wal_index_;
  }
  const std::string table = read_lock_table();
  std::vector<LockHolder> holders;
  add_listed(table, file_->descriptor(), kDatabasePlaces, holders);
  if (wal_index) add_listed(table, wal_index->descriptor(), kWalIndexPlaces, holders);
  return holders;
}

void DatabaseLocks::list_regularly(std::chrono::milliseconds period) {
  lister_ = std::jthread([this, period](const std::stop_token& stop) {
    const metrics::SteadyClock clock;
    while (clock.sleep_for(period, stop)) {
      std::vector<LockHolder> holders = all_holders();
      const std::lock_guard lock(mutex_);
      listed_ = std::move(holders);
    }
  });
}

void DatabaseLocks::ask_for_each_byte(LockSnapshot& snapshot) const {
  const auto ask = [&](const ReadOnlyFile& file, const LockPlace& place, bool exclusive_only) {
    const auto lock = lock_on(file.descriptor(), place.begin, place.length, exclusive_only);
    if (lock) snapshot.holders.push_back({place.lock, lock->exclusive, lock->pid});
  };
  const bool wal = snapshot.mode == JournalMode::wal;
  for (const LockPlace& place : kDatabasePlaces) {
    // A reader takes the pending byte in passing.
    ask(*file_, place, wal || place.lock == LockByte::pending);
  }
  if (!wal || !wal_index_) return;
  for (const LockPlace& place : kWalIndexPlaces) {
    ask(*wal_index_, place, false);
  }
}

LockSnapshot DatabaseLocks::look() {
  const DatabaseHeader header = read_header();
  LockSnapshot snapshot;
  snapshot.mode = header.mode;
  snapshot.change_counter = header.change_counter;
  follow_wal_index();
  ask_for_each_byte(snapshot);
  if (header.mode == JournalMode::wal && wal_index_) {
    std::array<std::byte, WalIndex::kBytes> bytes{};
    const std::size_t count = read_start(wal_index_->descriptor(), bytes);
    snapshot.wal_index = parse_wal_index(std::span(bytes).first(count));
  }
  const std::lock_guard lock(mutex_);
  if (!listed_) return snapshot;
  add_company(*listed_, snapshot);
  listed_.reset();
  return snapshot;
}

DatabaseState DatabaseLocks::state() const {
  const DatabaseHeader header = read_header();
  DatabaseState state;
  state.mode = header.mode;
  state.page_bytes = header.page_bytes;
  state.free_pages = header.free_pages;
  state.database_bytes = size_of(database_).value_or(0);
  state.empty = state.database_bytes == 0;
  state.wal_bytes = size_of(with_suffix(database_, "-wal"));
  state.journal_bytes = size_of(with_suffix(database_, "-journal"));
  state.has_wal_index = size_of(wal_index_path_).has_value();
  state.file_system = file_system_of(database_);
  struct stat opened {};
  struct stat named {};
  state.replaced = fstat(file_->descriptor(), &opened) == 0 &&
                   (stat(database_.c_str(), &named) != 0 || opened.st_ino != named.st_ino);
  state.links = opened.st_nlink;
  return state;
}

std::string DatabaseLocks::command_of(pid_t pid) const {
  if (pid <= 0) return {};
  std::ifstream file(fmt::format("/proc/{}/cmdline", pid), std::ios::binary);
  std::string command{std::istreambuf_iterator<char>(file), {}};
  while (!command.empty() && command.back() == '\0') {
    command.pop_back();
  }
  std::ranges::replace(command, '\0', ' ');
  return command;
}

}  // namespace walbench::storage
