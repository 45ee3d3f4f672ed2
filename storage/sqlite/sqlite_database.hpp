#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "storage/database.hpp"
#include "storage/sqlite/schema.hpp"

namespace walbench::storage {

/// What is put into the database before a run.
struct Seeding {
  std::int64_t files = 0;
  std::uint64_t seed = 0;  ///< of the content hashes
  Schema schema = Schema::bench;
};

/// A database file on disk. See Database for the order of calls. Between calls it keeps no
/// connection of its own open: one more connection would spare the lifecycles' connections the
/// checkpoint that the last one to close has to make.
class SqliteDatabase final : public Database {
 public:
  /// `path` is an empty file. Does nothing yet.
  SqliteDatabase(const std::filesystem::path& path, const Seeding& seeding,
                 const ConnectionSettings& settings,
                 Instrumentation instrumentation = Instrumentation::counts);

  void seed(const std::stop_token& stop) override;
  std::unique_ptr<Store> open_store(const Axes& axes, const StoreUser& user) override;
  RawWrites write_raw(const RawOrder& order, const metrics::Clock& clock,
                      const std::stop_token& stop) override;
  metrics::SettingsReadBack settings() override;
  void reset() override;
  void restart_counting() override { vfs_.restart_counting(); }
  IoFigures figures() const override { return vfs_.figures(); }
  IoTimes io_times() const override { return vfs_.times(); }
  LockWaitFigures lock_waits() const override { return vfs_.lock_waits(); }
  Verification verify(const ExpectRow& expect, const std::stop_token& stop) override;
  void interrupt_waits() override { vfs_.interrupt_waits(); }

 private:
  std::string path_;
  Seeding seeding_;
  ConnectionSettings settings_;
  CountingVfs vfs_;
};

/// The version and source id of the SQLite that is linked.
std::string sqlite_version();
std::string sqlite_source_id();
/// What it was compiled with, as PRAGMA compile_options tells.
std::vector<std::string> sqlite_compile_options();

}  // namespace walbench::storage
