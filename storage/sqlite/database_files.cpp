#include "storage/sqlite/database_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <system_error>
#include <utility>

namespace walbench::storage {
namespace {

std::string errno_text(int error) {
  return std::generic_category().message(error);
}

/// True if there is no such file any more. What is interrupted or fails once is tried again.
bool unlinked(const char* path) noexcept {
  for (int tries = 0; tries < 2; ++tries) {
    if (::unlink(path) == 0 || errno == ENOENT) return true;
  }
  return false;
}

std::filesystem::path named_database(const std::filesystem::path& wanted) {
  if (wanted.empty()) throw DatabaseFileError("the database has no name", Remedy::name_database);
  return std::filesystem::absolute(wanted);
}

}  // namespace

PrivateDirectory PrivateDirectory::make(const std::optional<std::filesystem::path>& base) {
  const char* const configured = std::getenv("TMPDIR");
  const std::string usual = configured != nullptr && *configured != '\0' ? configured : "/tmp";
  const std::string folder = base ? std::filesystem::absolute(*base).string() : usual;
  std::string pattern = folder + "/walbench-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) {
    throw DatabaseFileError(
        "cannot create a temporary directory in '" + folder + "': " + errno_text(errno),
        Remedy::temporary_folder);
  }
  return PrivateDirectory(std::move(pattern));
}

bool PrivateDirectory::remove() noexcept {
  return path_.empty() || ::rmdir(path_.c_str()) == 0 || errno == ENOENT;
}

DatabaseFiles::DatabaseFiles(PrivateDirectory directory,
                             const std::optional<std::filesystem::path>& wanted, bool kept)
    : directory_(std::move(directory)),
      database_(wanted ? named_database(*wanted)
                       : std::filesystem::path(directory_.path()) / "bench.db"),
      wal_(database_.string() + "-wal"),
      shm_(database_.string() + "-shm"),
      journal_(database_.string() + "-journal"),
      kept_(kept) {}

DatabaseFiles::DatabaseFiles(const std::optional<std::filesystem::path>& wanted,
                             const std::optional<std::filesystem::path>& scratch)
    : DatabaseFiles(wanted ? PrivateDirectory() : PrivateDirectory::make(scratch), wanted) {
  for (const std::string* const sibling : {&wal_, &shm_, &journal_}) {
    struct stat status {};
    if (lstat(sibling->c_str(), &status) == 0) {
      throw DatabaseFileError("'" + *sibling + "' exists, left by another database",
                              Remedy::other_database);
    }
  }
  create_empty();
}

DatabaseFiles::~DatabaseFiles() {
  if (!kept_) static_cast<void>(remove());
}

void DatabaseFiles::create_empty() {
  const int descriptor =
      ::open(database_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0) {
    const int error = errno;
    if (error == EEXIST) {
      throw DatabaseFileError(
          "'" + database_.string() + "' exists already, and a run needs a fresh file",
          Remedy::other_database);
    }
    throw DatabaseFileError(
        "cannot create the database '" + database_.string() + "': " + errno_text(error),
        Remedy::name_database);
  }
  ::close(descriptor);
  created_ = true;
}

void DatabaseFiles::start_over() {
  for (const char* const path : {journal_.c_str(), wal_.c_str(), shm_.c_str()}) {
    ::unlink(path);
  }
  ::unlink(database_.c_str());
  created_ = false;
  create_empty();
}

/// Threads that are still at work may make a file again while the others go: what is left is
/// removed again until the directory, in which nothing new can appear then, is gone, too. The
/// database goes first, so that nobody opens it and makes a new WAL.
bool DatabaseFiles::remove() noexcept {
  constexpr int kMostRounds = 100;
  int error = 0;
  for (int round = 0; round < kMostRounds; ++round) {
    error = 0;
    if (created_) {
      for (const char* const path :
           {database_.c_str(), journal_.c_str(), wal_.c_str(), shm_.c_str()}) {
        if (!unlinked(path)) error = errno;
      }
    }
    if (directory_.remove()) break;
    if (error == 0) error = errno;
    if (errno != ENOTEMPTY) break;
  }
  created_ = created_ && error != 0;
  errno = error;
  return error == 0;
}

}  // namespace walbench::storage
