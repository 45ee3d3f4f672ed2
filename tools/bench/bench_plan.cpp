#include "tools/bench/bench_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>
#include <set>
#include <stdexcept>
#include <string_view>

#include "metrics/duration.hpp"
#include "storage/strategies.hpp"
#include "tools/bench/strategy_plan.hpp"
#include "tools/program/argument_values.hpp"

namespace walbench::tools {
namespace {

constexpr std::int64_t kMostThreads = 1'000;     // more take long to start and to stop
constexpr std::int64_t kMostInFlight = 100'000;  // where they share threads: some KB each
constexpr std::int64_t kMostFiles = 1'000'000'000;
constexpr std::int64_t kMostRepeats = 1'000;
constexpr std::int64_t kUsualWarmup = 100;
constexpr std::int64_t kZeroRepeats = 5;
constexpr std::int64_t kRealisticRepeats = 3;
constexpr double kMostFailures = 0.9;
constexpr std::chrono::milliseconds kLongestBusyTimeout(std::numeric_limits<std::int32_t>::max());
constexpr std::chrono::seconds kRealisticDelay(2);
constexpr std::chrono::milliseconds kQuickDelay(50);

engine::Profile profile_of(std::string_view option, std::string_view name) {
  for (const engine::Profile profile : {engine::Profile::zero, engine::Profile::realistic}) {
    if (name == engine::profile_name(profile)) return profile;
  }
  refuse(option, fmt::format("'{}' is no profile; choose zero or realistic", name));
}

/// Lifecycles in flight: threads too, unless a strategy lets them share.
std::int64_t thread_count(std::string_view option, std::string_view text) {
  return whole_number<std::int64_t>(option, text, 1, kMostInFlight);
}

std::vector<std::int64_t> thread_counts(std::string_view text) {
  std::vector<std::int64_t> counts;
  for (const std::string& part : list_of("--threads", text)) {
    counts.push_back(thread_count("--threads", part));
    if (std::ranges::count(counts, counts.back()) > 1) {
      refuse("--threads", fmt::format("{} is there twice", counts.back()));
    }
  }
  return counts;
}

void require_threads_startable(std::string_view option, const engine::ConfigurationPlan& plan) {
  if (plan.axes.commit.is_group() || plan.threads <= kMostThreads) return;
  refuse(option, fmt::format("{} blocks an OS thread for each lifecycle, and {} of them are more "
                             "than the {} that are sensible to start; --strategy group-commit "
                             "has that many in flight on a few threads",
                             plan.strategy, plan.threads, kMostThreads));
}

std::chrono::milliseconds busy_timeout(const std::string& text) {
  const std::chrono::nanoseconds exact =
      parsed("--busy-timeout", [&] { return metrics::parse_duration(text); });
  const auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(exact);
  if (whole != exact || whole > kLongestBusyTimeout) {
    refuse("--busy-timeout", fmt::format("'{}' is no whole number of milliseconds up to {}", text,
                                         kLongestBusyTimeout.count()));
  }
  return whole;
}

std::chrono::nanoseconds log_interval(const std::string& text) {
  constexpr std::chrono::milliseconds kShortest(10);
  const std::chrono::nanoseconds interval =
      parsed("--interval", [&] { return metrics::parse_duration(text); });
  if (interval < kShortest) refuse("--interval", fmt::format("'{}' is shorter than 10ms", text));
  return interval;
}

/// Of profile realistic.
engine::ApiDelay api_delay(const BenchArguments& arguments) {
  if (arguments.quick && arguments.api_delay) {
    refuse("--api-delay", "goes without --quick, which stands for --api-delay 50ms");
  }
  if (arguments.quick) return engine::ApiDelay(kQuickDelay);
  if (!arguments.api_delay) return engine::ApiDelay(kRealisticDelay);
  return parsed("--api-delay", [&] { return engine::ApiDelay::parse(*arguments.api_delay); });
}

double fail_rate(const std::string& text) {
  double rate = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, rate, std::chars_format::fixed);
  if (error != std::errc() || rest != end || std::isnan(rate) || rate < 0 || rate > kMostFailures) {
    refuse("--fail-rate", fmt::format("'{}' is no share from 0 to {}", text, kMostFailures));
  }
  return rate;
}

/// What all configurations have in common.
engine::ConfigurationPlan common_plan(const BenchArguments& arguments, const storage::Axes& axes) {
  engine::ConfigurationPlan plan;
  plan.api_fail_rate = fail_rate(arguments.fail_rate);
  plan.axes = axes;
  plan.strategy = storage::describe_strategy(arguments.strategy, axes);
  plan.files = whole_number<std::int64_t>("--files", arguments.files, 1, kMostFiles);
  plan.warmup_files =
      !arguments.warmup ? std::min(kUsualWarmup, plan.files)
                        : whole_number<std::int64_t>("--warmup", *arguments.warmup, 0, plan.files);
  plan.schema =
      arguments.schema == "production" ? storage::Schema::production : storage::Schema::bench;
  plan.settings.synchronous = arguments.synchronous == "off"    ? storage::Synchronous::off
                              : arguments.synchronous == "full" ? storage::Synchronous::full
                                                                : storage::Synchronous::normal;
  plan.settings.busy_timeout = busy_timeout(arguments.busy_timeout);
  plan.anatomy = arguments.anatomy;
  plan.settings.checkpoint = checkpoint_plan(arguments, axes);
  plan.seed = whole_number<std::uint64_t>("--seed", arguments.seed, 0, UINT64_MAX);
  return plan;
}

engine::ConfigurationPlan at_level(engine::ConfigurationPlan plan, std::int64_t threads,
                                   engine::Profile profile, const engine::ApiDelay& delay) {
  plan.threads = threads;
  plan.profile = profile;
  plan.api_delay = profile == engine::Profile::realistic ? delay : engine::ApiDelay();
  return plan;
}

/// The mitigations that were named, and their companions, in the order of the table.
std::vector<storage::Strategy> named_mitigations(const BenchArguments& arguments) {
  std::vector<std::string> names;
  if (arguments.mitigations) names = list_of("--mitigation", *arguments.mitigations);
  if (arguments.shared_connection || (arguments.study && names.empty())) {
    names.emplace_back("shared-connection");
  }
  const bool all = std::ranges::find(names, "all") != names.end();
  if (names.size() > 1 && all) refuse("--mitigation", "all names every one; leave out the others");
  std::set<std::string_view> wanted;
  for (const std::string& name : names) {
    const auto found = storage::find_strategy(name);
    if (!found && !all) {
      refuse("--mitigation", fmt::format("'{}' is not a mitigation; --help lists them", name));
    }
    if (found) wanted.insert({found->name, found->companion});
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
          .description = std::string(strategy.description),
          .cost = std::string(strategy.cost),
          .risk = std::string(strategy.risk),
          .effort = strategy.effort,
          .recommendable = strategy.recommendable};
}

/// `10:zero`
struct Level {
  std::int64_t threads = 0;
  engine::Profile profile = engine::Profile::zero;
};

Level mitigation_level(const std::string& text) {
  constexpr const char* kOption = "--mitigate-at";
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || text.starts_with("zero") || text.starts_with("realistic")) {
    refuse(kOption, fmt::format("'{}' is not THREADS:PROFILE, as in 10:zero", text));
  }
  return {thread_count(kOption, std::string_view(text).substr(0, colon)),
          profile_of(kOption, std::string_view(text).substr(colon + 1))};
}

std::vector<engine::MitigationPlan> mitigation_plans(const BenchArguments& arguments,
                                                     const engine::ConfigurationPlan& common,
                                                     const engine::ApiDelay& delay) {
  const Level level = mitigation_level(arguments.mitigate_at.value_or("10:zero"));
  const engine::ConfigurationPlan baseline = at_level(common, level.threads, level.profile, delay);
  const std::int64_t usual =
      level.profile == engine::Profile::zero ? kZeroRepeats : kRealisticRepeats;
  const std::int64_t repeats =
      !arguments.repeat
          ? usual
          : whole_number<std::int64_t>("--repeat", *arguments.repeat, 1, kMostRepeats);
  std::vector<engine::MitigationPlan> plans;
  bool named_baseline = false;
  for (const storage::Strategy& each : named_mitigations(arguments)) {
    if (each.axes == baseline.axes) {
      named_baseline = true;
      continue;
    }
    engine::ConfigurationPlan mitigation = baseline;
    mitigation.axes = each.axes;
    mitigation.settings.checkpoint = checkpoint_plan(arguments, each.axes);
    mitigation.strategy = each.name;
    require_threads_startable("--mitigate-at", baseline);
    require_threads_startable("--mitigate-at", mitigation);
    plans.push_back({info_of(each), baseline, mitigation, repeats});
  }
  if (plans.empty() && named_baseline) {
    refuse("--mitigation", fmt::format("{} is the baseline itself", baseline.strategy));
  }
  return plans;
}

bool has_segment(const engine::ConfigurationPlan& plan, metrics::Segment segment) {
  switch (segment) {
    case metrics::Segment::statement:
      return plan.axes.begin == storage::BeginAxis::immediate && !plan.axes.commit.is_group();
    case metrics::Segment::connect:
      return plan.axes.connection == storage::ConnectionAxis::per_file;
    case metrics::Segment::attempt:
    case metrics::Segment::failed_attempt: return plan.api_fail_rate > 0;
    default: return true;
  }
}

/// Whether some measurement has what the gate limits.
bool measures(const engine::RunPlan& plan, const metrics::Gate& gate) {
  return std::ranges::any_of(
      plan.measurements(), [&](const engine::ConfigurationPlan* configuration) {
        return configuration->threads == gate.threads &&
               engine::profile_name(configuration->profile) == gate.profile &&
               (!gate.statistic || has_segment(*configuration, gate.statistic->segment));
      });
}

void require_used(const BenchArguments& arguments, const engine::RunPlan& plan) {
  const bool realistic =
      std::ranges::any_of(plan.measurements(), [](const engine::ConfigurationPlan* configuration) {
        return configuration->profile == engine::Profile::realistic;
      });
  if (!realistic && (arguments.quick || arguments.api_delay)) {
    refuse(arguments.quick ? "--quick" : "--api-delay",
           "sets the delay of profile realistic, which this run does not measure");
  }
  if (plan.mitigations.empty() && arguments.repeat) {
    refuse("--repeat", "says how often to measure mitigations; name one with --mitigation");
  }
  if (plan.mitigations.empty() && arguments.mitigate_at) {
    refuse("--mitigate-at", "says where to measure mitigations; name one with --mitigation");
  }
  const bool in_background =
      std::ranges::any_of(plan.measurements(), [](const engine::ConfigurationPlan* configuration) {
        return configuration->settings.checkpoint.mode == storage::CheckpointMode::background;
      });
  if (arguments.wal_cap && !in_background) {
    refuse("--wal-cap", "is about --checkpoint background, which this run does not use");
  }
  for (const metrics::Gate& gate : plan.gates) {
    if (gate.name.starts_with("threshold_")) continue;
    if (!measures(plan, gate)) {
      refuse("--gate", fmt::format("'{}' concerns no configuration of this run", gate.name));
    }
  }
}

void require_study(const engine::RunPlan& plan) {
  for (const metrics::Gate& gate : metrics::standard_gates()) {
    const bool covered = std::ranges::any_of(
        plan.configurations, [&](const engine::ConfigurationPlan& configuration) {
          return configuration.threads == gate.threads &&
                 engine::profile_name(configuration.profile) == gate.profile;
        });
    if (!covered) {
      refuse("--study", fmt::format("{} is about {} threads and profile {}; --threads and "
                                    "--profile must include them",
                                    gate.name, gate.threads, gate.profile));
    }
  }
}

ProgressMode progress_mode(const std::string& text) {
  if (text == "always") return ProgressMode::always;
  return text == "never" ? ProgressMode::never : ProgressMode::automatic;
}

}  // namespace

BenchOptions plan_bench(const BenchArguments& arguments) {
  const engine::ApiDelay delay = api_delay(arguments);
  const storage::Axes axes = effective_axes(arguments);
  require_background_sensible(arguments, axes);
  const engine::ConfigurationPlan common = common_plan(arguments, axes);
  BenchOptions options;
  engine::RunPlan& plan = options.plan;
  for (const std::string& profile : list_of("--profile", arguments.profile)) {
    for (const std::int64_t threads : thread_counts(arguments.threads)) {
      plan.configurations.push_back(
          at_level(common, threads, profile_of("--profile", profile), delay));
      require_threads_startable("--threads", plan.configurations.back());
    }
  }
  engine::order_fastest_first(plan.configurations);
  plan.mitigations = mitigation_plans(arguments, common, delay);
  plan.gates = gates_of(arguments.gates);
  plan.seed = common.seed;
  plan.ceiling = arguments.ceiling;
  require_used(arguments, plan);
  if (arguments.study) require_study(plan);

  if (arguments.db) options.db = *arguments.db;
  options.keep_db = arguments.keep_db;
  options.ack_log = arguments.ack_log;
  if (arguments.interval) options.interval = log_interval(*arguments.interval);
  options.results = arguments.results;
  options.results_named = arguments.results_named;
  options.progress = progress_mode(arguments.progress);
  options.details = arguments.details;
  options.wall_profile = arguments.wall_profile;
  options.quiet = arguments.quiet;
  return options;
}

}  // namespace walbench::tools
