#include "tools/bench_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <chrono>
#include <limits>
#include <stdexcept>
#include <string_view>

#include "metrics/duration.hpp"
#include "metrics/environment.hpp"
#include "storage/sqlite_database.hpp"
#include "tools/exit_code.hpp"

namespace walbench::tools {
namespace {

constexpr std::int64_t kMostThreads = 1'000;  // more take long to start and to stop
constexpr std::int64_t kMostFiles = 1'000'000'000;
constexpr std::int64_t kUsualWarmup = 100;
constexpr std::int64_t kMostFrames = std::numeric_limits<std::int32_t>::max();
constexpr std::chrono::milliseconds kLongestBusyTimeout(std::numeric_limits<std::int32_t>::max());
constexpr std::chrono::seconds kRealisticDelay(2);
constexpr std::chrono::milliseconds kQuickDelay(50);

constexpr const char* kFooter = R"(
durations: a number and a unit (ns, us, ms, s, min, h), as in 250ms, 2s, 6h

exit codes:
  0    measured, verified and published, and every gate passed
  1    the same, but a gate failed
  2    wrong usage: nothing was done
  3    the run failed: nothing was published; or its tables could not be printed
  130  interrupted (SIGINT): nothing was published; another signal gives 128 + its number

examples:
  bench --threads 10 --profile zero
  bench --threads 1,10,50 --profile zero --strategy shared-connection
  bench --threads 10 --profile realistic --quick
  bench --threads 10 --begin immediate --gate fifo --connection per-worker)";

/// The command line as text, before it means anything.
struct RawOptions {
  std::string threads = "10";
  std::string profile = "zero";
  bool quick = false;
  std::string api_delay;
  std::string files = "818";
  std::string strategy = "per-file";
  std::string connection;
  std::string begin;
  std::string guard;
  std::vector<std::string> gates;
  std::string schema = "bench";
  std::string synchronous = "normal";
  std::string busy_timeout = "5s";
  std::string wal_autocheckpoint = "1000";
  std::optional<std::string> db;
  bool keep_db = false;
  std::string results = "results";
  std::string warmup;
  std::string seed = "42";
  std::string progress = "auto";
  bool quiet = false;
};

std::vector<std::string> strategy_names() {
  std::vector<std::string> names;
  names.reserve(storage::kStrategies.size());
  for (const storage::Strategy& strategy : storage::kStrategies) {
    names.emplace_back(strategy.name);
  }
  return names;
}

using Choice = CLI::IsMember;

void declare_workload(CLI::App& app, RawOptions& raw) {
  app.add_option("--threads", raw.threads,
                 "how many lifecycles at once, each on an OS thread of its own; a list (1,10,50) "
                 "measures one configuration each")
      ->capture_default_str();
  app.add_option("--profile", raw.profile,
                 "the remote API: zero answers at once, realistic takes 2 s a call")
      ->check(Choice({"zero", "realistic"}))
      ->capture_default_str();
  app.add_flag("--quick", raw.quick, "profile realistic with 0.05 s a call");
  app.add_option("--api-delay", raw.api_delay, "profile realistic with this duration a call");
  app.add_option("--files", raw.files, "lifecycles to run")->capture_default_str();
  app.add_option("--warmup", raw.warmup,
                 "lifecycles run before the clock starts, without the API's delay [100, or fewer "
                 "where there are fewer files]");
  app.add_option("--seed", raw.seed, "of everything that is drawn at random: the content hashes")
      ->capture_default_str();
}

void declare_strategy(CLI::App& app, RawOptions& raw) {
  app.add_option("--strategy", raw.strategy,
                 "per-file: a connection for each lifecycle; pooled-connection: one a thread; "
                 "shared-connection: one for all, behind a mutex")
      ->check(Choice(strategy_names()))
      ->capture_default_str();
  app.add_option("--connection", raw.connection, "overrides the strategy's connection")
      ->check(Choice({"per-file", "per-worker", "shared"}));
  app.add_option("--begin", raw.begin, "overrides how its transactions begin")
      ->check(Choice({"deferred", "immediate"}));
  app.add_option("--guard", raw.guard,
                 "overrides its OCC guard: where (state and version), version, or select (read, "
                 "then write)")
      ->check(Choice({"where", "version", "select"}));
  app.add_option("--gate", raw.gates,
                 "overrides how its writers queue: sqlite (busy handler), mutex, or fifo. With a "
                 "value like zero:10:300s, PROFILE:THREADS:MAX, it is a limit instead: a "
                 "configuration that takes longer fails (exit code 1). Repeatable")
      ->allow_extra_args(false);
}

void declare_database(CLI::App& app, RawOptions& raw) {
  app.add_option("--schema", raw.schema,
                 "bench, or production with three more indexes and a trigger")
      ->check(Choice({"bench", "production"}))
      ->capture_default_str();
  app.add_option("--synchronous", raw.synchronous, "PRAGMA synchronous")
      ->check(Choice({"off", "normal", "full"}))
      ->capture_default_str();
  app.add_option("--busy-timeout", raw.busy_timeout,
                 "how long SQLite's busy handler tries; whole milliseconds")
      ->capture_default_str();
  app.add_option("--wal-autocheckpoint", raw.wal_autocheckpoint,
                 "frames in the WAL at which a commit checkpoints; 0: never")
      ->capture_default_str();
  app.add_option("--db", raw.db,
                 "where the database is to be: a file that does not exist yet [a private temporary "
                 "directory]");
  app.add_flag(
      "--keep-db", raw.keep_db,
      "leave the database where it is; otherwise it is removed at the end, also with --db");
}

void declare_output(CLI::App& app, RawOptions& raw) {
  app.add_option("--results", raw.results,
                 "the folder for result files; it must exist, but for the default")
      ->capture_default_str();
  app.add_option("--progress", raw.progress,
                 "a progress bar on stderr for runs of more than a second; auto: where stderr is a "
                 "terminal")
      ->check(Choice({"auto", "always", "never"}))
      ->capture_default_str();
  app.add_flag("--quiet", raw.quiet, "print nothing but errors");
}

[[noreturn]] void refuse(std::string_view option, std::string_view why) {
  throw std::invalid_argument(fmt::format("{}: {}", option, why));
}

template <typename Integer>
Integer whole_number(std::string_view option, std::string_view text, Integer least, Integer most) {
  Integer value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end || value < least || value > most) {
    refuse(option, fmt::format("'{}' is no whole number from {} to {}", text, least, most));
  }
  return value;
}

std::vector<std::int64_t> thread_list(std::string_view text) {
  std::vector<std::int64_t> counts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const auto count =
        whole_number<std::int64_t>("--threads", text.substr(begin, end - begin), 1, kMostThreads);
    if (std::ranges::find(counts, count) != counts.end()) {
      refuse("--threads", fmt::format("{} is there twice", count));
    }
    counts.push_back(count);
    begin = end + 1;
  }
  return counts;
}

std::chrono::nanoseconds duration(std::string_view option, const std::string& text) {
  try {
    return metrics::parse_duration(text);
  } catch (const std::invalid_argument& error) {
    refuse(option, error.what());
  }
}

std::chrono::milliseconds busy_timeout(const std::string& text) {
  const std::chrono::nanoseconds exact = duration("--busy-timeout", text);
  const auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(exact);
  if (whole != exact || whole > kLongestBusyTimeout) {
    refuse("--busy-timeout", fmt::format("'{}' is no whole number of milliseconds up to {}", text,
                                         kLongestBusyTimeout.count()));
  }
  return whole;
}

std::chrono::nanoseconds api_delay(const RawOptions& raw, engine::Profile profile) {
  if (raw.quick && !raw.api_delay.empty()) {
    refuse("--api-delay", "goes without --quick, which stands for --api-delay 50ms");
  }
  if (profile == engine::Profile::zero) {
    if (raw.quick || !raw.api_delay.empty()) {
      refuse(raw.quick ? "--quick" : "--api-delay",
             "sets the delay of profile realistic; add --profile realistic");
    }
    return std::chrono::nanoseconds(0);
  }
  if (raw.quick) return kQuickDelay;
  return raw.api_delay.empty() ? std::chrono::nanoseconds(kRealisticDelay)
                               : duration("--api-delay", raw.api_delay);
}

storage::Axes effective_axes(const RawOptions& raw, const std::string& gate) {
  using storage::BeginAxis;
  using storage::ConnectionAxis;
  using storage::GateAxis;
  using storage::GuardAxis;
  storage::Axes axes = storage::find_strategy(raw.strategy).value_or(storage::Strategy{}).axes;
  const auto choose = [](const std::string& text, auto& axis, auto... values) {
    for (const auto value : {values...}) {
      if (text == storage::axis_name(value)) axis = value;
    }
  };
  choose(raw.connection, axes.connection, ConnectionAxis::per_file, ConnectionAxis::per_worker,
         ConnectionAxis::shared);
  // One connection for all needs a gate; where none was asked for, the usual one.
  if (axes.connection == ConnectionAxis::shared && gate.empty()) axes.gate = GateAxis::mutex;
  choose(raw.begin, axes.begin, BeginAxis::deferred, BeginAxis::immediate);
  choose(raw.guard, axes.guard, GuardAxis::where, GuardAxis::version, GuardAxis::select);
  choose(gate, axes.gate, GateAxis::sqlite, GateAxis::mutex, GateAxis::fifo);
  if (const auto why = storage::contradiction(axes)) throw std::invalid_argument(*why);
  return axes;
}

/// --gate means an axis or a limit; which one, its value tells.
struct GateOptions {
  std::string axis;
  std::vector<metrics::Gate> limits;
};

GateOptions gate_options(const std::vector<std::string>& values) {
  GateOptions options{{}, metrics::standard_gates()};
  for (const std::string& value : values) {
    if (value.find(':') != std::string::npos) {
      options.limits.push_back(metrics::parse_gate(value));
    } else if (value != "sqlite" && value != "mutex" && value != "fifo") {
      refuse("--gate", fmt::format("'{}' is neither a gate (sqlite, mutex, fifo) nor a limit like "
                                   "zero:10:300s",
                                   value));
    } else if (!options.axis.empty()) {
      refuse("--gate", "a run has one gate for its writers; two were named");
    } else {
      options.axis = value;
    }
  }
  return options;
}

engine::ConfigurationPlan configuration_plan(const RawOptions& raw, const storage::Axes& axes) {
  engine::ConfigurationPlan plan;
  plan.profile = raw.profile == "realistic" ? engine::Profile::realistic : engine::Profile::zero;
  plan.api_delay = api_delay(raw, plan.profile);
  plan.axes = axes;
  plan.strategy = storage::describe_strategy(raw.strategy, axes);
  plan.files = whole_number<std::int64_t>("--files", raw.files, 1, kMostFiles);
  plan.warmup_files = raw.warmup.empty()
                          ? std::min(kUsualWarmup, plan.files)
                          : whole_number<std::int64_t>("--warmup", raw.warmup, 0, plan.files);
  plan.schema = raw.schema == "production" ? storage::Schema::production : storage::Schema::bench;
  plan.settings.synchronous = raw.synchronous == "off"    ? storage::Synchronous::off
                              : raw.synchronous == "full" ? storage::Synchronous::full
                                                          : storage::Synchronous::normal;
  plan.settings.busy_timeout = busy_timeout(raw.busy_timeout);
  plan.settings.wal_autocheckpoint_frames =
      whole_number<std::int64_t>("--wal-autocheckpoint", raw.wal_autocheckpoint, 0, kMostFrames);
  plan.seed = whole_number<std::uint64_t>("--seed", raw.seed, 0, UINT64_MAX);
  return plan;
}

BenchOptions checked(const RawOptions& raw) {
  const GateOptions gates = gate_options(raw.gates);
  const engine::ConfigurationPlan common = configuration_plan(raw, effective_axes(raw, gates.axis));
  BenchOptions options;
  for (const std::int64_t threads : thread_list(raw.threads)) {
    options.plan.configurations.push_back(common);
    options.plan.configurations.back().threads = threads;
  }
  engine::order_fastest_first(options.plan.configurations);
  for (const metrics::Gate& gate : gates.limits) {
    const bool concerns_one = std::ranges::any_of(
        options.plan.configurations, [&](const engine::ConfigurationPlan& plan) {
          return plan.threads == gate.threads && engine::profile_name(plan.profile) == gate.profile;
        });
    if (!concerns_one && !gate.name.starts_with("threshold_")) {
      refuse("--gate", fmt::format("'{}' concerns no configuration of this run", gate.name));
    }
  }
  options.plan.gates = gates.limits;
  options.plan.seed = common.seed;
  if (raw.db) options.db = *raw.db;
  options.keep_db = raw.keep_db;
  options.results = raw.results;
  options.progress = raw.progress == "always"  ? ProgressMode::always
                     : raw.progress == "never" ? ProgressMode::never
                                               : ProgressMode::automatic;
  options.quiet = raw.quiet;
  return options;
}

std::string version_text() {
  return fmt::format("bench (walbench) {}, SQLite {}", metrics::walbench_version(),
                     storage::sqlite_version());
}

}  // namespace

std::variant<BenchOptions, ParseEnd> parse_bench_options(
    const std::vector<std::string>& arguments) {
  CLI::App app(
      "Measures what an SQLite state transition costs when many workers write in WAL mode.",
      "bench");
  RawOptions raw;
  declare_workload(app, raw);
  declare_strategy(app, raw);
  declare_database(app, raw);
  declare_output(app, raw);
  app.set_version_flag("--version", version_text());
  app.footer(kFooter);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    BenchOptions options = checked(raw);
    options.results_named = app.count("--results") > 0;
    return options;
  } catch (const CLI::CallForHelp&) {
    return ParseEnd{kDone, app.help()};
  } catch (const CLI::CallForVersion& version) {
    return ParseEnd{kDone, std::string(version.what()) + "\n"};
  } catch (const CLI::ParseError& error) {
    return ParseEnd::wrong_usage("bench", error.what());
  } catch (const std::invalid_argument& error) {
    return ParseEnd::wrong_usage("bench", error.what());
  }
}

}  // namespace walbench::tools
