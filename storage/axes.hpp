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
enum class ConnectionAxis : std::uint8_t { per_file, per_worker, shared };

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
/// transaction, acknowledged after its COMMIT.
class CommitAxis {
 public:
  static constexpr std::int64_t kLargestBatch = 1'000'000;

  static constexpr CommitAxis each() { return CommitAxis(1); }
  /// `size` is 1 to kLargestBatch; 1 is the same as each().
  static constexpr CommitAxis batch(std::int64_t size) { return CommitAxis(size); }
  static constexpr CommitAxis group() { return CommitAxis(kGroup); }

  constexpr bool is_group() const { return size_ == kGroup; }
  /// Transitions a transaction; 1 for a group, whose size nobody chooses.
  constexpr std::int64_t batch_size() const { return is_group() ? 1 : size_; }

  constexpr bool operator==(const CommitAxis&) const = default;

 private:
  static constexpr std::int64_t kGroup = 0;
  explicit constexpr CommitAxis(std::int64_t size) : size_(size) {}
  std::int64_t size_;
};

/// A point in the space of strategies.
struct Axes {
  ConnectionAxis connection = ConnectionAxis::per_file;
  BeginAxis begin = BeginAxis::deferred;
  GuardAxis guard = GuardAxis::where;
  QueueAxis queue = QueueAxis::sqlite;
  CommitAxis commit = CommitAxis::each();
  BusyHandlerAxis busy_handler = BusyHandlerAxis::sqlite();

  bool operator==(const Axes&) const = default;
};

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
  Value Axes::*member;
  std::span<const AxisValue<Value>> values;
};

inline constexpr std::array kConnectionValues = {
    AxisValue{ConnectionAxis::per_file, "per-file", "each lifecycle opens one and closes it"},
    AxisValue{ConnectionAxis::per_worker, "per-worker", "each thread keeps one"},
    AxisValue{ConnectionAxis::shared, "shared", "one for all"},
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
/// The commit axis has one more value for each size of a batch: see parse_axis().
inline constexpr std::array kCommitValues = {
    AxisValue{CommitAxis::each(), "each", "every transition by itself"},
    AxisValue{CommitAxis::batch(10), "batch:10",
              "10 transitions (or any number) in a transaction, acknowledged before its COMMIT"},
    AxisValue{CommitAxis::group(), "group",
              "all queued transitions in a transaction, acknowledged after its COMMIT"},
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

inline constexpr Axis<ConnectionAxis> kConnectionAxis = {"connection", "who owns the connections",
                                                         &Axes::connection, kConnectionValues};
inline constexpr Axis<BeginAxis> kBeginAxis = {"begin", "how transactions begin", &Axes::begin,
                                               kBeginValues};
inline constexpr Axis<GuardAxis> kGuardAxis = {"guard", "the OCC guard of each write", &Axes::guard,
                                               kGuardValues};
inline constexpr Axis<QueueAxis> kQueueAxis = {
    "queue", "how writers of this process wait their turn", &Axes::queue, kQueueValues};
inline constexpr Axis<CommitAxis> kCommitAxis = {"commit", "how many transitions a COMMIT is for",
                                                 &Axes::commit, kCommitValues};

inline constexpr Axis<BusyHandlerAxis> kBusyHandlerAxis = {
    "busy-handler", "how a connection waits for a lock until the busy timeout is over",
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
std::string axis_name(const CommitAxis& value);
std::string axis_name(const BusyHandlerAxis& value);

/// The value of that name, or nothing.
template <typename Value>
std::optional<Value> parse_axis(const Axis<Value>& axis, std::string_view name) {
  const auto found = std::ranges::find(axis.values, name, &AxisValue<Value>::name);
  return found == axis.values.end() ? std::nullopt : std::optional(found->value);
}
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
