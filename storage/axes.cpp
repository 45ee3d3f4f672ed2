#include "storage/axes.hpp"

#include <charconv>
#include <system_error>

namespace walbench::storage {
namespace {

using std::string_view;

constexpr string_view kPoolPrefix = "pool:";
constexpr string_view kBatchPrefix = "batch:";
constexpr string_view kGroupPrefix = "group:";

/// The number of `prefix:N`, if it is 1 to `most`.
std::optional<std::int64_t> number_after(string_view prefix, string_view name, std::int64_t most) {
  if (!name.starts_with(prefix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  std::int64_t number = 0;
  const char* const end = name.data() + name.size();
  const auto [rest, error] = std::from_chars(name.data(), end, number);
  const bool whole = error == std::errc() && rest == end;
  return whole && number >= 1 && number <= most ? std::optional(number) : std::nullopt;
}

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

std::string_view change_kind_name(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::setting: return "setting";
    case ChangeKind::pool: return "pool";
    case ChangeKind::code: return "code";
    case ChangeKind::architecture: return "architecture";
  }
  return "?";
}

std::string axis_name(const ConnectionAxis& value) {
  if (value.is_pool()) return std::string(kPoolPrefix) + std::to_string(value.pool_size());
  const auto* const named =
      std::ranges::find(kConnectionValues, value, &AxisValue<ConnectionAxis>::value);
  return std::string(named->name);
}

std::optional<ConnectionAxis> parse_axis(const Axis<ConnectionAxis>& axis, string_view name) {
  const auto named = std::ranges::find(axis.values, name, &AxisValue<ConnectionAxis>::name);
  if (named != axis.values.end()) return named->value;
  const auto size = number_after(kPoolPrefix, name, ConnectionAxis::kLargestPool);
  return size ? std::optional(ConnectionAxis::pool(*size)) : std::nullopt;
}

std::string axis_name(const CommitAxis& value) {
  if (value == CommitAxis::group()) return "group";
  if (value.is_group()) return std::string(kGroupPrefix) + std::to_string(value.most_in_group());
  const std::int64_t size = value.batch_size();
  return size == 1 ? "each" : std::string(kBatchPrefix) + std::to_string(size);
}

std::optional<CommitAxis> parse_axis(const Axis<CommitAxis>& axis, string_view name) {
  const auto named = std::ranges::find(axis.values, name, &AxisValue<CommitAxis>::name);
  if (named != axis.values.end()) return named->value;
  if (const auto most = number_after(kGroupPrefix, name, CommitAxis::kLargestGroup)) {
    return CommitAxis::group(*most);
  }
  const auto size = number_after(kBatchPrefix, name, CommitAxis::kLargestBatch);
  return size ? std::optional(CommitAxis::batch(*size)) : std::nullopt;
}

std::string axis_name(const BusyHandlerAxis& value) {
  return value.name();
}

std::optional<BusyHandlerAxis> parse_axis(const Axis<BusyHandlerAxis>& /*axis*/, string_view name) {
  return BusyHandlerAxis::parse(name);
}

std::optional<Contradiction> contradiction(const Axes& axes) {
  const bool shared = axes.connection == ConnectionAxis::shared();
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
