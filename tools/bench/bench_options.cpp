#include "tools/bench/bench_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>

#include "metrics/result/environment.hpp"
#include "tools/bench/bench_plan.hpp"
#include "tools/bench/script_options.hpp"
#include "tools/bench/stacks.hpp"
#include "tools/program/options.hpp"

namespace walbench::tools {
namespace {

constexpr const char* kFooter = R"(
Without arguments bench runs the whole study: 818 files at 1, 10 and 50 threads, once with an API
that answers at once and once with one that takes 2 s a call. That takes about an hour, or two
minutes with --quick.

A duration (DUR) is a number and a unit (ns, us, ms, s, min, h), as in 250ms, 2s or 6h.

exit codes:
  0    measured, verified and published, and no figure is past its limit
  1    the same, but a figure is past its limit (threshold_1, threshold_2 or a --fail-if), or a file
       was not indexed because the database was locked
  2    wrong usage: nothing was done
  3    a measurement failed, or the report could not be printed; the others are published
  130  interrupted (SIGINT): what was measured before is published; another signal gives 128 + its
       number

examples:
  bench --threads 10 --profile zero
  bench --quick --try all
  bench --threads 1,2,5,10,20,50 --profile zero --strategy shared-connection
  bench --threads 10,50 --profile zero --strategy group-commit --files 50000 --ceiling
  bench --threads 10000 --profile realistic --quick --strategy group-commit --files 50000
  bench --threads 10 --profile realistic --api-delay lognormal:50ms,0.5 --fail-rate 0.02
  bench --threads 10 --profile zero --fail-if 'lock_wait.p99>5ms')";

constexpr std::int64_t kMostFiles = 1'000'000'000;
constexpr std::int64_t kMostRepeats = 1'000;
constexpr std::int64_t kMostReaders = 1'000;
constexpr double kMostFailures = 0.9;
constexpr std::int64_t kMostInSqlite = std::numeric_limits<std::int32_t>::max();
constexpr std::chrono::milliseconds kShortestInterval(10);

Reader<engine::Profile> profiles() {
  return one_of({engine::Profile::zero, engine::Profile::realistic}, engine::profile_name);
}

Reader<std::int64_t> thread_counts() {
  return whole_numbers<std::int64_t>(1, kMostInFlight);
}

Reader<engine::ApiDelay> api_delays() {
  return {engine::ApiDelay::parse, &engine::ApiDelay::text};
}

/// `10:zero`
Reader<Level> levels() {
  const auto read = [](const std::string& text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos) {
      throw std::invalid_argument(fmt::format("'{}' is not THREADS:PROFILE, as in 10:zero", text));
    }
    return Level{thread_counts().read(text.substr(0, colon)),
                 profiles().read(text.substr(colon + 1))};
  };
  return {read, [](const Level& level) {
            return fmt::format("{}:{}", level.threads, engine::profile_name(level.profile));
          }};
}

Reader<metrics::Limit> limits() {
  return {metrics::parse_limit, &metrics::Limit::name};
}

/// The option that replaces the former --gate with this value, as half a sentence.
std::string instead_of_gate(const std::string& gate) {
  const std::vector<std::string> parts = split_at(gate, ':');
  const bool queue = storage::parse_axis(storage::kQueueAxis, gate).has_value();
  if (queue) return "write --queue " + gate;
  if (parts.size() != 3) return "write --fail-if 'FIGURE{threads=10,profile=zero}>BOUND'";
  const std::vector<std::string> limit = split_at(parts[2], '<');
  const bool percentile = limit.size() == 2;
  return fmt::format("write --fail-if '{}{{threads={},profile={}}}>{}'",
                     percentile ? limit.front() : "elapsed", parts[1], parts[0], limit.back());
}

/// The names of strategies.
Reader<std::string> strategy_names() {
  std::vector<std::pair<std::string, std::string>> names;
  names.reserve(storage::kStrategies.size());
  for (const storage::Strategy& each : storage::kStrategies) {
    names.emplace_back(each.name, each.name);
  }
  return one_of(std::move(names));
}

/// `per-worker, each thread keeps one; ...`: what each row of a table means.
template <typename Rows, typename Help>
std::string explained(const Rows& rows, Help help) {
  std::string text;
  for (const auto& row : rows) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", row.name, std::invoke(help, row));
  }
  return text;
}

template <typename Value>
Reader<Value> axis_values(const storage::Axis<Value>& axis) {
  Reader<Value> reader;
  for (const auto& each : axis.values) {
    reader.choices.emplace_back(each.name);
  }
  reader.completion = Completion::choices;
  reader.show = [](const Value& value) { return storage::axis_name(value); };
  reader.read = [&axis, choices = reader.choices](const std::string& text) {
    if (const auto value = storage::parse_axis(axis, text)) return *value;
    throw std::invalid_argument(
        fmt::format("'{}' is not one of {}", text, fmt::join(choices, ", ")));
  };
  return reader;
}

void add_workload(Options& options, BenchRequest& request) {
  engine::ConfigurationPlan& common = request.common;
  options.section("Workload");
  options.value("--threads", "N,...",
                "how many lifecycles, or clients of scripts, run at once, each on an OS thread of "
                "its own, or, with group "
                "commit, all on a few; one configuration is measured for each N",
                request.threads, lists_of(thread_counts()));
  options.also("-c,--clients");
  options.value("--profile", "NAME,...",
                "how the remote API behaves: zero answers at once, realistic takes 2 s a call",
                request.profiles, lists_of(profiles()));
  options.flag("--quick", "profile realistic takes 0.05 s a call", request.quick);
  options.value("--api-delay", "DUR",
                "profile realistic takes this long a call, or a time drawn for each call: "
                "uniform:a,b, exp:mean, lognormal:median,sigma",
                request.api_delay, api_delays());
  options.value("--fail-rate", "SHARE",
                "share of API calls that fail, 0 to 0.9; the file is then retried",
                common.api_fail_rate, shares(kMostFailures));
  options.value("--files", "N", "lifecycles to run", common.files,
                whole_numbers<std::int64_t>(1, kMostFiles));
  options.value("--readers", "N",
                "how many threads read beside those that write, each on a connection of its own: "
                "scripts that only read; of lifecycles, in one snapshot, how many files are in "
                "which state, and a random file [0]",
                common.readers, whole_numbers<std::int64_t>(0, kMostReaders));
  options.value("--hold-snapshot", "DUR",
                "how long each transaction of a reader stays open after its first row [0s]",
                common.hold_snapshot, durations(std::chrono::nanoseconds(0)));
  options.value("--beside", "CMD",
                "run this shell command during each measurement, {db} standing for the database's "
                "path: a replicator, a backup, a nightly export. It starts with the clock; at the "
                "end it gets SIGTERM, and SIGKILL 2 s later [none]",
                common.beside, texts());
  options.value("--warmup", "N",
                "lifecycles to run before the clock starts, without the API's delay [100, or as "
                "many as there are files]",
                request.warmup, whole_numbers<std::int64_t>(0, kMostFiles));
  options.value("--seed", "N",
                "seed of everything that is drawn at random: content hashes, API delays and "
                "failures",
                common.seed,
                whole_numbers<std::uint64_t>(0, std::numeric_limits<std::uint64_t>::max()));
}

void add_strategy(Options& options, BenchRequest& request) {
  options.section("Strategy");
  options.value("--strategy", "NAME",
                "how transitions are written. " +
                    explained(storage::kStrategies, &storage::Strategy::summary),
                request.strategy, strategy_names());
  storage::for_each_axis([&](const auto& axis) {
    using Value = std::decay_t<decltype(axis.values.front().value)>;
    const bool queue = axis.name == storage::kQueueAxis.name;
    const std::function<void(Value)> change = [&request, &axis, queue](Value value) {
      request.axis_changes.emplace_back(
          [&axis, value](storage::Axes& axes) { axes.*axis.member = value; });
      request.queue_named = request.queue_named || queue;
    };
    options.call("--" + std::string(axis.name), "VALUE",
                 fmt::format("{} (by default as in --strategy). {}", axis.help,
                             explained(axis.values, &storage::AxisValue<Value>::help)),
                 axis_values(axis), change);
  });
}

void add_mitigations(Options& options, BenchRequest& request) {
  options.section("Mitigations");
  options.values("--try", "CHANGE",
                 "measure this change, too, in turn with --strategy as its baseline: strategies "
                 "(NAME,...; reduced-guards brings select-guard with it; all names every one), or "
                 "axes, settings and PRAGMAs that change together (AXIS=VALUE,..., as in "
                 "busy-handler=constant:1ms,synchronous=full; library=FILE and "
                 "memory-statistics=off are among them, too). May be given several times",
                 Takes::one_each_time, request.tries, tries());
  options.values("--mitigation", "CHANGE", "the same as --try", Takes::one_each_time, request.tries,
                 tries());
  options.flag("--shared-connection", "short for --try shared-connection",
               request.shared_connection);
  options.value("--mitigate-at", "THREADS:PROFILE", "where to measure mitigations [10:zero]",
                request.mitigate_at, levels());
  options.value("--repeat", "N",
                "how often to measure each mitigation and its baseline [5 at profile zero, 3 at "
                "realistic]",
                request.repeat, whole_numbers<std::int64_t>(1, kMostRepeats));
  options.flag("--study",
               "end with a report on the three criteria of a study; measures shared-connection if "
               "no mitigation is named",
               request.study);
}

Reader<CheckpointChoice> checkpoint_choices() {
  using storage::CheckpointKind;
  using enum storage::CheckpointMode;
  return one_of<CheckpointChoice>({{"auto", {automatic}},
                                   {"background", {background}},
                                   {"background:passive", {background, CheckpointKind::passive}},
                                   {"background:full", {background, CheckpointKind::full}},
                                   {"background:restart", {background, CheckpointKind::restart}},
                                   {"background:truncate", {background, CheckpointKind::truncate}},
                                   {"off", {off}}});
}

Reader<std::string> stack_names() {
  std::vector<std::pair<std::string, std::string>> names;
  for (const Stack& each : stacks()) {
    names.emplace_back(each.name, each.name);
  }
  return one_of(std::move(names));
}

void add_database(Options& options, BenchRequest& request) {
  using engine::Schema;
  options.section("Database");
  options.value("--as", "STACK",
                "settings as that stack makes them, where no other option sets them, and the "
                "answer in its words: timeout, PRAGMAs, BEGIN, how it waits. " +
                    explained(stacks(), &Stack::summary),
                request.common.as, stack_names());
  options.value("--schema", "NAME", "bench, or production with three more indexes and a trigger",
                request.common.schema,
                one_of({Schema::bench, Schema::production}, engine::schema_name));
  options.value("--synchronous", "LEVEL,...",
                "PRAGMA synchronous: off, normal or full; one configuration is measured for each",
                request.synchronous, lists_of(synchronous_levels()));
  options.value("--busy-timeout", "DUR,...",
                "how long the busy handler tries, in whole milliseconds; one configuration is "
                "measured for each",
                request.busy_timeouts, lists_of(busy_timeouts()));
  options.values("--pragma", "NAME=VALUE",
                 "set this PRAGMA on every connection, and before the database is made. May be "
                 "given several times",
                 Takes::one_each_time, request.pragmas, pragmas());
  options.value("--memory-statistics", "WHETHER",
                "whether SQLite keeps account of the memory that it uses (on, off), which costs a "
                "mutex at each allocation",
                request.common.memory_statistics, on_or_off());
  options.value("--library", "FILE",
                "measure with this libsqlite3, in a process of its own [the one that is installed]",
                request.library, paths());
  options.value("--checkpoint", "WHO",
                "who checkpoints: auto, the commit that fills the WAL; background, a thread on a "
                "connection of its own, without the write lock (passive) or with it (full, "
                "restart, truncate); off, no one [auto; with group commit background, if this "
                "SQLite has no WAL-reset bug; background is passive without that bug, full with "
                "it]",
                request.checkpoint, checkpoint_choices());
  options.value("--wal-autocheckpoint", "FRAMES",
                "frames in the WAL at which a checkpoint is due; 0: never [1000; 125 in the "
                "background]",
                request.checkpoint_frames, whole_numbers<std::int64_t>(0, kMostInSqlite));
  options.value("--wal-cap", "FRAMES",
                "frames in the WAL above which, with --checkpoint background, a commit checkpoints "
                "by itself, so that the WAL can start over [8000]",
                request.wal_cap_frames, whole_numbers<std::int64_t>(1, kMostInSqlite));
  options.value("--dir", "FOLDER",
                "where the databases that are measured lie, in a private folder that is removed at "
                "the end [TMPDIR, or /tmp]",
                request.options.scratch, paths(Completion::folder));
  options.value("--keep-db", "FILE",
                "measure in this file, which must not exist, and keep it: the database as the last "
                "measurement left it",
                request.options.keep_db, paths());
}

void add_output(Options& options, BenchRequest& request) {
  BenchOptions& output = request.options;
  options.section("Measurement and output");
  options.flag("--ceiling",
               "first measure how much one thread can write with the same statements: 1, 256, and "
               "as many transitions per transaction as lifecycles are in flight; then compare "
               "each configuration with that",
               output.plan.ceiling);
  options.value("--perturb", "DUR",
                "let threads pause at random, by --seed and for up to DUR, where a scheduler may "
                "stop them anyway, to see if anything that was acknowledged is lost; not for "
                "timings",
                request.perturb, durations(std::chrono::microseconds(1)));
  options.flag("--anatomy",
               "follow the write lock in time: for how much of each wait others held it, and for "
               "how much it was free. Costs up to a microsecond a transaction",
               request.common.anatomy);
  options.value("--interval", "DUR",
                "while each configuration runs, write a HdrHistogram log beside its results, one "
                "line per interval, so that a stall shows in time",
                output.interval, durations(kShortestInterval));
  options.value("--ack-log", "FILE",
                "write each transition (path, version, state) as it is acknowledged, one line "
                "each, to this new file or pipe; -: to standard output, without the tables. Slows "
                "the run",
                output.ack_log, texts(Completion::file));
  options.value("--results", "FOLDER",
                fmt::format("folder for result files, created if it does not exist [{}]",
                            output.results.string()),
                output.results, paths(Completion::folder));
  options.value("--progress", "WHEN",
                "show a progress bar on stderr in runs of more than a second: always, never, or "
                "auto, if stderr is a terminal",
                output.progress,
                one_of<ProgressMode>({{"auto", ProgressMode::automatic},
                                      {"always", ProgressMode::always},
                                      {"never", ProgressMode::never}}));
  options.values("--fail-if", "LIMIT",
                 "exit with 1 if a figure is past this limit, as in 'p99{threads=10}>5ms', "
                 "'elapsed{threads=10,profile=zero}>300s' or 'transitions_per_second<9000'. May be "
                 "given several times",
                 Takes::one_each_time, request.fail_if, limits());
  options.moved("--gate", instead_of_gate);
  options.flag("--details", "print every configuration in full, even if there are several",
               output.details);
  options.flag("--wall-profile",
               "sample what all threads do by wall-clock time, waiting included, save the profile "
               "beside the results, and print its top 20 functions. Slows the run",
               output.wall_profile);
  options.flag("--quiet", "print nothing but errors", output.quiet);
}

}  // namespace

std::variant<BenchOptions, ParseEnd> parse_bench_options(const std::vector<std::string>& arguments,
                                                         const LibraryLookup& look_up) {
  BenchRequest request;
  request.look_up = look_up;
  Options options(
      {.name = "bench",
       .purpose = "Measures what an SQLite state transition costs when many workers "
                  "write in WAL mode.",
       .usage = "[OPTION]...",
       .version = fmt::format("bench (walbench) {}, SQLite {}", metrics::walbench_version(),
                              loaded_library_facts().engine.version),
       .footer = kFooter});
  add_workload(options, request);
  add_scripts(options, request.scripts);
  add_strategy(options, request);
  add_mitigations(options, request);
  add_database(options, request);
  add_output(options, request);
  if (const auto end = options.parse(arguments, &request.given)) return *end;
  try {
    request.options.library = request.library ? library_at(*request.library, "--library", look_up)
                                              : loaded_library_facts();
    request.common.library = request.options.library.planned();
    return plan_bench(request);
  } catch (const std::invalid_argument& error) {
    return options.refusal(error.what());
  }
}

}  // namespace walbench::tools
