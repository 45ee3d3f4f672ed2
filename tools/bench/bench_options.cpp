#include "tools/bench/bench_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <stdexcept>

#include "metrics/result/environment.hpp"
#include "storage/sqlite/sqlite_database.hpp"
#include "storage/strategies.hpp"
#include "tools/bench/bench_plan.hpp"
#include "tools/program/exit_code.hpp"

namespace walbench::tools {
namespace {

constexpr const char* kFooter = R"(
without arguments: the whole study, 818 files at 1, 10 and 50 threads, with an API that answers at
once and with one that takes 2 s a call; about an hour. With --quick it takes two minutes.

durations: a number and a unit (ns, us, ms, s, min, h), as in 250ms, 2s, 6h

exit codes:
  0    measured, verified and published, and every gate passed
  1    the same, but a gate failed
  2    wrong usage: nothing was done
  3    the run failed: nothing was published; or its tables could not be printed
  130  interrupted (SIGINT): nothing was published; another signal gives 128 + its number

examples:
  bench --threads 10 --profile zero
  bench --quick --mitigation all
  bench --threads 1,2,5,10,20,50 --profile zero --strategy shared-connection
  bench --threads 10,50 --profile zero --strategy group-commit --files 50000 --ceiling
  bench --threads 10000 --profile realistic --quick --strategy group-commit --files 50000
  bench --threads 10 --profile realistic --api-delay lognormal:50ms,0.5 --fail-rate 0.02
  bench --threads 10 --profile zero --gate 'zero:10:lock_wait.p99<5ms')";

std::vector<std::string> strategy_names() {
  std::vector<std::string> names;
  names.reserve(storage::kStrategies.size());
  for (const storage::Strategy& strategy : storage::kStrategies) {
    names.emplace_back(strategy.name);
  }
  return names;
}

using Choice = CLI::IsMember;

void declare_workload(CLI::App& app, BenchArguments& raw) {
  app.add_option(
         "--threads", raw.threads,
         "how many lifecycles at once, each on an OS thread of its own, or, with group commit, all "
         "on a few; a list measures one configuration each")
      ->capture_default_str();
  app.add_option("--profile", raw.profile,
                 "the remote API: zero answers at once, realistic takes 2 s a call; or both")
      ->capture_default_str();
  app.add_flag("--quick", raw.quick, "profile realistic with 0.05 s a call");
  app.add_option("--api-delay", raw.api_delay,
                 "profile realistic with this duration a call, or with one drawn for each call: "
                 "uniform:a,b, exp:mean, lognormal:median,sigma");
  app.add_option("--fail-rate", raw.fail_rate,
                 "share of API calls that fail, 0 to 0.9; the file is then retried")
      ->capture_default_str();
  app.add_option("--files", raw.files, "lifecycles to run")->capture_default_str();
  app.add_option("--warmup", raw.warmup,
                 "lifecycles run before the clock starts, without the API's delay [100, or fewer "
                 "where there are fewer files]");
  app.add_option("--seed", raw.seed,
                 "of everything that is drawn at random: content hashes, API delays and failures")
      ->capture_default_str();
}

void declare_strategy(CLI::App& app, BenchArguments& raw) {
  app.add_option(
         "--strategy", raw.strategy,
         "per-file: a connection for each lifecycle; pooled-connection: one a thread; "
         "shared-connection: one for all, behind a mutex; reduced-guards: per-file, guarded "
         "by version alone; fair-queue: pooled, writers queue in order; batch: shared, a "
         "commit every 10 transitions; group-commit: one committer writes for all, what is queued "
         "in one transaction")
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
  app.add_option("--commit", raw.commit,
                 "overrides when it commits: each transition; batch:N, every N transitions, "
                 "acknowledging them before; or group, all that is queued, acknowledging it after");
  app.add_option("--queue", raw.queue,
                 "overrides how its writers queue: sqlite (its busy handler), mutex, or fifo")
      ->check(Choice({"sqlite", "mutex", "fifo"}));
  app.add_option("--gate", raw.gates,
                 "a limit, like zero:10:300s, PROFILE:THREADS:MAX, or 'zero:10:lock_wait.p99<5ms': "
                 "a configuration above it fails (exit code 1). Repeatable")
      ->allow_extra_args(false);
}

void declare_mitigations(CLI::App& app, BenchArguments& raw) {
  std::string names;
  for (const storage::Strategy& each : storage::kStrategies) {
    if (each.effort > 0) names += std::string(each.name) + ", ";
  }
  app.add_option(
      "--mitigation", raw.mitigations,
      "then measure these against the strategy, in turn with it: " + names + "or all; a list");
  app.add_flag("--shared-connection", raw.shared_connection,
               "the same as --mitigation shared-connection");
  app.add_option("--mitigate-at", raw.mitigate_at,
                 "where to measure mitigations: THREADS:PROFILE [10:zero]");
  app.add_option("--repeat", raw.repeat,
                 "how often to measure each mitigation and its baseline [5 at profile zero, 3 at "
                 "realistic]");
  app.add_flag("--study", raw.study,
               "end with a report on the three criteria of a study; measures shared-connection "
               "where no mitigation is named");
}

void declare_database(CLI::App& app, BenchArguments& raw) {
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
  app.add_option(
      "--wal-autocheckpoint", raw.wal_autocheckpoint,
      "frames in the WAL at which a checkpoint is due; 0: never [1000; in the background "
      "125]");
  app.add_option("--checkpoint", raw.checkpoint,
                 "who makes it: auto, the commit that got there; background, a thread on a "
                 "connection of its own; off, nobody [background with group commit, else auto]")
      ->check(Choice({"auto", "background", "off"}));
  app.add_option(
      "--wal-cap", raw.wal_cap,
      "frames in the WAL above which, with --checkpoint background, a commit checkpoints "
      "itself, so that the WAL can start over [8000]");
  app.add_option("--db", raw.db,
                 "where the database is to be: a file that does not exist yet [a private temporary "
                 "directory]");
  app.add_flag(
      "--keep-db", raw.keep_db,
      "leave the database where it is; otherwise it is removed at the end, also with --db");
}

void declare_output(CLI::App& app, BenchArguments& raw) {
  app.add_flag("--ceiling", raw.ceiling,
               "measure first what one thread can write with these statements, 1, 256 and as many "
               "transitions in a transaction as lifecycles are in flight, and hold each "
               "configuration against it");
  app.add_option(
      "--interval", raw.interval,
      "while each configuration runs, write a HdrHistogram log beside its results with a "
      "line for each interval of that length, so that a stall shows in time");
  app.add_flag(
      "--anatomy", raw.anatomy,
      "follow the write lock in time: how much of each wait it was held by others, and how "
      "much it was free. Costs up to a microsecond a transaction");
  app.add_option("--ack-log", raw.ack_log,
                 "write down each transition as it is acknowledged, a line each (path, version, "
                 "state), to this new file or pipe; -: to standard output, without the tables. "
                 "Slows the run");
  app.add_option("--results", raw.results,
                 "the folder for result files; it must exist, but for the default")
      ->capture_default_str();
  app.add_option("--progress", raw.progress,
                 "a progress bar on stderr for runs of more than a second; auto: where stderr is a "
                 "terminal")
      ->check(Choice({"auto", "always", "never"}))
      ->capture_default_str();
  app.add_flag("--details", raw.details,
               "print every configuration in full, also where there are several");
  app.add_flag(
      "--wall-profile", raw.wall_profile,
      "sample where all threads are by wall-clock time, waiting included, save the profile "
      "beside the results, and print its top 20 functions. Sampling slows what it samples");
  app.add_flag("--quiet", raw.quiet, "print nothing but errors");
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
  BenchArguments raw;
  declare_workload(app, raw);
  declare_strategy(app, raw);
  declare_mitigations(app, raw);
  declare_database(app, raw);
  declare_output(app, raw);
  app.set_version_flag("--version", version_text());
  app.footer(kFooter);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    raw.results_named = app.count("--results") > 0;
    return plan_bench(raw);
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
