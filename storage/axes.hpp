#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace walbench::storage {

/// Who owns the connection that a transition is written through.
enum class ConnectionAxis : std::uint8_t {
  per_file,    ///< each lifecycle opens one, uses it and closes it
  per_worker,  ///< each worker keeps one for the whole run
  shared,      ///< one for all: workers take turns, and a queue keeps each transaction whole; or,
               ///< with group commit, it is the committer's
};

/// How a transaction begins.
enum class BeginAxis : std::uint8_t {
  deferred,   ///< BEGIN: SQLite takes the write lock at the first write
  immediate,  ///< BEGIN IMMEDIATE: SQLite takes it at once
};

/// How a write makes sure that the row is still what the lifecycle believes (OCC).
enum class GuardAxis : std::uint8_t {
  where,    ///< state and version in the WHERE clause of the UPDATE
  version,  ///< version alone in the WHERE clause
  select,   ///< read the row, compare, then UPDATE: with a deferred transaction a read-to-write
            ///< upgrade, which SQLite refuses when another writer came between; then it is retried
};

/// How the writers of this process queue for the write lock.
enum class QueueAxis : std::uint8_t {
  sqlite,  ///< not at all: SQLite's busy handler sleeps and tries again
  mutex,   ///< std::mutex: fast, but a thread that just released it may take it again at once
  fifo,    ///< first come, first served
};

/// A point in the space of strategies.
struct Axes {
  ConnectionAxis connection = ConnectionAxis::per_file;
  BeginAxis begin = BeginAxis::deferred;
  GuardAxis guard = GuardAxis::where;
  QueueAxis queue = QueueAxis::sqlite;
  std::int64_t batch = 1;  ///< transitions a transaction; all but the last of them are acknowledged
                           ///< before they are durable. 1: each is committed by itself
  bool group = false;      ///< transactions of whatever is queued, acknowledged after their COMMIT

  bool operator==(const Axes&) const = default;
};

std::string_view axis_name(ConnectionAxis value);
std::string_view axis_name(BeginAxis value);
std::string_view axis_name(GuardAxis value);
std::string_view axis_name(QueueAxis value);
/// The commit axis: `each`, `batch:N`, or `group`.
std::string commit_name(const Axes& axes);

/// A named point in the axes.
struct Strategy {
  std::string_view name;
  Axes axes;
};

/// The strategies that have a name; the first is the baseline.
inline constexpr std::array<Strategy, 7> kStrategies = {{
    {"per-file", {}},
    {"pooled-connection", {.connection = ConnectionAxis::per_worker}},
    {"shared-connection", {.connection = ConnectionAxis::shared, .queue = QueueAxis::mutex}},
    {"reduced-guards", {.guard = GuardAxis::version}},
    {"batch", {.connection = ConnectionAxis::shared, .queue = QueueAxis::mutex, .batch = 10}},
    {"fair-queue",
     {.connection = ConnectionAxis::per_worker,
      .begin = BeginAxis::immediate,
      .queue = QueueAxis::fifo}},
    {"group-commit",
     {.connection = ConnectionAxis::shared, .begin = BeginAxis::immediate, .group = true}},
}};

/// The strategy of that name, or nothing.
std::optional<Strategy> find_strategy(std::string_view name);

/// The name of exactly these axes where they have one; otherwise `base` and what was changed, as in
/// `per-file+begin-immediate+queue-fifo`. `base` is a strategy's name.
std::string describe_strategy(std::string_view base, const Axes& axes);

/// Why these axes cannot be combined, as a sentence, or nothing when they can.
std::optional<std::string> contradiction(const Axes& axes);

}  // namespace walbench::storage
