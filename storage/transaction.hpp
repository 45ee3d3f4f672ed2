#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace walbench::storage {

/// The time at which the statement runs, as an ISO 8601 text in UTC with microseconds.
struct Now {};

/// The value of a parameter or a column; null is std::monostate, a blob a span of bytes. Texts and
/// blobs are referred to, not copied.
using Value = std::variant<std::monostate, std::int64_t, double, std::string_view,
                           std::span<const std::byte>, Now>;

/// A statement that a workload's transactions use. Its SQL names parameters ?1, ?2, ...
struct StatementText {
  std::string sql;
  bool in_advance = true;  ///< each connection prepares it when it opens; else at its first use
};

/// All statements of a workload. A transaction refers to them by their index.
using StatementTexts = std::vector<StatementText>;

/// How many rows a statement must hit: those that an UPDATE, INSERT or DELETE changes, or those
/// that a SELECT returns.
struct ExpectedRows {
  std::int64_t least = 0;
  std::int64_t most = std::numeric_limits<std::int64_t>::max();

  static constexpr ExpectedRows exactly(std::int64_t rows) { return {rows, rows}; }
  static constexpr ExpectedRows any() { return {}; }
  constexpr bool holds(std::int64_t rows) const { return least <= rows && rows <= most; }
};

/// One statement of a transaction.
struct StatementCall {
  std::size_t statement = 0;          ///< its index among the workload's
  std::span<const Value> parameters;  ///< ?1 and so on
  ExpectedRows rows;
};

/// BEGIN .. COMMIT. It refers to its maker's memory, which must stay valid until the transaction is
/// acknowledged.
struct Transaction {
  std::string_view subject;  ///< names it in messages and, null-terminated, in probes
  std::span<const StatementCall> statements;
};

/// Where the time of one transaction went, in nanoseconds. lock_wait + statement + commit =
/// db_total.
struct WriteTimings {
  std::int64_t lock_wait_ns = 0;        ///< from asking for the write lock to holding it
  std::int64_t pool_wait_ns = 0;        ///< the part of it waited for a connection of a pool
  std::int64_t queue_wait_ns = 0;       ///< the part of it waited for a queue
  std::int64_t busy_wait_ns = 0;        ///< the part of it slept in the busy handler
  std::int64_t statement_ns = 0;        ///< the statements if lock_wait excludes them, else 0
  std::int64_t commit_ns = 0;           ///< COMMIT, and letting the next one through the queue
  std::int64_t checkpoint_wait_ns = 0;  ///< the part of it that checkpoints took, less their syncs
  std::int64_t sync_wait_ns = 0;        ///< the part of it that syncs took
  std::int64_t db_total_ns = 0;         ///< first call to acknowledgement
  bool committed = true;  ///< false: acknowledged, and durable with a later transaction's commit
};

}  // namespace walbench::storage
