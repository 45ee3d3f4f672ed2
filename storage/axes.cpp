#include "storage/axes.hpp"

#include <charconv>
#include <system_error>

namespace walbench::storage {
namespace {

using std::string_view;

constexpr string_view kBatchPrefix = "batch:";

constexpr std::array<string_view, 1> kShared = {"shared"};
constexpr std::array<string_view, 1> kImmediate = {"immediate"};
constexpr std::array<string_view, 1> kBusyHandler = {"sqlite"};
constexpr std::array<string_view, 2> kQueues = {"mutex", "fifo"};

constexpr std::array kGroupNeeds = {AxisNeed{"connection", kShared}, AxisNeed{"begin", kImmediate},
                                    AxisNeed{"queue", kBusyHandler}};
constexpr std::array kSharedNeeds = {AxisNeed{"queue", kQueues}};
constexpr std::array kBatchNeeds = {AxisNeed{"connection", kShared}};

constexpr Contradiction kGroup = {
    {"commit", "group"},
    kGroupNeeds,
    "one committer writes for all, so no one else opens a connection or queues for one"};
constexpr Contradiction kUnqueued = {
    {"connection", "shared"},
    kSharedNeeds,
    "SQLite's busy handler does not keep the transactions of one connection apart"};
constexpr Contradiction kScattered = {
    {"commit", "batch:N"},
    kBatchNeeds,
    "with several connections, one would keep the write lock from the others until its batch is "
    "full"};

}  // namespace

std::string axis_name(const CommitAxis& value) {
  if (value.is_group()) return "group";
  const std::int64_t size = value.batch_size();
  return size == 1 ? "each" : std::string(kBatchPrefix) + std::to_string(size);
}

std::optional<CommitAxis> parse_axis(const Axis<CommitAxis>& axis, string_view name) {
  const auto named = std::ranges::find(axis.values, name, &AxisValue<CommitAxis>::name);
  if (named != axis.values.end()) return named->value;
  if (!name.starts_with(kBatchPrefix)) return std::nullopt;
  name.remove_prefix(kBatchPrefix.size());
  std::int64_t size = 0;
  const char* const end = name.data() + name.size();
  const auto [rest, error] = std::from_chars(name.data(), end, size);
  const bool whole = error == std::errc() && rest == end;
  if (!whole || size < 1 || size > CommitAxis::kLargestBatch) return std::nullopt;
  return CommitAxis::batch(size);
}

std::string axis_name(const BusyHandlerAxis& value) {
  return value.name();
}

std::optional<BusyHandlerAxis> parse_axis(const Axis<BusyHandlerAxis>& /*axis*/, string_view name) {
  return BusyHandlerAxis::parse(name);
}

std::optional<Contradiction> contradiction(const Axes& axes) {
  const bool shared = axes.connection == ConnectionAxis::shared;
  const bool queued = axes.queue != QueueAxis::sqlite;
  if (axes.commit.is_group()) {
    const bool fits = shared && axes.begin == BeginAxis::immediate && !queued;
    return fits ? std::nullopt : std::optional(kGroup);
  }
  if (shared && !queued) return kUnqueued;
  if (axes.commit.batch_size() > 1 && !shared) return kScattered;
  return std::nullopt;
}

}  // namespace walbench::storage
