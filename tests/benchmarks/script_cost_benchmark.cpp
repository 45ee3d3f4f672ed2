// What running a script costs: BareSelect and ScriptedSelect look up random accounts of pgbench's
// tables on one connection in one thread. BareSelect is a loop around the prepared statement;
// ScriptedSelect is what `bench --builtin select-only --threads 1` runs. The ratio of their
// selects_per_second is to be 0.9 at least. Run them in turn:
//
//   build/release/self_cost --benchmark_filter=Select
//       --benchmark_repetitions=9 --benchmark_enable_random_interleaving=true

#include <benchmark/benchmark.h>
#include <sqlite3.h>

#include <array>
#include <cstdint>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>

#include "engine/measurement.hpp"
#include "engine/workload/script/builtin_scripts.hpp"
#include "engine/workload/script/script_workload.hpp"
#include "storage/engines/engine.hpp"
#include "storage/sqlite/database_files.hpp"
#include "storage/strategies.hpp"

namespace walbench {
namespace {

constexpr std::int64_t kSelects = 300'000;
constexpr std::int64_t kAccounts = 100'000;

void report_rate(benchmark::State& state, double seconds) {
  state.SetIterationTime(seconds);
  state.counters["selects_per_second"] = benchmark::Counter(static_cast<double>(kSelects) / seconds,
                                                            benchmark::Counter::kAvgIterations);
}

std::shared_ptr<engine::ScriptJob> select_only() {
  const engine::BuiltinScript& script = engine::builtin_script("select-only");
  engine::CompiledScripts compiled = engine::compile_scripts(
      {.files = {{std::string(script.name), std::string(script.text), std::nullopt}},
       .definitions = {},
       .scale = 1,
       .seed = 42});
  auto job = std::make_shared<engine::ScriptJob>();
  job->name = script.name;
  job->set = std::move(compiled.set);
  job->content = engine::pgbench_content(1);
  const std::array scripts = {&script};
  job->checks = engine::pgbench_invariants(scripts, 1);
  return job;
}

void scripted_select(benchmark::State& state) {
  const metrics::SteadyClock clock;
  engine::NobodyFollows observer;
  engine::ConfigurationPlan plan;
  plan.threads = 1;
  plan.files = kSelects;
  plan.strategy = "pooled-connection";
  plan.axes = storage::find_strategy(plan.strategy)->axes;
  plan.scripts = select_only();
  for ([[maybe_unused]] const auto iteration : state) {
    const storage::DatabaseFiles files(std::nullopt);
    const auto open_database = [&](const engine::ConfigurationPlan&) {
      return storage::open_database("sqlite", files.database(), plan.settings,
                                    storage::Instrumentation::counts);
    };
    engine::RunContext context{};
    context.open_database = open_database;
    context.clock = &clock;
    context.observer = &observer;
    report_rate(state, engine::measure_configuration(plan, 0, context).elapsed_seconds());
  }
}

void require(int code, int expected) {
  if (code != expected) throw std::runtime_error(sqlite3_errstr(code));
}

void bare_select(benchmark::State& state) {
  const metrics::SteadyClock clock;
  const storage::DatabaseFiles files(std::nullopt);
  storage::open_database("sqlite", files.database(), {}, storage::Instrumentation::none)
      ->seed(select_only()->content, {});
  sqlite3* db = nullptr;
  require(sqlite3_open_v2(files.database().c_str(), &db,
                          SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr),
          SQLITE_OK);
  sqlite3_stmt* select = nullptr;
  require(sqlite3_prepare_v3(db, "SELECT abalance FROM pgbench_accounts WHERE aid = ?1", -1,
                             SQLITE_PREPARE_PERSISTENT, &select, nullptr),
          SQLITE_OK);
  std::minstd_rand random(42);
  std::uniform_int_distribution<std::int64_t> account(1, kAccounts);
  for ([[maybe_unused]] const auto iteration : state) {
    const std::int64_t started = clock.now_ns();
    for (std::int64_t done = 0; done < kSelects; ++done) {
      sqlite3_bind_int64(select, 1, account(random));
      require(sqlite3_step(select), SQLITE_ROW);
      benchmark::DoNotOptimize(sqlite3_column_int64(select, 0));
      require(sqlite3_step(select), SQLITE_DONE);
      sqlite3_reset(select);
    }
    report_rate(state, static_cast<double>(clock.now_ns() - started) / 1e9);
  }
  sqlite3_finalize(select);
  sqlite3_close(db);
}

BENCHMARK(bare_select)
    ->Name("BareSelect")
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(scripted_select)
    ->Name("ScriptedSelect")
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace walbench
