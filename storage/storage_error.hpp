#pragma once

#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

namespace walbench::storage {

/// Why an engine refused.
enum class ErrorKind : std::uint8_t {
  busy,         ///< another writer held the lock for too long
  full,         ///< no space is left
  cannot_open,  ///< a file could not be opened or created
  io,
  readonly,
  settings,     ///< a setting was not taken
  interrupted,  ///< a stop ended the statement
  statement,    ///< it cannot be done as it is: a constraint, a value out of range
  corrupt,      ///< the database is not what was written to it
  other,
};

/// The user's way out of an error. The program that prints the error puts it in the words of its
/// own command line.
enum class Remedy : std::uint8_t {
  none,
  wait_longer,        ///< a longer busy timeout, or fewer writers
  free_space,         ///< free some, or put the database elsewhere
  fewer_connections,  ///< or more file descriptors
  fewer_threads,      ///< or a higher limit on them
  less_memory,        ///< fewer writers or rows, or a higher limit on memory
  local_disk,         ///< put the database on one
  name_database,      ///< name a file for the database
  other_database,     ///< remove what is there, or name another file
  temporary_folder,   ///< a writable temporary directory, or a named file
};

/// A refusal of an engine; what() is a sentence without a remedy.
class StorageError : public std::runtime_error {
 public:
  StorageError(const std::string& what, ErrorKind kind, Remedy remedy = Remedy::none)
      : std::runtime_error(what), kind_(kind), remedy_(remedy) {}

  ErrorKind kind() const { return kind_; }
  Remedy remedy() const { return remedy_; }

  /// How long whoever was refused had slept in the busy handler before, in nanoseconds.
  std::int64_t slept_ns() const { return slept_ns_; }
  void set_slept_ns(std::int64_t slept_ns) { slept_ns_ = slept_ns; }

 private:
  ErrorKind kind_;
  Remedy remedy_;
  std::int64_t slept_ns_ = 0;
};

/// A transaction of several writes that the database refused: none of them was done. The message
/// names what they were about.
class GroupNotCommitted : public StorageError {
 public:
  using StorageError::StorageError;
};

/// A statement that hit another number of rows than it must: a row was not what the writer
/// believed. Its transaction has no effect.
class OccConflict : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A write that was given up because the run is stopping. It has no effect.
class WriteCancelled : public std::runtime_error {
 public:
  WriteCancelled() : std::runtime_error("the write was cancelled: the run is stopping") {}
};

/// The remedy of a StorageError or of a lack of memory; none of any other error.
Remedy remedy_of(const std::exception& error);

/// The kind of a StorageError; `other` of any other error.
ErrorKind kind_of(const std::exception& error);

/// How a transaction ended.
enum class Outcome : std::uint8_t {
  committed,
  conflict,  ///< OccConflict
  busy,      ///< StorageError of that kind
  failed,    ///< refused for any other reason, or cancelled
  unknown,   ///< ended by something that is not the storage's
};
inline constexpr std::size_t kOutcomes = 5;

/// As results have it: `committed`, `busy`.
std::string_view outcome_name(Outcome outcome);

/// The outcome that this exception stands for; null: committed.
Outcome outcome_of(const std::exception_ptr& failure);

}  // namespace walbench::storage
