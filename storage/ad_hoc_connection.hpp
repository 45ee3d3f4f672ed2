#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace walbench::storage {

/// The facts that an engine knows about a statement without running it.
struct StatementFacts {
  std::string refusal = {};                ///< its sentence; empty: it takes the statement
  std::optional<std::size_t> offset = {};  ///< the byte of the SQL that the refusal is about
  std::size_t columns = 0;                 ///< in its result
  bool only_reads = false;
};

/// A connection for statements that nobody times: a setup's, and questions about others. Used by
/// one thread at a time.
class AdHocConnection {
 public:
  AdHocConnection() = default;
  AdHocConnection(const AdHocConnection&) = delete;
  AdHocConnection& operator=(const AdHocConnection&) = delete;
  virtual ~AdHocConnection() = default;

  virtual StatementFacts ask(const std::string& sql) = 0;

  /// Runs a statement to its end. Throws StorageError.
  virtual void execute(const std::string& sql) = 0;
};

}  // namespace walbench::storage
