#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "storage/database.hpp"
#include "storage/settings.hpp"
#include "storage/sqlite/busy_handler.hpp"
#include "storage/sqlite/sqlite.hpp"
#include "storage/sqlite/watch/counting_vfs.hpp"
#include "storage/sqlite/watch/schedule_perturbation.hpp"

namespace walbench::storage {

/// A database file on disk. See Database for the order of calls. A call fails if one before it, or
/// a store meanwhile, met an IoFailure, even one that SQLite kept to itself. Between calls it keeps
/// no connection of its own open: one more connection would spare the store's connections the
/// checkpoint that the last one to close has to make.
class SqliteDatabase final : public Database {
 public:
  /// `path` is an empty file. Does nothing yet. `policy` (null: the one of the settings) is asked
  /// before each call of the VFS, unless nothing is counted; it must outlive the database.
  SqliteDatabase(const std::filesystem::path& path, const ConnectionSettings& settings,
                 Instrumentation instrumentation = Instrumentation::counts,
                 VfsPolicy* policy = nullptr);

  void seed(const Content& content, const std::stop_token& stop) override;
  std::unique_ptr<Store> open_store(const Axes& axes, StoreUser user) override;
  std::unique_ptr<SuspendingStore> open_suspending_store(const Axes& axes, StoreUser user,
                                                         Resumer& resumer) override;
  std::unique_ptr<Store> open_read_store(ReadAccess access) override;
  void follow_snapshots() override { vfs_.follow_snapshots(); }
  RawWrites write_raw(const RawOrder& order, const metrics::Clock& clock,
                      const std::stop_token& stop) override;
  metrics::SettingsReadBack settings(const Axes& axes) override;
  void reset(const std::string& sql, const std::stop_token& stop) override;
  void restart_counting() override;
  IoFigures figures() const override { return vfs_.figures(); }
  IoTimes io_times() const override { return vfs_.times(); }
  LockWaitFigures lock_waits() const override { return vfs_.lock_waits(); }
  void read(const std::string& sql, const RowVisitor& visit, const std::stop_token& stop) override;
  std::string integrity(const std::stop_token& stop) override;
  void interrupt_waits() override { vfs_.interrupt_waits(); }

 private:
  Connection connect(BusyHandler* busy_handler = nullptr) const;

  std::string path_;
  ConnectionSettings settings_;
  /// If the settings have one, from restart_counting() to the first read.
  std::unique_ptr<SchedulePerturbation> perturbation_;
  CountingVfs vfs_;
};

}  // namespace walbench::storage
