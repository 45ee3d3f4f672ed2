#include "storage/engines/engine.hpp"

#include <stdexcept>

#include "storage/sqlite/ad_hoc.hpp"
#include "storage/sqlite/connection_settings.hpp"
#include "storage/sqlite/copy_database.hpp"
#include "storage/sqlite/strategy/sqlite_database.hpp"
#include "storage/wal_reset.hpp"

namespace walbench::storage {
namespace {

void require_known(std::string_view engine) {
  if (engine == "sqlite") return;
  throw std::invalid_argument("there is no engine '" + std::string(engine) + "'");
}

}  // namespace

std::unique_ptr<Database> open_database(std::string_view engine, const std::filesystem::path& path,
                                        const ConnectionSettings& settings,
                                        Instrumentation instrumentation) {
  require_known(engine);
  return std::make_unique<SqliteDatabase>(path, settings, instrumentation);
}

std::unique_ptr<AdHocConnection> open_ad_hoc(std::string_view engine,
                                             const std::filesystem::path& path,
                                             const std::stop_token& stop) {
  require_known(engine);
  return std::make_unique<SqliteAdHocConnection>(path.string(), stop);
}

CopyReport copy_database(std::string_view engine, const std::filesystem::path& from,
                         const std::filesystem::path& to, const std::stop_token& stop) {
  require_known(engine);
  return copy_database(from.string(), to.string(), stop);
}

EngineFacts engine_facts(std::string_view engine) {
  require_known(engine);
  EngineFacts facts = {sqlite3_libversion(),
                       sqlite3_sourceid(),
                       {},
                       storage::has_wal_reset_bug(sqlite3_libversion_number())};
  for (int index = 0; const char* const option = sqlite3_compileoption_get(index); ++index) {
    facts.compile_options.emplace_back(option);
  }
  return facts;
}

void turn_off_memory_statistics(std::string_view engine) {
  require_known(engine);
  sqlite3_shutdown();
  const int code = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  if (code != SQLITE_OK) throw SqliteError(nullptr, code, "turning off the memory statistics");
  if (keeps_memory_statistics()) {
    throw StorageError("SQLite keeps account of its memory although it was told not to",
                       ErrorKind::settings);
  }
}

std::optional<std::int64_t> engine_memory_peak_bytes(std::string_view engine) {
  require_known(engine);
  if (!keeps_memory_statistics()) return std::nullopt;
  return sqlite3_memory_highwater(0);
}

}  // namespace walbench::storage
