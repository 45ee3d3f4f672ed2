#include "storage/sqlite/database_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>
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

void DatabaseFiles::remove() noexcept {
  if (created_) {
    for (const char* const path : {journal_.c_str(), wal_.c_str(), shm_.c_str()}) {
      ::unlink(path);
    }
    ::unlink(database_.c_str());
    created_ = false;
  }
  if (!directory_.empty()) ::rmdir(directory_.c_str());
}

FileSystem file_system_of(const std::filesystem::path& path) {
  FileSystem found;
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return found;
  const std::string device =
      std::to_string(major(status.st_dev)) + ":" + std::to_string(minor(status.st_dev));

  // A line: id parent major:minor root mount-point options [optional fields] - type source options
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream fields(line);
    std::string id;
    std::string parent;
    std::string line_device;
    std::string root;
    std::string mount_point;
    fields >> id >> parent >> line_device >> root >> mount_point;
    const std::size_t separator = line.find(" - ");
    if (line_device != device || separator == std::string::npos) continue;
    std::string source;
    std::string super_options;
    fields >> found.mount_options;
    std::istringstream(line.substr(separator + 3)) >> found.type >> source >> super_options;
    if (!super_options.empty()) found.mount_options += " " + super_options;
  }
  // A partition has no queue of its own; its disk, the folder above it, has.
  for (const char* const queue : {"/queue/rotational", "/../queue/rotational"}) {
    std::ifstream rotational("/sys/dev/block/" + device + queue);
    if (char digit = 0; rotational >> digit) {
      found.rotates = digit == '0' ? "no" : "yes";
      break;
    }
  }
  return found;
}

}  // namespace walbench::storage
