#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "storage/sqlite/busy_handler.hpp"
#include "storage/sqlite/database_files.hpp"
#include "storage/sqlite/sqlite.hpp"
#include "storage/sqlite/watch/counting_vfs.hpp"
#include "tests/support/manual_clock.hpp"

namespace walbench::storage {

/// Three writers of one database: a waiter, which is the thread under test, and two others.
class Contention : public testing::Test {
 protected:
  Contention() {
    clock_.on_sleep([this] {
      if (next_ < script_.size()) script_[next_++]();
    });
  }

  void open(bool with_timeline = true, const BusyHandlerAxis& waits_by = BusyHandlerAxis::sqlite(),
            std::chrono::nanoseconds timeout = std::chrono::minutes(1)) {
    vfs_ = std::make_unique<CountingVfs>(clock_);
    if (with_timeline) vfs_->keep_lock_timeline();
    for (std::unique_ptr<Connection>* const each : {&holder_, &other_, &waiter_}) {
      *each = std::make_unique<Connection>(files_.database().string(), vfs_->name());
      (*each)->query_text("PRAGMA journal_mode=WAL");
      (*each)->execute("PRAGMA synchronous=OFF");
      sqlite3_busy_timeout((*each)->handle(), 60'000);
    }
    busy_handler_ = std::make_unique<BusyHandler>(
        waits_by, timeout, 1, [this](std::chrono::nanoseconds delay, bool is_first) {
          return vfs_->busy_sleep(delay, is_first);
        });
    busy_handler_->install(*waiter_);
    holder_->execute("CREATE TABLE t(v)");
    vfs_->restart_counting();
  }

  /// What happens in the waiter's first sleep, its second, and so on.
  void in_its_sleeps(std::vector<std::function<void()>> script) { script_ = std::move(script); }

  static void take(const Connection& connection) { connection.execute("BEGIN IMMEDIATE"); }
  /// With something written, as a transaction of a lifecycle has.
  static void leave(const Connection& connection) {
    connection.execute("INSERT INTO t VALUES(0)");
    connection.execute("COMMIT");
  }
  void take_and_leave(const Connection& connection, std::chrono::microseconds holding) {
    take(connection);
    clock_.advance(holding);
    leave(connection);
  }

  LockWaitFigures figures() const { return vfs_->lock_waits(); }

  test_support::ManualClock clock_;
  DatabaseFiles files_{std::nullopt};
  std::unique_ptr<CountingVfs> vfs_;
  std::unique_ptr<BusyHandler> busy_handler_;  ///< the waiter's
  std::unique_ptr<Connection> holder_;
  std::unique_ptr<Connection> other_;
  std::unique_ptr<Connection> waiter_;
  std::vector<std::function<void()>> script_;
  std::size_t next_ = 0;
};

}  // namespace walbench::storage
