#include "tools/bench/strategy_plan.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string_view>

#include "tools/program/argument_values.hpp"

namespace walbench::tools {
namespace {

constexpr std::int64_t kMostBatch = 1'000'000;
// A checkpoint in the background slows the commits beside it while its sync lasts. Many short ones
// spread that: with 1,000 frames, P99 of group commit at 50 in flight was 1.7 to 1.9 ms, with 125
// it was 1.4 to 1.5, at the same throughput.
constexpr std::int64_t kBackgroundFrames = 125;
constexpr std::int64_t kMostFrames = std::numeric_limits<std::int32_t>::max();

void choose_commit(const std::string& text, storage::Axes& axes) {
  constexpr std::string_view kBatch = "batch:";
  axes.group = text == "group";
  axes.batch = 1;
  if (axes.group || text == "each") return;
  if (!text.starts_with(kBatch)) {
    refuse("--commit", fmt::format("'{}' is neither each, batch:N nor group", text));
  }
  axes.batch = whole_number<std::int64_t>("--commit", std::string_view(text).substr(kBatch.size()),
                                          1, kMostBatch);
}

}  // namespace

storage::Axes effective_axes(const BenchArguments& arguments) {
  using storage::BeginAxis;
  using storage::ConnectionAxis;
  using storage::GuardAxis;
  using storage::QueueAxis;
  storage::Axes axes =
      storage::find_strategy(arguments.strategy).value_or(storage::Strategy{}).axes;
  const auto choose = [](const std::string& text, auto& axis, auto... values) {
    for (const auto value : {values...}) {
      if (text == storage::axis_name(value)) axis = value;
    }
  };
  choose(arguments.connection, axes.connection, ConnectionAxis::per_file,
         ConnectionAxis::per_worker, ConnectionAxis::shared);
  if (arguments.commit) choose_commit(*arguments.commit, axes);
  // One connection for all needs a queue; if none was asked for, the usual one.
  const bool has_queue = axes.queue != QueueAxis::sqlite || !arguments.queue.empty() || axes.group;
  if (axes.connection == ConnectionAxis::shared && !has_queue) axes.queue = QueueAxis::mutex;
  choose(arguments.begin, axes.begin, BeginAxis::deferred, BeginAxis::immediate);
  choose(arguments.guard, axes.guard, GuardAxis::where, GuardAxis::version, GuardAxis::select);
  choose(arguments.queue, axes.queue, QueueAxis::sqlite, QueueAxis::mutex, QueueAxis::fifo);
  if (const auto why = storage::contradiction(axes)) throw std::invalid_argument(*why);
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
  plan.mode = axes.group ? CheckpointMode::background : CheckpointMode::automatic;
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
