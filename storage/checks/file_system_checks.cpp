#include "storage/checks/file_system_checks.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "metrics/duration.hpp"
#include "metrics/result/file_system_kind.hpp"
#include "storage/checks/scratch_folder.hpp"
#include "storage/checks/second_process.hpp"

namespace walbench::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPageBytes = 4096;

/// A file of some pages that is gone at the end, with its names.
class ScratchFile {
 public:
  explicit ScratchFile(const fs::path& folder, std::size_t pages = 1)
      : path_((folder / "file-XXXXXX").string()), descriptor_(mkostemp(path_.data(), O_CLOEXEC)) {
    if (descriptor_ < 0) fail_check("cannot create a file in '" + folder.string() + "'");
    if (ftruncate(descriptor_, static_cast<off_t>(pages * kPageBytes)) == 0) return;
    const int error = errno;
    remove();
    errno = error;
    fail_check("cannot extend a file in '" + folder.string() + "'");
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  ~ScratchFile() { remove(); }

  int descriptor() const { return descriptor_; }
  const std::string& path() const { return path_; }

 private:
  void remove() const {
    ::unlink(path_.c_str());
    ::close(descriptor_);
  }

  std::string path_;
  int descriptor_;
};

/// Collects what went wrong; the check passes if that is nothing.
class Verdict {
 public:
  Verdict(std::string name, std::string passed, std::string advice)
      : result_{std::move(name), CheckOutcome::pass, std::move(passed), std::move(advice)} {}

  void expect(bool condition, const char* otherwise) {
    if (condition) return;
    if (!wrong_.empty()) wrong_ += "; ";
    wrong_ += otherwise;
  }
  CheckResult result() && {
    if (wrong_.empty()) {
      result_.advice.clear();
    } else {
      result_.outcome = CheckOutcome::fail;
      result_.seen = wrong_;
    }
    return std::move(result_);
  }

 private:
  CheckResult result_;
  std::string wrong_;
};

// ---- locks

struct flock lock_of(short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = 120;
  lock.l_len = 1;
  return lock;
}

bool set_lock(int descriptor, short type) {
  struct flock lock = lock_of(type);
  return fcntl(descriptor, F_SETLK, &lock) == 0;
}

enum LockQuestion : int { kTake, kShare, kLetGo, kWhoHolds };

/// The second process opens the file itself, as another application would.
int answer_about_locks(const char* path, int question) {
  static const int descriptor = open(path, O_RDWR | O_CLOEXEC);
  if (question == kTake) return set_lock(descriptor, F_WRLCK) ? 1 : 0;
  if (question == kShare) return set_lock(descriptor, F_RDLCK) ? 1 : 0;
  if (question == kLetGo) return set_lock(descriptor, F_UNLCK) ? 1 : 0;
  struct flock lock = lock_of(F_WRLCK);
  if (fcntl(descriptor, F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return 0;
  return lock.l_pid;
}

// ---- shared mapping

enum MappingQuestion : int { kStore, kLoad, kWrite, kRead };
constexpr int kStored = 4711;
constexpr int kWritten = 815;

/// The first number of the file, through a mapping.
volatile int* mapped(int descriptor) {
  void* const start = mmap(nullptr, kPageBytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  return start == MAP_FAILED ? nullptr : static_cast<volatile int*>(start);
}

int answer_about_mapping(const char* path, int question) {
  static const int descriptor = open(path, O_RDWR | O_CLOEXEC);
  static volatile int* const number = mapped(descriptor);
  if (number == nullptr) return -1;
  int value = kWritten;
  switch (question) {
    case kStore: *number = kStored; return 0;
    case kLoad: return *number;
    case kWrite: return pwrite(descriptor, &value, sizeof value, 0) == sizeof value ? 0 : -1;
    default: break;
  }
  return pread(descriptor, &value, sizeof value, 0) == sizeof value ? value : -1;
}

bool holds_text(int descriptor, std::string_view text) {
  std::array<char, 16> bytes{};
  const ssize_t count = pread(descriptor, bytes.data(), text.size(), 0);
  return count == static_cast<ssize_t>(text.size()) &&
         std::memcmp(bytes.data(), text.data(), text.size()) == 0;
}

std::string duration(std::chrono::nanoseconds time) {
  return metrics::format_duration(time);
}

}  // namespace

CheckResult check_locks(const fs::path& folder) {
  Verdict verdict("locks",
                  "granted, shared, refused to another process, and given up by one that is killed",
                  "SQLite's processes do not keep out each other here: use a local file system");
  const ScratchFile file(folder);
  const char* const path = file.path().c_str();
  SecondProcess other([path](int question) { return answer_about_locks(path, question); });
  verdict.expect(set_lock(file.descriptor(), F_WRLCK), "a lock that nobody holds is refused");
  verdict.expect(other.ask(kTake) == 0, "a second process gets a lock that another one holds");
  verdict.expect(other.ask(kWhoHolds) == getpid(), "the holder of a lock is not named");
  set_lock(file.descriptor(), F_UNLCK);
  verdict.expect(other.ask(kTake) == 1, "a lock that was given up is still refused");
  verdict.expect(other.ask(kShare) == 1 && set_lock(file.descriptor(), F_RDLCK),
                 "two processes cannot share a lock");
  verdict.expect(other.ask(kTake) == 0, "a shared lock does not keep others from having it alone");
  set_lock(file.descriptor(), F_UNLCK);
  verdict.expect(other.ask(kTake) == 1, "a lock that nobody else shares is refused");
  verdict.expect(!set_lock(file.descriptor(), F_WRLCK),
                 "the first process gets a lock that the second one holds");
  other.kill();
  verdict.expect(set_lock(file.descriptor(), F_WRLCK),
                 "the lock of a process that was killed is still held");
  return std::move(verdict).result();
}

CheckResult check_shared_mapping(const fs::path& folder) {
  Verdict verdict("shared memory",
                  "two processes that map a file see each other's writes, mapped or not",
                  "WAL mode does not work here; use a local file system or another journal mode");
  const ScratchFile file(folder);
  const char* const path = file.path().c_str();
  const SecondProcess other([path](int question) { return answer_about_mapping(path, question); });
  volatile int* const number = mapped(file.descriptor());
  if (number == nullptr) {
    verdict.expect(false, "a file cannot be mapped");
    return std::move(verdict).result();
  }
  other.ask(kLoad);
  *number = 42;
  verdict.expect(other.ask(kLoad) == 42, "a mapped write is not seen by another process's mapping");
  verdict.expect(other.ask(kRead) == 42, "a mapped write is not seen by a process that reads");
  other.ask(kStore);
  verdict.expect(*number == kStored, "another process's mapped write is not seen");
  other.ask(kWrite);
  verdict.expect(*number == kWritten, "a write is not seen through a mapping");
  munmap(const_cast<int*>(number), kPageBytes);
  return std::move(verdict).result();
}

CheckResult check_rename_and_unlink(const fs::path& folder) {
  Verdict verdict("rename", "a file takes another one's place, and an open one outlives its name",
                  "a journal could survive its commit; use a local file system");
  const ScratchFile old_file(folder);
  const ScratchFile new_file(folder);
  verdict.expect(pwrite(old_file.descriptor(), "old", 3, 0) == 3, "a file cannot be written");
  verdict.expect(pwrite(new_file.descriptor(), "new", 3, 0) == 3, "a file cannot be written");
  verdict.expect(::rename(new_file.path().c_str(), old_file.path().c_str()) == 0,
                 "a file cannot take another one's place");
  const int named = open(old_file.path().c_str(), O_RDONLY | O_CLOEXEC);
  verdict.expect(named >= 0 && holds_text(named, "new"), "the old content is still there");
  if (named >= 0) ::close(named);
  verdict.expect(holds_text(old_file.descriptor(), "old"), "an open file lost its content");
  verdict.expect(::unlink(old_file.path().c_str()) == 0, "a file that is open cannot be removed");
  verdict.expect(access(old_file.path().c_str(), F_OK) != 0, "a file that was removed is there");
  verdict.expect(holds_text(new_file.descriptor(), "new"), "an open file is lost with its name");
  return std::move(verdict).result();
}

CheckResult judge_sync(std::vector<std::chrono::nanoseconds> times, const FileSystem& file_system) {
  constexpr std::chrono::microseconds kTooFast(15);
  std::ranges::sort(times);
  const auto at = [&](double share) {
    return times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))];
  };
  const auto median_ns = static_cast<double>(std::max<std::int64_t>(at(0.5).count(), 1));
  CheckResult result{.name = "sync",
                     .seen = fmt::format("P50 {}, P99 {}, max {}", duration(at(0.5)),
                                         duration(at(0.99)), duration(times.back()))};
  if (metrics::is_memory_file_system(file_system.type)) {
    result.seen += "; " + file_system.type + " is memory, and nothing outlives a restart";
    return result;
  }
  result.seen += fmt::format(": {:.0f} commits/s at most with synchronous=FULL", 1e9 / median_ns);
  if (at(0.5) < kTooFast) {
    result.outcome = CheckOutcome::warn;
    result.advice =
        "too fast for a disk that syncs: a cache that is not safe, a preloaded library or a mount "
        "option leaves syncs out; what was acknowledged may be lost when power fails";
  }
  return result;
}

CheckResult check_sync(const fs::path& folder, const metrics::Clock& clock,
                       const std::stop_token& stop) {
  constexpr std::size_t kPages = 64;
  constexpr std::size_t kSyncs = 200;
  constexpr std::size_t kFewest = 20;
  constexpr std::int64_t kLongNs = 2'000'000'000;
  const ScratchFile file(folder, kPages);
  const std::array<char, kPageBytes> page = {'w'};
  std::vector<std::chrono::nanoseconds> times;
  const std::int64_t began_ns = clock.now_ns();
  while (times.size() < kSyncs && (times.empty() || !stop.stop_requested())) {
    const auto offset = static_cast<off_t>(times.size() % kPages * kPageBytes);
    if (pwrite(file.descriptor(), page.data(), page.size(), offset) != ssize_t{kPageBytes}) {
      fail_check("cannot write a page");
    }
    const std::int64_t start_ns = clock.now_ns();
    if (fdatasync(file.descriptor()) != 0) fail_check("cannot sync");
    const std::int64_t now_ns = clock.now_ns();
    times.emplace_back(now_ns - start_ns);
    if (times.size() >= kFewest && now_ns - began_ns > kLongNs) break;
  }
  return judge_sync(std::move(times), file_system_of(folder));
}

CheckResult judge_space(double free_bytes, const FileSystem& file_system) {
  constexpr double kLittleBytes = 100e6;
  CheckResult result{.name = "file system",
                     .seen = fmt::format("{} ({}), {:.1f} GB free", file_system.type,
                                         file_system.mount_options, free_bytes / 1e9)};
  const std::string options = "," + file_system.mount_options + ",";
  const bool unsafe = options.find("nobarrier") != std::string::npos ||
                      options.find(",barrier=0,") != std::string::npos;
  if (metrics::is_network_file_system(file_system.type)) {
    result.outcome = CheckOutcome::warn;
    result.advice =
        "all processes must be on this host: others share neither its memory nor, perhaps, its "
        "locks; use a local disk";
  } else if (unsafe) {
    result.outcome = CheckOutcome::warn;
    result.advice = "mounted without barriers: a power failure may break the database";
  } else if (free_bytes < kLittleBytes) {
    result.outcome = CheckOutcome::warn;
    result.advice = "free some space: a WAL grows while a reader holds an old snapshot";
  }
  return result;
}

CheckResult check_space(const fs::path& folder) {
  struct statvfs space {};
  if (statvfs(folder.c_str(), &space) != 0) fail_check("'" + folder.string() + "'");
  return judge_space(static_cast<double>(space.f_bavail) * static_cast<double>(space.f_frsize),
                     file_system_of(folder));
}

}  // namespace walbench::storage
