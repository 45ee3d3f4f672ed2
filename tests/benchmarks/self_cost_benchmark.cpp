// What measuring costs.
//
// BareLoop and Instrumented do the same to a fresh database each: the same statements, prepared
// once, on one connection, one thread. BareLoop knows nothing of lifecycles, clocks or queues;
// Instrumented is what `bench --threads 1 --strategy pooled-connection` runs. Their
// files_per_second are the comparison: instrumented by bare is to be 0.95 at least. Run them in
// turn:
//
//   build/release/self_cost --benchmark_filter='BareLoop|Instrumented'
//       --benchmark_repetitions=9 --benchmark_enable_random_interleaving=true
//
// SharedUninstrumented, SharedCounted and SharedAnatomy measure the same, `shared-connection` with
// ten threads, and differ in how closely the database is looked at: not at all; as every run of
// `bench` does, which counts what SQLite does to its files; as `--anatomy` does, which follows the
// write lock in time besides. Nobody sleeps in a busy handler there, so nothing hides what looking
// costs. The ratios of their files_per_second are to be 1 but for the noise:
//
//   build/release/self_cost --benchmark_filter=Shared
//       --benchmark_repetitions=15 --benchmark_enable_random_interleaving=true
//
// All run without checkpoints, whose syncs would drown what is compared.

#include <benchmark/benchmark.h>
#include <sqlite3.h>

#include <array>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "engine/measurement.hpp"
#include "engine/workload/lifecycle/lifecycle.hpp"
#include "metrics/clock.hpp"
#include "metrics/histogram/histogram.hpp"
#include "metrics/recording/timing_queue.hpp"
#include "storage/engines/engine.hpp"
#include "storage/sqlite/database_files.hpp"
#include "storage/sqlite/timestamp.hpp"
#include "storage/strategies.hpp"

namespace walbench {
namespace {

constexpr std::int64_t kFiles = 5000;

storage::ConnectionSettings without_checkpoints() {
  storage::ConnectionSettings settings;
  settings.checkpoint.mode = storage::CheckpointMode::off;
  return settings;
}

void require(bool fine, const char* what) {
  if (!fine) throw std::runtime_error(what);
}

/// The statements of a lifecycle, against the C interface alone.
class BareWriter {
 public:
  explicit BareWriter(const std::string& path) {
    require(sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                            nullptr) == SQLITE_OK,
            "open");
    sqlite3_exec(db_, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL", nullptr, nullptr,
                 nullptr);
    sqlite3_wal_autocheckpoint(db_, 0);
    begin_ = prepare("BEGIN");
    commit_ = prepare("COMMIT");
    updates_ = {
        prepare("UPDATE files SET gemini_state='uploading', gemini_state_updated_at=?1, version=?2 "
                "WHERE file_path=?3 AND gemini_state='untracked' AND version=?4"),
        prepare("UPDATE files SET gemini_state='processing', gemini_file_id=?5, "
                "gemini_file_uri=?6, upload_timestamp=?1, gemini_state_updated_at=?1, version=?2 "
                "WHERE file_path=?3 AND gemini_state='uploading' AND version=?4"),
        prepare("UPDATE files SET gemini_state='indexed', gemini_store_doc_id=?5, "
                "gemini_state_updated_at=?1, version=?2 "
                "WHERE file_path=?3 AND gemini_state='processing' AND version=?4")};
  }
  BareWriter(const BareWriter&) = delete;
  BareWriter& operator=(const BareWriter&) = delete;
  ~BareWriter() {
    sqlite3_finalize(begin_);
    sqlite3_finalize(commit_);
    for (sqlite3_stmt* const update : updates_) {
      sqlite3_finalize(update);
    }
    sqlite3_close(db_);
  }

  void write_file(const std::string& path) {
    std::string flat = path;
    for (char& c : flat) {
      if (c == '/') c = '_';
    }
    const std::string name = "files/mock_" + flat;
    const std::string uri = "uri://mock_" + flat;
    const std::string document = "doc_" + name;
    write(0, path, {}, {});
    write(1, path, name, uri);
    write(2, path, document, {});
  }

 private:
  sqlite3_stmt* prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    require(sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) ==
                SQLITE_OK,
            sql);
    return statement;
  }

  static void run(sqlite3_stmt* statement) {
    require(sqlite3_step(statement) == SQLITE_DONE, sqlite3_sql(statement));
    sqlite3_reset(statement);
  }

  static void bind(sqlite3_stmt* statement, int position, const std::string& text) {
    sqlite3_bind_text(statement, position, text.data(), static_cast<int>(text.size()),
                      SQLITE_STATIC);
  }

  void write(std::size_t step, const std::string& path, const std::string& first,
             const std::string& second) {
    run(begin_);
    const storage::TimestampText now = storage::timestamp_now();
    sqlite3_stmt* const update = updates_[step];
    sqlite3_bind_text(update, 1, now.data(), static_cast<int>(now.size()) - 1, SQLITE_STATIC);
    sqlite3_bind_int64(update, 2, static_cast<std::int64_t>(step) + 1);
    bind(update, 3, path);
    sqlite3_bind_int64(update, 4, static_cast<std::int64_t>(step));
    if (step > 0) bind(update, 5, first);
    if (step == 1) bind(update, 6, second);
    run(update);
    require(sqlite3_changes(db_) == 1, "a row was not updated");
    run(commit_);
  }

  sqlite3* db_ = nullptr;
  sqlite3_stmt* begin_ = nullptr;
  sqlite3_stmt* commit_ = nullptr;
  std::array<sqlite3_stmt*, 3> updates_{};
};

void report_rate(benchmark::State& state, double seconds) {
  state.SetIterationTime(seconds);
  state.counters["files_per_second"] =
      benchmark::Counter(static_cast<double>(kFiles) / seconds, benchmark::Counter::kAvgIterations);
}

void bare_loop(benchmark::State& state) {
  const metrics::SteadyClock clock;
  for ([[maybe_unused]] const auto iteration : state) {
    const storage::DatabaseFiles files(std::nullopt);
    const engine::LifecycleWorkload workload({.files = kFiles, .seed = 42}, clock, {});
    storage::open_database("sqlite", files.database(), without_checkpoints(),
                           storage::Instrumentation::counts)
        ->seed(workload.content(), {});
    BareWriter writer(files.database().string());
    const std::int64_t started = clock.now_ns();
    for (std::int64_t file = 0; file < kFiles; ++file) {
      writer.write_file(engine::bench_file_path(file));
    }
    report_rate(state, static_cast<double>(clock.now_ns() - started) / 1e9);
  }
}

/// Measures a strategy as `bench` does, with the database looked at that closely.
void measure(benchmark::State& state, std::string_view strategy, std::int64_t threads,
             storage::Instrumentation instrumentation) {
  const metrics::SteadyClock clock;
  engine::NobodyFollows observer;
  engine::ConfigurationPlan plan;
  plan.threads = threads;
  plan.files = kFiles;
  plan.axes = storage::find_strategy(strategy)->axes;
  plan.strategy = strategy;
  plan.settings = without_checkpoints();
  plan.anatomy = instrumentation == storage::Instrumentation::anatomy;
  for ([[maybe_unused]] const auto iteration : state) {
    const storage::DatabaseFiles files(std::nullopt);
    const auto open_database = [&](const engine::ConfigurationPlan&) {
      return storage::open_database("sqlite", files.database(), plan.settings, instrumentation);
    };
    const metrics::ConfigurationResult result =
        engine::measure_configuration(plan, 0, {open_database, &clock, &observer, {}});
    report_rate(state, result.elapsed_seconds());
  }
}

void instrumented(benchmark::State& state) {
  measure(state, "pooled-connection", 1, storage::Instrumentation::counts);
}

void shared(benchmark::State& state, storage::Instrumentation instrumentation) {
  constexpr std::int64_t kThreads = 10;
  measure(state, "shared-connection", kThreads, instrumentation);
}

void clock_read(benchmark::State& state) {
  const metrics::SteadyClock clock;
  for ([[maybe_unused]] const auto iteration : state) {
    benchmark::DoNotOptimize(clock.now_ns());
  }
}

void enqueue(benchmark::State& state) {
  metrics::TimingQueue queue(1);
  std::vector<metrics::TimingRecord> drained(1024);
  const metrics::TimingRecord record;
  std::size_t waiting = 0;
  for ([[maybe_unused]] const auto iteration : state) {
    queue.producer(0).enqueue(record);
    if (++waiting == drained.size()) {
      state.PauseTiming();
      waiting -= queue.drain(drained);
      state.ResumeTiming();
    }
  }
}

void histogram_record(benchmark::State& state) {
  metrics::Histogram histogram;
  std::uint64_t value = 1;
  for ([[maybe_unused]] const auto iteration : state) {
    value = value * 6364136223846793005U + 1442695040888963407U;  // spread over the buckets
    benchmark::DoNotOptimize(histogram.record(static_cast<std::int64_t>(value >> 24U)));
  }
}

BENCHMARK(bare_loop)
    ->Name("BareLoop")
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(instrumented)
    ->Name("Instrumented")
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(shared, none, storage::Instrumentation::none)
    ->Name("SharedUninstrumented")
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(shared, counts, storage::Instrumentation::counts)
    ->Name("SharedCounted")
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(shared, anatomy, storage::Instrumentation::anatomy)
    ->Name("SharedAnatomy")
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(clock_read)->Name("ClockRead");
BENCHMARK(enqueue)->Name("Enqueue");
BENCHMARK(histogram_record)->Name("HistogramRecord");

}  // namespace
}  // namespace walbench

BENCHMARK_MAIN();
