#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "storage/busy_handler_axis.hpp"

namespace walbench::storage {

/// Who owns the connection that a transition is written through.
class ConnectionAxis {
 public:
  static constexpr std::int64_t kLargestPool = 1'000;
  enum class Owner : std::uint8_t { iteration, worker, pool, everybody };

  static constexpr ConnectionAxis per_file() { return {Owner::iteration, 0}; }
  static constexpr ConnectionAxis per_worker() { return {Owner::worker, 0}; }
  static constexpr ConnectionAxis shared() { return {Owner::everybody, 0}; }
  /// An iteration borrows one of `size` (1 to kLargestPool) for as long as it lasts.
  static constexpr ConnectionAxis pool(std::int64_t size) { return {Owner::pool, size}; }

  constexpr Owner owner() const { return owner_; }
  constexpr bool is_pool() const { return owner_ == Owner::pool; }
  /// Of a pool; 0 for all others.
  constexpr std::int64_t pool_size() const { return size_; }
  /// The most that are open at a time for so many workers.
  constexpr std::int64_t most_open(std::int64_t workers) const {
    if (owner_ == Owner::everybody) return 1;
    return is_pool() ? size_ : workers;
  }
  constexpr bool operator==(const ConnectionAxis&) const = default;

 private:
  constexpr ConnectionAxis(Owner owner, std::int64_t size) : owner_(owner), size_(size) {}

  Owner owner_;
  std::int64_t size_;
};

/// How a transaction begins.
enum class BeginAxis : std::uint8_t { deferred, immediate };

/// How a write makes sure that the row is still what the lifecycle believes (OCC). `select` in a
/// deferred transaction is a read-to-write upgrade, which SQLite refuses if another writer came in
/// between; the transaction is then begun anew.
enum class GuardAxis : std::uint8_t { where, version, select };

/// How the writers of this process wait their turn before SQLite's write lock.
enum class QueueAxis : std::uint8_t { sqlite, mutex, fifo };

/// When transitions are committed: each by itself; `batch:N`, N in a transaction, of which all but
/// the last are acknowledged before they are durable; or `group`, whatever is queued in one
/// transaction (`group:N`: N of them at most), acknowledged after its COMMIT.
class CommitAxis {
 public:
  static constexpr std::int64_t kLargestBatch = 1'000'000;
  /// It bounds how long a group holds the write lock. Larger groups gain next to nothing, as a
  /// measurement of the ceiling shows.
  static constexpr std::int64_t kLargestGroup = 1024;

  static constexpr CommitAxis each() { return CommitAxis(1); }
  /// `size` is 1 to kLargestBatch; 1 is the same as each().
  static constexpr CommitAxis batch(std::int64_t size) { return CommitAxis(size); }
  /// `most` is 1 to kLargestGroup.
  static constexpr CommitAxis group(std::int64_t most = kLargestGroup) {
    return CommitAxis(1, most);
  }

  constexpr bool is_group() const { return most_in_group_ > 0; }
  /// Transitions a transaction; 1 for a group, whose size nobody chooses.
  constexpr std::int64_t batch_size() const { return size_; }
  /// Of a group; 0 for all others.
  constexpr std::int64_t most_in_group() const { return most_in_group_; }

  constexpr bool operator==(const CommitAxis&) const = default;

 private:
  explicit constexpr CommitAxis(std::int64_t size, std::int64_t most_in_group = 0)
      : size_(size), most_in_group_(most_in_group) {}
  std::int64_t size_;
  std::int64_t most_in_group_;
};

/// A point in the space of strategies.
struct Axes {
  ConnectionAxis connection = ConnectionAxis::per_file();
  BeginAxis begin = BeginAxis::deferred;
  GuardAxis guard = GuardAxis::where;
  QueueAxis queue = QueueAxis::sqlite;
  CommitAxis commit = CommitAxis::each();
  BusyHandlerAxis busy_handler = BusyHandlerAxis::sqlite();

  bool operator==(const Axes&) const = default;
};

/// How deep a change of strategy reaches into an application.
enum class ChangeKind : std::uint8_t {
  setting,       ///< a PRAGMA or an option of the connection
  pool,          ///< the number of connections and who owns them
  code,          ///< the statements, or where they are called
  architecture,  ///< when writes are acknowledged, and by whom
};

std::string_view change_kind_name(ChangeKind kind);

template <typename Value>
struct AxisValue {
  Value value;
  std::string_view name;
  std::string_view help;
};
template <typename Value>  // Compilers before C++20's own guides for aggregates need it.
AxisValue(Value, std::string_view, std::string_view)->AxisValue<Value>;

/// One axis: parsing, names, help and completion follow from this.
template <typename Value>
struct Axis {
  std::string_view name;
  std::string_view help;
  ChangeKind kind;        ///< of a change of its value
  std::string_view cost;  ///< likewise
  Value Axes::*member;
  std::span<const AxisValue<Value>> values;
};

/// The connection axis has one more value for each size of a pool, and the commit axis for each
/// size of a batch and of a group: see parse_axis().
inline constexpr std::array kConnectionValues = {
    AxisValue{ConnectionAxis::per_file(), "per-file", "each lifecycle opens one and closes it"},
    AxisValue{ConnectionAxis::per_worker(), "per-worker", "each thread keeps one"},
    AxisValue{ConnectionAxis::pool(4), "pool:4",
              "4 (or any number) for all; a lifecycle borrows one, first come, first served"},
    AxisValue{ConnectionAxis::shared(), "shared", "one for all"},
};
inline constexpr std::array kBeginValues = {
    AxisValue{BeginAxis::deferred, "deferred", "SQLite takes the write lock at the first write"},
    AxisValue{BeginAxis::immediate, "immediate", "SQLite takes the write lock at BEGIN"},
};
inline constexpr std::array kGuardValues = {
    AxisValue{GuardAxis::where, "where", "state and version in the UPDATE's WHERE"},
    AxisValue{GuardAxis::version, "version", "version alone in the UPDATE's WHERE"},
    AxisValue{GuardAxis::select, "select", "read the row, compare, then UPDATE"},
};
inline constexpr std::array kQueueValues = {
    AxisValue{QueueAxis::sqlite, "sqlite", "SQLite's busy handler sleeps and tries again"},
    AxisValue{QueueAxis::mutex, "mutex", "std::mutex, fast but unfair"},
    AxisValue{QueueAxis::fifo, "fifo", "first come, first served"},
};
inline constexpr std::array kCommitValues = {
    AxisValue{CommitAxis::each(), "each", "every transition by itself"},
    AxisValue{CommitAxis::batch(10), "batch:10",
              "10 transitions (or any number) in a transaction, acknowledged before its COMMIT"},
    AxisValue{CommitAxis::group(), "group",
              "all queued transitions in a transaction, acknowledged after its COMMIT"},
    AxisValue{CommitAxis::group(1), "group:1",
              "the same, but 1 (or any number) in a transaction at most"},
};

/// The delays may be any others: see parse_axis().
inline constexpr std::array kBusyHandlerValues = {
    AxisValue{BusyHandlerAxis::sqlite(), "sqlite",
              "SQLite's own, which sleeps 1, 2, 5, 10 and so on up to 100 ms"},
    AxisValue{BusyHandlerAxis::constant(std::chrono::milliseconds(1)), "constant:1ms",
              "1 ms (or any duration) between tries"},
    AxisValue{
        BusyHandlerAxis::exponential(std::chrono::milliseconds(1), std::chrono::milliseconds(100)),
        "exponential:1ms..100ms",
        "drawn between 0 and 1 ms, then 2, 4 and so on up to 100 ms (or any durations)"},
};

inline constexpr Axis<ConnectionAxis> kConnectionAxis = {
    "connection",      "who owns the connections",
    ChangeKind::pool,  "another owner of the connections",
    &Axes::connection, kConnectionValues};
inline constexpr Axis<BeginAxis> kBeginAxis = {
    "begin",          "how transactions begin",
    ChangeKind::code, "another BEGIN in every writing transaction",
    &Axes::begin,     kBeginValues};
inline constexpr Axis<GuardAxis> kGuardAxis = {"guard",          "the OCC guard of each write",
                                               ChangeKind::code, "other guards in the statements",
                                               &Axes::guard,     kGuardValues};
inline constexpr Axis<QueueAxis> kQueueAxis = {
    "queue",          "how writers of this process wait their turn",
    ChangeKind::code, "a queue before every writing transaction",
    &Axes::queue,     kQueueValues};
inline constexpr Axis<CommitAxis> kCommitAxis = {"commit",
                                                 "how many transitions a COMMIT is for",
                                                 ChangeKind::architecture,
                                                 "another place that commits",
                                                 &Axes::commit,
                                                 kCommitValues};
inline constexpr Axis<BusyHandlerAxis> kBusyHandlerAxis = {
    "busy-handler",      "how a connection waits for a lock until the busy timeout is over",
    ChangeKind::setting, "a busy handler of one's own",
    &Axes::busy_handler, kBusyHandlerValues};

/// Calls `visit` with each Axis, in the order in which they stand in names.
template <typename Visitor>
constexpr void for_each_axis(const Visitor& visit) {
  visit(kConnectionAxis);
  visit(kBeginAxis);
  visit(kGuardAxis);
  visit(kQueueAxis);
  visit(kCommitAxis);
  visit(kBusyHandlerAxis);
}

/// The name of a value, as on the command line and in results: `per-file`, `batch:25`.
template <typename Value>
std::string axis_name(const Value& value) {
  std::string_view name;
  for_each_axis([&](const auto& axis) {
    if constexpr (std::is_same_v<decltype(axis), const Axis<Value>&>) {
      const auto found = std::ranges::find(axis.values, value, &AxisValue<Value>::value);
      if (found != axis.values.end()) name = found->name;
    }
  });
  return std::string(name);
}
std::string axis_name(const ConnectionAxis& value);
std::string axis_name(const CommitAxis& value);
std::string axis_name(const BusyHandlerAxis& value);

/// The value of that name, or nothing.
template <typename Value>
std::optional<Value> parse_axis(const Axis<Value>& axis, std::string_view name) {
  const auto found = std::ranges::find(axis.values, name, &AxisValue<Value>::name);
  return found == axis.values.end() ? std::nullopt : std::optional(found->value);
}
std::optional<ConnectionAxis> parse_axis(const Axis<ConnectionAxis>& axis, std::string_view name);
std::optional<CommitAxis> parse_axis(const Axis<CommitAxis>& axis, std::string_view name);
std::optional<BusyHandlerAxis> parse_axis(const Axis<BusyHandlerAxis>& axis, std::string_view name);

/// A value of an axis, both by name.
struct AxisSetting {
  std::string_view axis;
  std::string_view value;
};

/// A condition on one axis: any of these values will do.
struct AxisNeed {
  std::string_view axis;
  std::span<const std::string_view> values;
};

/// Why axes cannot be combined, and what would help.
struct Contradiction {
  AxisSetting setting;              ///< the value that cannot stay as things are
  std::span<const AxisNeed> needs;  ///< what it needs: all of these
  std::string_view reason;          ///< half a sentence
};

/// The first contradiction in these axes, or nothing.
std::optional<Contradiction> contradiction(const Axes& axes);

}  // namespace walbench::storage
