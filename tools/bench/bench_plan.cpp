#include "tools/bench/bench_plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <stdexcept>
#include <utility>

#include "storage/storage_error.hpp"
#include "storage/wal_reset.hpp"
#include "tools/bench/limit_plan.hpp"
#include "tools/bench/script_options.hpp"
#include "tools/bench/stacks.hpp"
#include "tools/bench/strategy_plan.hpp"
#include "tools/program/options.hpp"

namespace walbench::tools {
namespace {

constexpr std::int64_t kMostThreads = 1'000;  // more take long to start and to stop
constexpr std::int64_t kUsualWarmup = 100;
constexpr std::int64_t kZeroRepeats = 5;
constexpr std::int64_t kRealisticRepeats = 3;
constexpr std::chrono::seconds kRealisticDelay(2);
constexpr std::chrono::milliseconds kQuickDelay(50);

void require_threads_startable(std::string_view option, const engine::ConfigurationPlan& plan) {
  if (plan.axes.commit.is_group() || plan.threads <= kMostThreads) return;
  refuse(option, fmt::format("{} blocks an OS thread for each lifecycle, and no more than {} are "
                             "started, not {}; --strategy group-commit has that many in flight on "
                             "a few threads",
                             plan.strategy, kMostThreads, plan.threads));
}

/// The delay of profile realistic.
engine::ApiDelay api_delay(const BenchRequest& request) {
  if (request.quick && request.api_delay) {
    refuse("--api-delay", "cannot be combined with --quick, which is short for --api-delay 50ms");
  }
  if (request.quick) return engine::ApiDelay(kQuickDelay);
  return request.api_delay.value_or(engine::ApiDelay(kRealisticDelay));
}

/// The strategy of most applications: their connections stay open, one for each client.
const storage::Strategy& kept_connections() {
  return *std::ranges::find(storage::kStrategies,
                            storage::Axes{.connection = storage::ConnectionAxis::per_worker()},
                            &storage::Strategy::axes);
}

/// The request with what is usual for scripts, where nothing else was asked for.
BenchRequest for_scripts(const BenchRequest& request) {
  constexpr std::int64_t kUsualClients = 10;
  constexpr std::chrono::seconds kUsualDuration(10);
  BenchRequest scripts = request;
  engine::ConfigurationPlan& common = scripts.common;
  if (!request.given.contains("--threads")) scripts.threads = {kUsualClients};
  if (!request.given.contains("--strategy")) scripts.strategy = kept_connections().name;
  scripts.profiles = {engine::Profile::zero};
  common.files = request.scripts.iterations.value_or(0);
  if (!request.scripts.iterations) {
    common.duration = request.scripts.duration.value_or(kUsualDuration);
  }
  scripts.options.scripts = compile_run(request.scripts, common.seed);
  // The plan sees the job, which the run owns.
  common.scripts = {scripts.options.scripts, &scripts.options.scripts->job};
  return scripts;
}

/// Why scripts cannot be run with these axes, as half a sentence; empty if they can.
std::string script_refusal(const engine::ConfigurationPlan& plan, const storage::Axes& axes) {
  if (!plan.scripts) return {};
  if (axes.guard != storage::GuardAxis::where) {
    return "it is about the statements of file lifecycles; a script has its own";
  }
  if (axes.commit.batch_size() > 1) {
    return "it acknowledges transactions before they are durable, and a script may undo its own";
  }
  return axes.commit.is_group()
             ? engine::refusal_of_whole_transactions(
                   plan.scripts->set,
                   plan.readers > 0 ? engine::ScriptRole::writers : engine::ScriptRole::alone)
             : std::string();
}

/// The part of the plan that all configurations share.
engine::ConfigurationPlan common_plan(const BenchRequest& request, const storage::Axes& axes) {
  engine::ConfigurationPlan plan = request.common;
  plan.retry = request.scripts.retry;
  plan.axes = axes;
  plan.settings.synchronous = request.synchronous.front();
  plan.settings.busy_timeout = request.busy_timeouts.front();
  for (const Setting& each : request.pragmas) {
    apply(each, plan);
  }
  plan.strategy = storage::describe_strategy(request.strategy, axes);
  const std::int64_t most = plan.files > 0 ? plan.files : kUsualWarmup;
  plan.warmup_files = request.warmup.value_or(std::min(kUsualWarmup, most));
  if (plan.files > 0 && plan.warmup_files > plan.files) {
    refuse("--warmup",
           fmt::format("{} is more than the {} of --files", plan.warmup_files, plan.files));
  }
  plan.settings.checkpoint = checkpoint_plan(request, axes);
  if (const std::string why = script_refusal(plan, axes); !why.empty()) {
    refuse("--strategy", fmt::format("{} cannot run these scripts: {}", plan.strategy, why));
  }
  if (request.perturb) plan.settings.perturbation = {*request.perturb, plan.seed};
  if (plan.readers == 0 && plan.hold_snapshot.count() > 0) {
    refuse("--hold-snapshot", "is about readers, and there are none; add --readers 1");
  }
  if (plan.readers > 0 && plan.scripts) {
    if (const std::string why = engine::refusal_of_readers(plan.scripts->set); !why.empty()) {
      refuse("--readers", why);
    }
  }
  return plan;
}

engine::ConfigurationPlan at_level(engine::ConfigurationPlan plan, const Level& level,
                                   const engine::ApiDelay& delay) {
  plan.threads = level.threads;
  plan.profile = level.profile;
  plan.api_delay = level.profile == engine::Profile::realistic ? delay : engine::ApiDelay();
  return plan;
}

/// The plan with each of the settings that were listed.
void add_settings(const BenchRequest& request, engine::ConfigurationPlan plan,
                  std::vector<engine::ConfigurationPlan>& to) {
  for (const storage::Synchronous synchronous : request.synchronous) {
    for (const std::chrono::milliseconds busy_timeout : request.busy_timeouts) {
      plan.settings.synchronous = synchronous;
      plan.settings.busy_timeout = busy_timeout;
      to.push_back(plan);
    }
  }
}

/// The baseline with these changes, and what is said of them.
engine::MitigationPlan change_plan(const BenchRequest& request, const std::vector<Setting>& changes,
                                   const engine::ConfigurationPlan& baseline,
                                   std::int64_t repeats) {
  engine::ConfigurationPlan mitigation = baseline;
  for (const Setting& each : changes) {
    apply(each, mitigation);
  }
  if (mitigation.library.file != baseline.library.file) {
    mitigation.library = library_at(mitigation.library.file, "--try", request.look_up).planned();
  }
  complete_axes(mitigation.axes,
                std::ranges::find(changes, "queue", &Setting::name) != changes.end());
  if (const auto found = storage::contradiction(mitigation.axes)) {
    refuse("--try", fmt::format("{}: {}", name_of(changes), in_flags(*found)));
  }
  if (const std::string why = script_refusal(baseline, mitigation.axes); !why.empty()) {
    refuse("--try", fmt::format("{}: {}", name_of(changes), why));
  }
  mitigation.settings.checkpoint = checkpoint_plan(request, mitigation.axes);
  mitigation.strategy = storage::describe_strategy(request.strategy, mitigation.axes);
  const bool same = mitigation.axes == baseline.axes &&
                    mitigation.settings.synchronous == baseline.settings.synchronous &&
                    mitigation.settings.busy_timeout == baseline.settings.busy_timeout &&
                    mitigation.settings.pragmas == baseline.settings.pragmas &&
                    mitigation.library.file == baseline.library.file &&
                    mitigation.memory_statistics == baseline.memory_statistics;
  if (same) refuse("--try", fmt::format("{} is as the baseline is already", name_of(changes)));
  require_threads_startable("--mitigate-at", baseline);
  require_threads_startable("--mitigate-at", mitigation);
  engine::MitigationPlan pair{info_of(changes, baseline, mitigation), baseline, mitigation,
                              repeats};
  // Both sides alike: a process of its own starts with fresh memory.
  const bool apart = baseline.needs_own_process() || mitigation.needs_own_process();
  pair.baseline.own_process = pair.mitigation.own_process = apart;
  return pair;
}

void require_names_apart(const std::vector<engine::MitigationPlan>& plans) {
  std::set<std::string_view> names;
  for (const engine::MitigationPlan& each : plans) {
    if (!names.insert(each.info.name).second) {
      refuse("--try", fmt::format("{} is named twice", each.info.name));
    }
  }
}

std::vector<engine::MitigationPlan> mitigation_plans(const BenchRequest& request,
                                                     const engine::ConfigurationPlan& common,
                                                     const engine::ApiDelay& delay,
                                                     std::vector<std::string>& left_out) {
  const Level usual{request.common.scripts ? request.threads.front() : Level().threads};
  const Level level = request.mitigate_at.value_or(usual);
  const engine::ConfigurationPlan baseline = at_level(common, level, delay);
  const std::int64_t repeats = request.repeat.value_or(
      level.profile == engine::Profile::zero ? kZeroRepeats : kRealisticRepeats);
  std::vector<engine::MitigationPlan> plans;
  bool named_baseline = false;
  for (const storage::Strategy& each : named_mitigations(request)) {
    const storage::Axes axes = as_asked(request, each.axes);
    if (axes == baseline.axes) {
      named_baseline = true;
      continue;
    }
    if (const std::string why = script_refusal(baseline, axes); !why.empty()) {
      left_out.push_back(fmt::format("{}: {}", each.name, why));
      continue;
    }
    engine::ConfigurationPlan mitigation = baseline;
    mitigation.axes = axes;
    mitigation.settings.checkpoint = checkpoint_plan(request, axes);
    mitigation.strategy = storage::describe_strategy(each.name, axes);
    require_threads_startable("--mitigate-at", baseline);
    require_threads_startable("--mitigate-at", mitigation);
    plans.push_back({info_of(each), baseline, mitigation, repeats});
  }
  for (const Try& each : request.tries) {
    if (each.changes.empty()) continue;
    plans.push_back(change_plan(request, each.changes, baseline, repeats));
  }
  require_names_apart(plans);
  // As report sorts what it reads.
  std::ranges::sort(plans, {}, [](const engine::MitigationPlan& each) {
    return std::pair(each.info.effort, each.info.name);
  });
  for (engine::MitigationPlan& each : plans) {
    each.info.measured_together = static_cast<std::int64_t>(plans.size());
  }
  if (plans.empty() && named_baseline) {
    refuse("--try", fmt::format("{} is the baseline itself", baseline.strategy));
  }
  return plans;
}

/// Notes which measurements can meet the WAL-reset bug of their library.
void note_exposure(engine::RunPlan& plan) {
  const auto note = [](engine::ConfigurationPlan& each) {
    each.wal_reset_exposed =
        each.library.wal_reset_bug &&
        storage::exposed_to_wal_reset(each.axes, each.settings.checkpoint, each.threads);
  };
  std::ranges::for_each(plan.configurations, note);
  for (engine::MitigationPlan& each : plan.mitigations) {
    note(each.baseline);
    note(each.mitigation);
  }
}

void require_used(const BenchRequest& request, const engine::RunPlan& plan) {
  const bool realistic =
      std::ranges::any_of(plan.measurements(), [](const engine::ConfigurationPlan* configuration) {
        return configuration->profile == engine::Profile::realistic;
      });
  if (!realistic && (request.quick || request.api_delay)) {
    refuse(request.quick ? "--quick" : "--api-delay",
           "sets the delay of profile realistic, which this run does not measure");
  }
  if (plan.mitigations.empty() && request.repeat) {
    refuse("--repeat", "sets how often mitigations are measured; name one with --try");
  }
  if (plan.mitigations.empty() && request.mitigate_at) {
    refuse("--mitigate-at", "sets where mitigations are measured; name one with --try");
  }
  if (request.perturb && (!plan.mitigations.empty() || plan.ceiling || request.study)) {
    refuse("--perturb",
           "its pauses are in all timings, so that nothing can be recommended or compared; leave "
           "out --try, --study and --ceiling");
  }
  const bool in_background =
      std::ranges::any_of(plan.measurements(), [](const engine::ConfigurationPlan* configuration) {
        return configuration->settings.checkpoint.mode == storage::CheckpointMode::background;
      });
  if (request.wal_cap_frames && !in_background) {
    refuse("--wal-cap", "belongs to --checkpoint background, which this run does not use");
  }
}

void require_profile_possible(const BenchOptions& options) {
  for (const engine::ConfigurationPlan* const each : options.plan.measurements()) {
    if (!options.wall_profile || !each->needs_own_process()) continue;
    refuse("--wall-profile",
           "samples what bench itself does, and another library, or SQLite without memory "
           "statistics, is measured in a process of its own; leave out one of them");
  }
}

/// With PRAGMAs that are options, too, as if these had been given.
BenchRequest without_twins(BenchRequest request) {
  const auto move_to = [&request](std::string_view pragma, auto& list, const auto& usual,
                                  auto value) {
    const auto found = std::ranges::find(request.pragmas, pragma, &Setting::name);
    if (found == request.pragmas.end()) return;
    if (list != usual) {
      refuse("--pragma", fmt::format("{} is set by its option already", pragma));
    }
    engine::ConfigurationPlan plan;
    apply(*found, plan);
    list = {plan.settings.*value};
    request.pragmas.erase(found);
  };
  for (const Setting& each : request.pragmas) {
    if (std::ranges::count(request.pragmas, each.name, &Setting::name) > 1) {
      refuse("--pragma", fmt::format("{} is named twice", each.name));
    }
  }
  const BenchRequest usual;
  move_to("synchronous", request.synchronous, usual.synchronous,
          &storage::ConnectionSettings::synchronous);
  move_to("busy_timeout", request.busy_timeouts, usual.busy_timeouts,
          &storage::ConnectionSettings::busy_timeout);
  return request;
}

}  // namespace

LibraryFacts library_at(const std::filesystem::path& file, std::string_view option,
                        const LibraryLookup& look_up) {
  try {
    return look_up(file);
  } catch (const storage::StorageError& error) {
    refuse(option, error.what());
  }
}

BenchOptions plan_bench(const BenchRequest& given) {
  const BenchRequest wanted = with_stack(without_twins(given), given);
  require_one_workload(wanted.scripts, wanted.given);
  const BenchRequest request = wanted.scripts.scripts.empty() ? wanted : for_scripts(wanted);
  const engine::ApiDelay delay = api_delay(request);
  const storage::Axes axes = effective_axes(request);
  require_background_sensible(request, axes);
  const engine::ConfigurationPlan common = common_plan(request, axes);
  BenchOptions options = request.options;
  engine::RunPlan& plan = options.plan;
  for (const engine::Profile profile : request.profiles) {
    for (const std::int64_t threads : request.threads) {
      require_threads_startable("--threads", at_level(common, {threads, profile}, delay));
      add_settings(request, at_level(common, {threads, profile}, delay), plan.configurations);
    }
  }
  engine::order_fastest_first(plan.configurations);
  plan.mitigations = mitigation_plans(request, common, delay, options.left_out);
  note_exposure(plan);
  engine::name_what_varies(plan);
  plan.seed = common.seed;
  set_limits(request.fail_if, plan);
  require_used(request, plan);
  require_profile_possible(options);
  if (request.study) require_study(plan);
  return options;
}

}  // namespace walbench::tools
