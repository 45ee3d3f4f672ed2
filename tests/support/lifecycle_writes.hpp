#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "engine/workload/lifecycle/lifecycle.hpp"
#include "engine/workload/lifecycle/transition_write.hpp"
#include "metrics/clock.hpp"
#include "storage/sqlite/strategy/sqlite_database.hpp"
#include "storage/sqlite/strategy/transaction_writer.hpp"
#include "storage/store.hpp"
#include "tests/support/faulty_disk.hpp"

// What tests of the storage write: file lifecycles.

namespace walbench::storage {

using engine::bench_content_hash;
using engine::bench_file_path;
using engine::LifecycleEvent;
using engine::LifecyclePlan;
using engine::LifecycleState;
using engine::Schema;
using engine::schema_name;
using engine::schema_sql;
using engine::state_name;
using engine::TransitionTransaction;
using engine::Verification;

/// A transition by the states that it leads from and to.
struct TransitionWrite {
  std::string_view file_path;
  LifecycleState from = LifecycleState::untracked;
  LifecycleState to = LifecycleState::uploading;
  std::int64_t version = 0;
  std::string_view remote_file_id = {};
  std::string_view remote_file_uri = {};
  std::string_view store_doc_id = {};
  std::string_view error_message = {};

  engine::TransitionWrite event() const {
    const auto step = std::ranges::find_if(engine::kLifecycleSteps, [this](const auto& each) {
      return each.from == from && each.to == to;
    });
    return {file_path,       step->event,  version,      remote_file_id,
            remote_file_uri, store_doc_id, error_message};
  }
};

/// The write that a transaction of the lifecycle stands for.
inline TransitionWrite decode(const Transaction& transaction) {
  const StatementCall& call = transaction.statements.back();
  const engine::LifecycleStep& step = engine::kLifecycleSteps[call.statement];
  TransitionWrite write = {.file_path = transaction.subject,
                           .from = step.from,
                           .to = step.to,
                           .version = std::get<std::int64_t>(call.parameters[1]) - 1};
  std::size_t parameter = 3;
  for (const engine::ColumnWrite& column : step.sets()) {
    if (column.holds == engine::Holds::now || column.holds == engine::Holds::nothing) continue;
    const auto text = std::get<std::string_view>(call.parameters[parameter++]);
    if (column.holds == engine::Holds::remote_file_id) write.remote_file_id = text;
    if (column.holds == engine::Holds::remote_file_uri) write.remote_file_uri = text;
    if (column.holds == engine::Holds::store_doc_id) write.store_doc_id = text;
    if (column.holds == engine::Holds::error_message) write.error_message = text;
  }
  return write;
}

inline std::int64_t changed_bytes(const TransitionWrite& write) {
  return engine::changed_bytes(write.event());
}

inline WriteTimings write(TransactionWriter& writer, const TransitionWrite& write,
                          GuardAxis guard = GuardAxis::where) {
  return writer.write(TransitionTransaction(write.event(), guard).get());
}

/// Through a session of a store that blocks.
inline WriteTimings apply(Session& session, const TransitionWrite& write,
                          GuardAxis guard = GuardAxis::where) {
  const TransitionTransaction transaction(write.event(), guard);
  return session.apply(transaction.get()).await_resume();
}

/// An iteration without an API, as the mock API would have answered.
inline std::unique_ptr<PlainIteration> plain_lifecycle(std::int64_t file,
                                                       GuardAxis guard = GuardAxis::where) {
  const metrics::SteadyClock unused;
  return engine::LifecycleWorkload({.guard = guard}, unused, {}).plain_iteration(file);
}

/// Takes one file all the way through a session of a store that blocks.
inline void live_a_life(Session& session, std::int64_t file, GuardAxis guard = GuardAxis::where) {
  const std::unique_ptr<PlainIteration> life = plain_lifecycle(file, guard);
  for (const Transaction& transaction : life->transactions()) {
    static_cast<void>(session.apply(transaction).await_resume());
  }
}

/// A database of files, with the workload that knows them.
class LifecycleDatabase {
 public:
  LifecycleDatabase(const std::filesystem::path& path, const LifecyclePlan& plan,
                    const ConnectionSettings& settings,
                    Instrumentation instrumentation = Instrumentation::counts)
      : workload_(plan, clock_, {}), database_(path, settings, instrumentation, &disk_) {}

  SqliteDatabase* operator->() { return &database_; }
  const engine::LifecycleWorkload& workload() const { return workload_; }
  /// The disk under it.
  FaultyDisk& disk() { return disk_; }

  void seed(const std::stop_token& stop = {}) { database_.seed(workload_.content(), stop); }
  void reset() { database_.reset(workload_.reset_sql(), {}); }
  Verification verify(const std::stop_token& stop = {}) {
    return workload_.verify(database_, stop);
  }
  std::unique_ptr<Store> open_store(const Axes& axes, std::size_t workers,
                                    const metrics::Clock& clock) {
    return database_.open_store(axes, {workers, &clock, workload_.statements()});
  }

 private:
  metrics::SteadyClock clock_;
  engine::LifecycleWorkload workload_;
  FaultyDisk disk_;
  SqliteDatabase database_;
};

}  // namespace walbench::storage
