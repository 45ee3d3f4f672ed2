#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "engine/measurement.hpp"
#include "engine/workload/workload.hpp"
#include "storage/database.hpp"
#include "tests/support/lifecycle_writes.hpp"

namespace walbench::test_support {

/// What happened, line by line, in the order it happened. Thread safe.
class Script {
 public:
  void add(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
  }
  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

/// How the fakes below behave. Set it before the threads start; the functions are called from the
/// thread that does the thing they are named after, and may throw.
struct FakeBehaviour {
  Script script;

  std::function<void(const storage::TransitionWrite&)> on_write = [](const auto&) {};
  std::function<void(std::size_t worker)> on_open_session = [](std::size_t) {};
  std::function<void()> on_seed = [] {};
  std::function<void()> on_settings = [] {};
  std::function<void()> on_reset = [] {};
  std::function<void(const engine::Workload&)> on_verify = [](const auto&) {};
  std::function<std::int64_t()> on_flush = [] { return 0; };
  std::function<void()> on_interrupt_waits = [] {};
  std::function<storage::RawWrites(const storage::RawOrder&)> on_write_raw = [](const auto& order) {
    return storage::RawWrites{3 * order.iterations, 1000};
  };

  storage::WriteTimings write_timings;
  bool statement_apart = false;
  bool has_queue = false;
  std::optional<std::int64_t> connect_ns;
  std::int64_t close_ns = 0;  ///< of connect_ns
  storage::IoTimes io_times;
  storage::LockWaitFigures lock_waits;
  metrics::SettingsReadBack settings;
  storage::IoFigures figures;
  std::atomic<std::int64_t> cancelled = 0;   ///< calls of Store::cancel()
  std::vector<storage::StoreCounts> counts;  ///< one a call; the last one again and again
  engine::Verification verification;
};

/// A write as a line of the script: `write /bench/file_0000.txt untracked>uploading v0`.
inline std::string write_line(const storage::TransitionWrite& write) {
  return "write " + std::string(write.file_path) + " " +
         std::string(storage::state_name(write.from)) + ">" +
         std::string(storage::state_name(write.to)) + " v" + std::to_string(write.version);
}

class FakeSession final : public storage::Session {
 public:
  explicit FakeSession(FakeBehaviour& behaviour) : behaviour_(behaviour) {}

  storage::PendingWrite apply(const storage::Transaction& transaction) override {
    const storage::TransitionWrite write = storage::decode(transaction);
    behaviour_.script.add(write_line(write));
    behaviour_.on_write(write);
    return storage::PendingWrite(behaviour_.write_timings);
  }
  bool times_statement_apart() const override { return behaviour_.statement_apart; }
  bool has_queue() const override { return behaviour_.has_queue; }
  std::optional<storage::ConnectTimings> close() override {
    behaviour_.script.add("close session");
    if (!behaviour_.connect_ns) return std::nullopt;
    return storage::ConnectTimings{*behaviour_.connect_ns, behaviour_.close_ns};
  }

 private:
  FakeBehaviour& behaviour_;
};

template <typename Interface>
class FakeStoreOf : public Interface {
 public:
  explicit FakeStoreOf(FakeBehaviour& behaviour) : behaviour_(behaviour) {}
  FakeStoreOf(const FakeStoreOf&) = delete;
  FakeStoreOf& operator=(const FakeStoreOf&) = delete;
  ~FakeStoreOf() override { behaviour_.script.add("close store"); }

  std::unique_ptr<storage::Session> open_session(std::size_t worker) override {
    behaviour_.on_open_session(worker);
    return std::make_unique<FakeSession>(behaviour_);
  }
  std::int64_t flush() override { return behaviour_.on_flush(); }
  storage::StoreCounts counts() const override {
    if (behaviour_.counts.empty()) return {};
    const std::size_t last = behaviour_.counts.size() - 1;
    return behaviour_.counts[std::min(count_calls_++, last)];
  }
  void restart_counting() override { behaviour_.script.add("restart counting in the store"); }
  std::int64_t own_threads() const override { return 0; }
  void cancel() override { behaviour_.cancelled.fetch_add(1); }

 private:
  FakeBehaviour& behaviour_;
  mutable std::size_t count_calls_ = 0;
};

using FakeStore = FakeStoreOf<storage::Store>;

/// One whose writes are decided before they are awaited.
class FakeSuspendingStore final : public FakeStoreOf<storage::SuspendingStore> {
 public:
  using FakeStoreOf::FakeStoreOf;
  void expect_writers(std::int64_t /*change*/) override {}
};

/// The lifecycle workload, but for its verification.
class FakeVerified final : public engine::Workload {
 public:
  FakeVerified(FakeBehaviour& behaviour, std::unique_ptr<engine::Workload> real)
      : behaviour_(behaviour), real_(std::move(real)) {}

  storage::Content content() const override { return real_->content(); }
  std::vector<metrics::StreamId> streams() const override { return real_->streams(); }
  storage::StatementTexts statements() const override { return real_->statements(); }
  engine::Task iterate(std::int64_t number, engine::IterationContext context,
                       engine::IterationOutcome& outcome) const override {
    return real_->iterate(number, context, outcome);
  }
  void never_began(std::int64_t number, bool counts,
                   engine::IterationOutcome& outcome) const override {
    real_->never_began(number, counts, outcome);
  }
  std::string name_of(std::int64_t number) const override { return real_->name_of(number); }
  std::string name_of_statement(std::size_t index) const override {
    return real_->name_of_statement(index);
  }
  std::unique_ptr<storage::PlainIteration> plain_iteration(std::int64_t number) const override {
    return real_->plain_iteration(number);
  }
  std::unique_ptr<engine::Iterations> readers(std::size_t readers) const override {
    return real_->readers(readers);
  }
  std::int64_t rows() const override { return real_->rows(); }
  std::string reset_sql() const override { return real_->reset_sql(); }
  engine::Verification verify(storage::Database& /*database*/,
                              const std::stop_token& /*stop*/) const override {
    behaviour_.script.add("verify");
    behaviour_.on_verify(*real_);
    return behaviour_.verification;
  }

 private:
  FakeBehaviour& behaviour_;
  std::unique_ptr<engine::Workload> real_;
};

/// The context, but that measurements are verified as `behaviour` says.
inline engine::RunContext fake_verified(engine::RunContext context, FakeBehaviour& behaviour) {
  context.open_workload = [&behaviour, real = context](const engine::ConfigurationPlan& plan) {
    return std::make_unique<FakeVerified>(behaviour, engine::open_workload(plan, real));
  };
  return context;
}

class FakeDatabase final : public storage::Database {
 public:
  explicit FakeDatabase(FakeBehaviour& behaviour) : behaviour_(behaviour) {}

  void seed(const storage::Content& /*content*/, const std::stop_token& /*stop*/) override {
    behaviour_.script.add("seed");
    behaviour_.on_seed();
  }
  std::unique_ptr<storage::Store> open_store(const storage::Axes& axes,
                                             storage::StoreUser user) override {
    behaviour_.script.add("open store " + std::string(storage::axis_name(axes.connection)) +
                          " for " + std::to_string(user.workers));
    return std::make_unique<FakeStore>(behaviour_);
  }
  std::unique_ptr<storage::SuspendingStore> open_suspending_store(
      const storage::Axes& /*axes*/, storage::StoreUser /*user*/,
      storage::Resumer& /*resumer*/) override {
    behaviour_.script.add("open suspending store");
    return std::make_unique<FakeSuspendingStore>(behaviour_);
  }
  std::unique_ptr<storage::Store> open_read_store(storage::ReadAccess access) override {
    behaviour_.script.add("open read store for " + std::to_string(access.user.workers));
    return std::make_unique<FakeStore>(behaviour_);
  }
  void follow_snapshots() override { behaviour_.script.add("follow snapshots"); }
  storage::RawWrites write_raw(const storage::RawOrder& order, const metrics::Clock& /*clock*/,
                               const std::stop_token& /*stop*/) override {
    behaviour_.script.add("write raw " + std::to_string(order.iterations) + " in groups of " +
                          std::to_string(order.group_size));
    return behaviour_.on_write_raw(order);
  }
  metrics::SettingsReadBack settings(const storage::Axes& /*axes*/) override {
    behaviour_.script.add("settings");
    behaviour_.on_settings();
    return behaviour_.settings;
  }
  void reset(const std::string& /*sql*/, const std::stop_token& /*stop*/) override {
    behaviour_.script.add("reset");
    behaviour_.on_reset();
  }
  void restart_counting() override { behaviour_.script.add("restart counting"); }
  storage::IoFigures figures() const override {
    behaviour_.script.add("figures");
    return behaviour_.figures;
  }
  storage::IoTimes io_times() const override { return behaviour_.io_times; }
  storage::LockWaitFigures lock_waits() const override { return behaviour_.lock_waits; }
  void read(const std::string& /*sql*/, const storage::RowVisitor& /*visit*/,
            const std::stop_token& /*stop*/) override {}
  std::string integrity(const std::stop_token& /*stop*/) override { return "ok"; }
  void interrupt_waits() override {
    behaviour_.script.add("interrupt waits");
    behaviour_.on_interrupt_waits();
  }

 private:
  FakeBehaviour& behaviour_;
};

}  // namespace walbench::test_support
