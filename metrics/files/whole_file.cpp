#include "metrics/files/whole_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <system_error>
#include <utility>

#include "metrics/files/file_error.hpp"

namespace walbench::metrics {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kWriteSize = std::size_t{256} << 10U;
constexpr mode_t kFileMode = 0644;
constexpr int kMostTemporaryNames = 1000;
constexpr std::string_view kTemporaryPart = ".partial-";

std::string descriptor_path(int descriptor) {
  return fmt::format("/proc/self/fd/{}", descriptor);
}

/// Tries names beside the target until one is free: `use` returns whether it got the name, with
/// errno EEXIST where somebody has it. Process ids come again, so a name may be taken for long.
template <typename Use>
fs::path free_temporary_name(const fs::path& target, const Use& use) {
  for (int number = 1; number <= kMostTemporaryNames; ++number) {
    fs::path name = target.parent_path() / fmt::format(".{}{}{}-{}", target.filename().string(),
                                                       kTemporaryPart, ::getpid(), number);
    if (use(name)) return name;
    if (errno != EEXIST) break;
  }
  return {};
}

}  // namespace

WholeFile::WholeFile(fs::path target) : target_(std::move(target)) {
  std::error_code ignored;
  const fs::file_status status = fs::symlink_status(target_, ignored);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    throw FileError(
        fmt::format("'{}' exists and is no ordinary file; choose another name", target_.string()));
  }
  if (!open_without_name()) open_under_temporary_name();
  if (::fchmod(descriptor_, kFileMode) == 0) return;
  const int error = errno;
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
  ::close(descriptor_);
  fail("create", error);
}

WholeFile::WholeFile(WholeFile&& other) noexcept
    : target_(std::move(other.target_)),
      temporary_(std::exchange(other.temporary_, fs::path())),
      descriptor_(std::exchange(other.descriptor_, -1)),
      flushed_(other.flushed_),
      pending_(std::move(other.pending_)) {}

WholeFile::~WholeFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void WholeFile::append(std::string_view text) {
  pending_ += text;
  flushed_ = false;
  if (pending_.size() >= kWriteSize) write_pending();
}

void WholeFile::flush() {
  if (flushed_) return;
  write_pending();
  if (::fsync(descriptor_) != 0) fail("flush", errno);
  flushed_ = true;
}

/// If no file has the target's name, this one gets it at once. Only a file that has a name can
/// replace another, so it first gets a temporary one.
void WholeFile::move_to_target() {
  flush();
  if (temporary_.empty()) {
    if (link_as(target_)) return;
    if (errno != EEXIST) fail("create", errno);
    link_as_temporary_name();
  }
  if (std::rename(temporary_.c_str(), target_.c_str()) != 0) fail("create", errno);
  temporary_.clear();
}

bool WholeFile::create_at(const fs::path& name) {
  write_pending();
  const bool created =
      temporary_.empty() ? link_as(name) : ::link(temporary_.c_str(), name.c_str()) == 0;
  if (!created && errno != EEXIST) fail("create", errno);
  return created;
}

fs::path WholeFile::open_path() const {
  return temporary_.empty() ? fs::path(descriptor_path(descriptor_)) : temporary_;
}

void WholeFile::fail(std::string_view action, int error) const {
  throw FileError(
      fmt::format("cannot {} '{}': {}; it was left as it was. Make room or choose another place",
                  action, target_.string(), std::generic_category().message(error)));
}

/// False if that is impossible, or if the file could not be given a name later.
bool WholeFile::open_without_name() {
  const fs::path folder = target_.has_parent_path() ? target_.parent_path() : fs::path(".");
  descriptor_ = ::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, kFileMode);
  if (descriptor_ < 0) return false;
  if (::access(descriptor_path(descriptor_).c_str(), F_OK) == 0) return true;
  ::close(std::exchange(descriptor_, -1));
  return false;
}

void WholeFile::open_under_temporary_name() {
  temporary_ = free_temporary_name(target_, [&](const fs::path& name) {
    descriptor_ = ::open(name.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, kFileMode);
    if (descriptor_ < 0) return false;
    // Before it was locked, somebody may have taken it for abandoned and removed it.
    struct stat status {};
    if (::flock(descriptor_, LOCK_EX) != 0 || ::fstat(descriptor_, &status) != 0 ||
        status.st_nlink > 0) {
      return true;
    }
    ::close(descriptor_);
    errno = EEXIST;
    return false;
  });
  if (temporary_.empty()) fail("create", errno);
}

/// False, with errno, if it cannot have that name.
bool WholeFile::link_as(const fs::path& name) const {
  return ::linkat(AT_FDCWD, descriptor_path(descriptor_).c_str(), AT_FDCWD, name.c_str(),
                  AT_SYMLINK_FOLLOW) == 0;
}

void WholeFile::link_as_temporary_name() {
  ::flock(descriptor_, LOCK_EX);
  temporary_ = free_temporary_name(target_, [&](const fs::path& name) { return link_as(name); });
  if (temporary_.empty()) fail("create", errno);
}

void WholeFile::write_pending() {
  std::string_view rest = pending_;
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", errno);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  pending_.clear();
}

std::vector<std::string> remove_abandoned_files(const fs::path& folder) {
  std::vector<std::string> problems;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with('.') || name.find(kTemporaryPart) == std::string::npos) continue;
    const int descriptor = ::open(entry.path().c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (descriptor < 0) continue;
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0 && ::unlink(entry.path().c_str()) != 0) {
      problems.push_back(
          fmt::format("cannot remove '{}', which a program that was killed has left: "
                      "{}",
                      entry.path().string(), std::generic_category().message(errno)));
    }
    ::close(descriptor);
  }
  return problems;
}

void write_file_atomically(const fs::path& path, const std::string& text) {
  WholeFile file(path);
  file.append(text);
  file.move_to_target();
}

}  // namespace walbench::metrics
