#include "tools/bench/strategy_plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <string_view>

#include "tools/bench/stacks.hpp"
#include "tools/program/options.hpp"

namespace walbench::tools {
namespace {

// A checkpoint in the background slows the commits beside it while its sync lasts. Many short ones
// spread that: with 1,000 frames, P99 of group commit at 50 in flight was 1.7 to 1.9 ms, with 125
// it was 1.4 to 1.5, at the same throughput.
constexpr std::int64_t kBackgroundFrames = 125;

/// `--queue mutex or --queue fifo`
std::string flags_for(const storage::AxisNeed& need) {
  std::string flags;
  for (const std::string_view value : need.values) {
    flags += fmt::format("{}--{} {}", flags.empty() ? "" : " or ", need.axis, value);
  }
  return flags;
}

}  // namespace

std::string in_flags(const storage::Contradiction& found) {
  std::vector<std::string> needs(found.needs.size());
  std::ranges::transform(found.needs, needs.begin(), flags_for);
  return fmt::format("--{} {} needs {}: {}", found.setting.axis, found.setting.value,
                     fmt::join(needs, ", "), found.reason);
}

void complete_axes(storage::Axes& axes, bool queue_named) {
  const bool shared = axes.connection == storage::ConnectionAxis::shared();
  if (shared && axes.queue == storage::QueueAxis::sqlite && !queue_named &&
      !axes.commit.is_group()) {
    axes.queue = storage::QueueAxis::mutex;
  }
}

storage::Axes as_asked(const BenchRequest& request, const storage::Axes& axes) {
  const Stack* const stack = find_stack(request.common.as);
  return stack == nullptr ? axes : in_stack(*stack, axes);
}

storage::Axes effective_axes(const BenchRequest& request) {
  storage::Axes axes = as_asked(request, storage::find_strategy(request.strategy).value().axes);
  for (const auto& change : request.axis_changes) {
    change(axes);
  }
  complete_axes(axes, request.queue_named);
  if (const auto found = storage::contradiction(axes)) {
    throw std::invalid_argument(in_flags(*found));
  }
  return axes;
}

storage::CheckpointPlan checkpoint_plan(const BenchRequest& request, const storage::Axes& axes) {
  using storage::CheckpointKind;
  using storage::CheckpointMode;
  storage::CheckpointPlan plan;
  const bool apart = axes.commit.is_group() && !request.common.library.wal_reset_bug;
  const CheckpointMode usual = apart ? CheckpointMode::background : CheckpointMode::automatic;
  const CheckpointChoice choice = request.checkpoint.value_or(CheckpointChoice{usual});
  plan.mode = choice.mode;
  const bool closes = axes.connection == storage::ConnectionAxis::per_file();
  if (closes && plan.mode == CheckpointMode::background) plan.mode = CheckpointMode::automatic;
  if (plan.mode == CheckpointMode::background) {
    plan.every_frames = kBackgroundFrames;
    plan.kind = choice.kind.value_or(
        request.common.library.wal_reset_bug ? CheckpointKind::full : CheckpointKind::passive);
  }
  plan.every_frames = request.checkpoint_frames.value_or(plan.every_frames);
  plan.wal_cap_frames = request.wal_cap_frames.value_or(plan.wal_cap_frames);
  return plan;
}

void require_background_sensible(const BenchRequest& request, const storage::Axes& axes) {
  if (request.checkpoint && request.checkpoint->mode == storage::CheckpointMode::background &&
      axes.connection == storage::ConnectionAxis::per_file()) {
    refuse("--checkpoint",
           "background needs connections that stay open, as with --connection per-worker; with a "
           "connection for each file, the checkpointer's open connection would keep the closing "
           "ones from checkpointing, and so hide what they cost");
  }
}

std::vector<storage::Strategy> named_mitigations(const BenchRequest& request) {
  std::vector<std::string> names;
  for (const Try& each : request.tries) {
    names.insert(names.end(), each.strategies.begin(), each.strategies.end());
  }
  if (request.shared_connection || (request.study && request.tries.empty())) {
    names.emplace_back("shared-connection");
  }
  const bool all = std::ranges::find(names, "all") != names.end();
  if (names.size() > 1 && all) {
    refuse("--try", "'all' already names every mitigation; leave out the others");
  }
  std::set<std::string_view> wanted;
  for (const std::string& name : names) {
    if (const auto found = storage::find_strategy(name)) {
      wanted.insert({found->name, found->companion});
    }
  }
  std::vector<storage::Strategy> mitigations;
  for (const storage::Strategy& each : storage::kStrategies) {
    const bool baseline = each.effort == 0;
    if (all ? !baseline : wanted.contains(each.name)) mitigations.push_back(each);
  }
  return mitigations;
}

metrics::MitigationInfo info_of(const storage::Strategy& strategy) {
  return {.name = std::string(strategy.name),
          .kind = std::string(storage::change_kind_name(strategy.kind)),
          .description = std::string(strategy.description),
          .cost = std::string(strategy.cost),
          .risk = std::string(strategy.risk),
          .effort = strategy.effort,
          .recommendable = strategy.recommendable};
}

}  // namespace walbench::tools
