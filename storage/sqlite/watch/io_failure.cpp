#include "storage/sqlite/watch/io_failure.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <string>
#include <system_error>

namespace walbench::storage {
namespace {

std::string sentence(const VfsCall& call, int system_error) {
  std::string text =
      fmt::format("{} of {} failed", vfs_operation_name(call.operation), file_kind_name(call.file));
  if (system_error == 0) return text;
  return text + fmt::format(" with errno {} ({})", system_error,
                            std::generic_category().message(system_error));
}

}  // namespace

std::string_view vfs_operation_name(VfsOperation operation) {
  constexpr std::array<std::string_view, kVfsOperations> kNames = {
      "open",  "removal",    "read",
      "write", "truncation", "sync",
      "lock",  "map",        "shared-memory lock",
      "fetch", "unfetch"};
  return kNames[static_cast<std::size_t>(operation)];
}

std::string_view file_kind_name(FileKind kind) {
  constexpr std::array<std::string_view, 3> kNames = {"the database", "the -wal file",
                                                      "a temporary file"};
  return kNames[static_cast<std::size_t>(kind)];
}

bool IoFailure::is_failure(VfsOperation operation, FileKind file, int code) {
  if (code == SQLITE_OK || (code & 0xFF) == SQLITE_BUSY) return false;
  if (file == FileKind::other || operation == VfsOperation::open) return false;
  return code != SQLITE_IOERR_SHORT_READ && code != SQLITE_IOERR_DELETE_NOENT;
}

void IoFailure::note(const VfsCall& call, int code, int system_error) {
  if (!is_failure(call.operation, call.file, code)) return;
  const std::lock_guard lock(mutex_);
  if (failed()) return;
  sentence_ = sentence(call, system_error);
  code_ = code;
  failed_.store(true, std::memory_order_release);
}

void IoFailure::throw_it() const {
  const std::lock_guard lock(mutex_);
  throw SqliteError(nullptr, code_, sentence_);
}

SqliteError IoFailure::explain(const SqliteError& refusal) const {
  if (!failed()) return refusal;
  const std::lock_guard lock(mutex_);
  return {refusal, sentence_};
}

}  // namespace walbench::storage
