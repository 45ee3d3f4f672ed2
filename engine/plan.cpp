#include "engine/plan.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>

#include "engine/workload/lifecycle/transitions.hpp"
#include "metrics/result/key.hpp"

namespace walbench::engine {
namespace {

constexpr double kLongestNs = 9e18;  // below the largest std::int64_t

std::chrono::nanoseconds capped(double ns) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(ns, kLongestNs)));
}

}  // namespace

std::string_view profile_name(Profile profile) {
  return profile == Profile::realistic ? "realistic" : "zero";
}

metrics::ConfigurationPlanned ConfigurationPlan::planned() const {
  const storage::CheckpointPlan& checkpoint = settings.checkpoint;
  const bool in_background = checkpoint.mode == storage::CheckpointMode::background;
  metrics::ConfigurationPlanned planned = {
      .duration_ns = duration.count(),
      .max_tries = retry.max_tries,
      .retry_delay_ns = retry.delay.count(),
      .threads = threads,
      .readers = readers,
      .hold_snapshot_ns = hold_snapshot.count(),
      .beside = beside,
      .as = as,
      .profile = std::string(profile_name(profile)),
      .strategy = strategy,
      .connection = storage::axis_name(axes.connection),
      .commit = storage::axis_name(axes.commit),
      .begin = storage::axis_name(axes.begin),
      .guard = storage::axis_name(axes.guard),
      .queue = storage::axis_name(axes.queue),
      .busy_handler = storage::axis_name(axes.busy_handler),
      .schema = std::string(schema_name(schema)),
      .files = files,
      .transitions_per_file = kTransitionsPerFile,
      .api_delay = api_delay.text(),
      .api_delay_ns = api_delay.mean().count(),
      .api_fail_rate = api_fail_rate,
      .warmup_files = warmup_files,
      .checkpoint = storage::checkpoint_name(checkpoint),
      .checkpoint_every_frames = checkpoint.every_frames,
      .wal_cap_frames = in_background ? checkpoint.wal_cap_frames : 0,
      .library = library.file.string(),
      .memory_statistics = memory_statistics ? "on" : "off",
      .pragmas = storage::pragmas_text(settings.pragmas),
      .wal_reset_exposed = wal_reset_exposed,
      .perturb_ns = settings.perturbation.longest.count(),
      .varied = varied,
      .limits = limits};
  if (scripts) {
    planned.workload = scripts->name;
    planned.scripts = scripts->digest;
    planned.profile = scripts->name;
    planned.transitions_per_file = 1;
  }
  return planned;
}

metrics::ConfigurationResult ConfigurationPlan::unmeasured() const {
  metrics::ConfigurationResult result;
  result.planned = planned();
  result.settings.synchronous = storage::synchronous_name(settings.synchronous);
  result.settings.busy_timeout_ms = settings.busy_timeout.count();
  return result;
}

std::chrono::nanoseconds ConfigurationPlan::api_time() const {
  if (scripts) return duration;
  const std::int64_t rounds = (files + threads - 1) / threads;
  const double calls_per_file = metrics::expected_api_calls_per_file(api_fail_rate);
  return capped(static_cast<double>(api_delay.mean().count()) * calls_per_file *
                static_cast<double>(rounds));
}

std::vector<const ConfigurationPlan*> RunPlan::measurements() const {
  std::vector<const ConfigurationPlan*> all;
  all.reserve(configurations.size());
  for (const ConfigurationPlan& each : configurations) {
    all.push_back(&each);
  }
  for (const MitigationPlan& each : mitigations) {
    for (std::int64_t repeat = 0; repeat < each.repeats; ++repeat) {
      all.push_back(&each.baseline);
      all.push_back(&each.mitigation);
    }
  }
  return all;
}

std::chrono::nanoseconds RunPlan::api_time() const {
  double ns = 0;
  for (const ConfigurationPlan* const each : measurements()) {
    ns += static_cast<double>(each->api_time().count());
  }
  return capped(ns);
}

void name_what_varies(RunPlan& plan) {
  const auto name = [](std::span<ConfigurationPlan* const> plans) {
    std::vector<metrics::ConfigurationResult> unmeasured;
    std::ranges::transform(plans, std::back_inserter(unmeasured), &ConfigurationPlan::unmeasured);
    metrics::name_what_varies(unmeasured);
    for (std::size_t index = 0; index < plans.size(); ++index) {
      plans[index]->varied = unmeasured[index].planned.varied;
    }
  };
  std::vector<ConfigurationPlan*> all;
  std::ranges::transform(plan.configurations, std::back_inserter(all),
                         [](ConfigurationPlan& each) { return &each; });
  name(all);
  for (MitigationPlan& each : plan.mitigations) {
    name(std::array{&each.baseline, &each.mitigation});
  }
}

void order_fastest_first(std::vector<ConfigurationPlan>& configurations) {
  const auto before = [](const ConfigurationPlan& one, const ConfigurationPlan& other) {
    if (one.profile != other.profile) return one.profile == Profile::zero;
    return one.profile == Profile::zero ? one.threads < other.threads : one.threads > other.threads;
  };
  std::ranges::stable_sort(configurations, before);
}

}  // namespace walbench::engine
