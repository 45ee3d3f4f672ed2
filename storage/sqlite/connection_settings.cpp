#include "storage/sqlite/connection_settings.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <string_view>

namespace walbench::storage {
namespace {

// PRAGMA synchronous answers with a number; the names are in this order.
constexpr std::array<std::string_view, 4> kSynchronousNames = {"off", "normal", "full", "extra"};

void expect_same(std::string_view setting, const std::string& asked, const std::string& effective) {
  if (asked == effective) return;
  throw SettingsMismatch("SQLite did not take " + std::string(setting) + "=" + asked +
                         ": it says '" + effective + "'");
}

/// Names that SQLite takes for numbers, which is what it answers with.
struct NamedNumber {
  std::string_view pragma;  ///< empty: any
  std::string_view name;
  std::string_view number;
};
constexpr std::array<NamedNumber, 13> kNamedNumbers = {{{"temp_store", "default", "0"},
                                                        {"temp_store", "file", "1"},
                                                        {"temp_store", "memory", "2"},
                                                        {"auto_vacuum", "none", "0"},
                                                        {"auto_vacuum", "full", "1"},
                                                        {"auto_vacuum", "incremental", "2"},
                                                        {"secure_delete", "fast", "2"},
                                                        {"", "on", "1"},
                                                        {"", "yes", "1"},
                                                        {"", "true", "1"},
                                                        {"", "off", "0"},
                                                        {"", "no", "0"},
                                                        {"", "false", "0"}}};

/// The value as SQLite answers it.
std::string canonical(const Pragma& pragma) {
  std::string value = pragma.value;
  std::ranges::transform(value, value.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const NamedNumber& each : kNamedNumbers) {
    const bool concerns = each.pragma.empty() || each.pragma == pragma.name;
    if (concerns && each.name == value) return std::string(each.number);
  }
  return value;
}

void read_pragma_back(const Connection& connection, const Pragma& pragma) {
  Statement statement = connection.prepare("PRAGMA " + pragma.name);
  if (!statement.step()) {
    throw SettingsMismatch("SQLite does not say what PRAGMA " + pragma.name +
                           " is, as if it did not know it");
  }
  const std::string effective(statement.column_text(0));
  if (canonical({pragma.name, effective}) == canonical(pragma)) return;
  expect_same(pragma.name, pragma.value, effective);
}

}  // namespace

bool keeps_memory_statistics() {
  constexpr int kBytes = 64;
  void* const some = sqlite3_malloc(kBytes);
  const bool shows = sqlite3_memory_used() >= kBytes;
  sqlite3_free(some);
  return shows;
}

void apply_pragmas(const Connection& connection, const ConnectionSettings& settings) {
  for (const Pragma& each : settings.pragmas) {
    connection.execute("PRAGMA " + each.name + "=" + each.value);
  }
}

void apply_settings(const Connection& connection, const ConnectionSettings& settings,
                    BusyHandler* busy_handler) {
  // The waiting comes first: reading the schema, as the next ones do, may already have to wait.
  if (busy_handler != nullptr) {
    busy_handler->install(connection);
  } else {
    sqlite3_busy_timeout(connection.handle(), static_cast<int>(settings.busy_timeout.count()));
  }
  const std::string mode = connection.query_text("PRAGMA journal_mode=WAL");
  if (mode != "wal") {
    throw SettingsMismatch("the database did not enter WAL mode but '" + mode +
                               "': its file system may lack shared memory or locks",
                           Remedy::local_disk);
  }
  connection.execute("PRAGMA synchronous=" + std::string(synchronous_name(settings.synchronous)));
  apply_pragmas(connection, settings);
  sqlite3_wal_autocheckpoint(connection.handle(),
                             static_cast<int>(settings.checkpoint.autocheckpoint_frames()));
}

metrics::SettingsReadBack read_settings_back(const Connection& connection,
                                             const ConnectionSettings& asked,
                                             BusyHandler* busy_handler) {
  metrics::SettingsReadBack effective;
  effective.journal_mode = connection.query_text("PRAGMA journal_mode");
  const auto synchronous = static_cast<std::size_t>(connection.query_int64("PRAGMA synchronous"));
  effective.synchronous =
      synchronous < kSynchronousNames.size() ? kSynchronousNames[synchronous] : "unknown";
  effective.busy_timeout_ms = connection.query_int64("PRAGMA busy_timeout");
  effective.wal_autocheckpoint_frames = connection.query_int64("PRAGMA wal_autocheckpoint");
  effective.page_size_bytes = connection.query_int64("PRAGMA page_size");
  effective.cache_size = connection.query_int64("PRAGMA cache_size");
  effective.locking_mode = connection.query_text("PRAGMA locking_mode");
  effective.sqlite_version = connection.query_text("SELECT sqlite_version()");
  effective.sqlite_source_id = connection.query_text("SELECT sqlite_source_id()");
  effective.memory_statistics = keeps_memory_statistics() ? "on" : "off";

  expect_same("journal_mode", "wal", effective.journal_mode);
  expect_same("synchronous", std::string(synchronous_name(asked.synchronous)),
              effective.synchronous);
  const bool sqlite_waits = busy_handler == nullptr || busy_handler->is_sqlite();
  expect_same("busy_timeout", std::to_string(sqlite_waits ? asked.busy_timeout.count() : 0),
              std::to_string(effective.busy_timeout_ms));
  if (!sqlite_waits) {
    if (!busy_handler->is_called_by(connection)) {
      throw SettingsMismatch("SQLite did not call the busy handler that it was given");
    }
    effective.busy_timeout_ms = asked.busy_timeout.count();
  }
  expect_same("wal_autocheckpoint", std::to_string(asked.checkpoint.autocheckpoint_frames()),
              std::to_string(effective.wal_autocheckpoint_frames));
  for (const Pragma& each : asked.pragmas) {
    read_pragma_back(connection, each);
  }
  return effective;
}

}  // namespace walbench::storage
