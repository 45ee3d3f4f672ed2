#include "tools/bench/strategy_plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string_view>

#include "storage/strategies.hpp"
#include "tools/program/argument_values.hpp"

namespace walbench::tools {
namespace {

// A checkpoint in the background slows the commits beside it while its sync lasts. Many short ones
// spread that: with 1,000 frames, P99 of group commit at 50 in flight was 1.7 to 1.9 ms, with 125
// it was 1.4 to 1.5, at the same throughput.
constexpr std::int64_t kBackgroundFrames = 125;
constexpr std::int64_t kMostFrames = std::numeric_limits<std::int32_t>::max();

/// `--queue mutex or --queue fifo`
std::string flags_for(const storage::AxisNeed& need) {
  std::string flags;
  for (const std::string_view value : need.values) {
    flags += fmt::format("{}--{} {}", flags.empty() ? "" : " or ", need.axis, value);
  }
  return flags;
}

std::string why_refused(const storage::Contradiction& found) {
  std::vector<std::string> needs;
  needs.reserve(found.needs.size());
  for (const storage::AxisNeed& need : found.needs) {
    needs.push_back(flags_for(need));
  }
  return fmt::format("--{} {} needs {}: {}", found.setting.axis, found.setting.value,
                     fmt::join(needs, ", "), found.reason);
}

template <typename Value>
void choose(const storage::Axis<Value>& axis, const std::string& text, storage::Axes& axes) {
  if (const auto value = storage::parse_axis(axis, text)) axes.*axis.member = *value;
}

}  // namespace

storage::Axes effective_axes(const BenchArguments& arguments) {
  using storage::QueueAxis;
  storage::Axes axes =
      storage::find_strategy(arguments.strategy).value_or(storage::Strategy{}).axes;
  choose(storage::kConnectionAxis, arguments.connection, axes);
  if (arguments.commit) {
    const auto commit = storage::parse_axis(storage::kCommitAxis, *arguments.commit);
    if (!commit) {
      refuse("--commit", fmt::format("'{}' is neither each, batch:N nor group", *arguments.commit));
    }
    axes.commit = *commit;
  }
  // One connection for all needs a queue; if none was asked for, the usual one.
  const bool has_queue =
      axes.queue != QueueAxis::sqlite || !arguments.queue.empty() || axes.commit.is_group();
  if (axes.connection == storage::ConnectionAxis::shared && !has_queue) {
    axes.queue = QueueAxis::mutex;
  }
  choose(storage::kBeginAxis, arguments.begin, axes);
  choose(storage::kGuardAxis, arguments.guard, axes);
  choose(storage::kQueueAxis, arguments.queue, axes);
  if (const auto found = storage::contradiction(axes)) {
    throw std::invalid_argument(why_refused(*found));
  }
  return axes;
}

std::vector<metrics::Gate> gates_of(const std::vector<std::string>& values) {
  std::vector<metrics::Gate> gates = metrics::standard_gates();
  for (const std::string& value : values) {
    gates.push_back(parsed("--gate", [&] { return metrics::parse_gate(value); }));
  }
  return gates;
}

storage::CheckpointPlan checkpoint_plan(const BenchArguments& arguments,
                                        const storage::Axes& axes) {
  using storage::CheckpointMode;
  storage::CheckpointPlan plan;
  if (arguments.wal_cap) {
    plan.wal_cap_frames =
        whole_number<std::int64_t>("--wal-cap", *arguments.wal_cap, 1, kMostFrames);
  }
  plan.mode = axes.commit.is_group() ? CheckpointMode::background : CheckpointMode::automatic;
  for (const CheckpointMode mode :
       {CheckpointMode::automatic, CheckpointMode::background, CheckpointMode::off}) {
    if (arguments.checkpoint == storage::checkpoint_mode_name(mode)) plan.mode = mode;
  }
  const bool closes = axes.connection == storage::ConnectionAxis::per_file;
  if (closes && plan.mode == CheckpointMode::background) plan.mode = CheckpointMode::automatic;
  if (plan.mode == CheckpointMode::background) plan.every_frames = kBackgroundFrames;
  if (arguments.wal_autocheckpoint) {
    plan.every_frames = whole_number<std::int64_t>("--wal-autocheckpoint",
                                                   *arguments.wal_autocheckpoint, 0, kMostFrames);
  }
  return plan;
}

void require_background_sensible(const BenchArguments& arguments, const storage::Axes& axes) {
  if (arguments.checkpoint == "background" &&
      axes.connection == storage::ConnectionAxis::per_file) {
    refuse("--checkpoint",
           "background needs connections that stay open, as with --connection per-worker: the "
           "checkpointer's own, held open, would spare each lifecycle's close its checkpoint and "
           "so hide what a connection per file costs");
  }
}

}  // namespace walbench::tools
