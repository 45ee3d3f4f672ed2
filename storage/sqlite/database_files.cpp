#include "storage/sqlite/database_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <system_error>

namespace walbench::storage {
namespace {

std::string errno_text(int error) {
  return std::generic_category().message(error);
}

std::filesystem::path make_private_directory() {
  const char* const configured = std::getenv("TMPDIR");
  const std::string base = configured != nullptr && *configured != '\0' ? configured : "/tmp";
  std::string pattern = base + "/walbench-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) {
    throw DatabaseFileError(
        "cannot create a temporary directory in '" + base + "': " + errno_text(errno),
        Remedy::temporary_folder);
  }
  return pattern;
}

std::filesystem::path named_database(const std::filesystem::path& wanted) {
  if (wanted.empty()) throw DatabaseFileError("the database has no name", Remedy::name_database);
  return std::filesystem::absolute(wanted);
}

}  // namespace

DatabaseFiles::DatabaseFiles(const std::optional<std::filesystem::path>& wanted)
    : directory_(wanted ? std::filesystem::path() : make_private_directory()),
      database_(wanted ? named_database(*wanted) : directory_ / "bench.db"),
      wal_(database_.string() + "-wal"),
      shm_(database_.string() + "-shm"),
      journal_(database_.string() + "-journal") {
  for (const std::string* const sibling : {&wal_, &shm_, &journal_}) {
    struct stat status {};
    if (lstat(sibling->c_str(), &status) == 0) {
      throw DatabaseFileError("'" + *sibling + "' exists, left by another database",
                              Remedy::other_database);
    }
  }
  try {
    create_empty();
  } catch (const DatabaseFileError&) {
    remove();
    throw;
  }
}

DatabaseFiles::~DatabaseFiles() {
  if (!kept_) remove();
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

/// The database goes first, so that nobody opens it and makes a new WAL.
bool DatabaseFiles::remove() noexcept {
  int error = 0;
  if (created_) {
    for (const char* const path :
         {database_.c_str(), journal_.c_str(), wal_.c_str(), shm_.c_str()}) {
      if (::unlink(path) != 0 && errno != ENOENT) error = errno;
    }
    created_ = false;
  }
  if (!directory_.empty() && ::rmdir(directory_.c_str()) != 0 && errno != ENOENT) error = errno;
  errno = error;
  return error == 0;
}

}  // namespace walbench::storage
