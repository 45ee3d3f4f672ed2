#include "tools/bench/pragma_check.hpp"

#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

#include "storage/database.hpp"
#include "storage/engines/engine.hpp"
#include "storage/sqlite/database_files.hpp"
#include "storage/storage_error.hpp"
#include "tools/bench/run_environment.hpp"

namespace walbench::tools {
namespace {

/// The lists of PRAGMAs that are set in this process, each once.
std::vector<std::vector<storage::Pragma>> lists_of(const engine::RunPlan& plan) {
  std::vector<std::vector<storage::Pragma>> lists;
  for (const engine::ConfigurationPlan* const each : plan.measurements()) {
    const std::vector<storage::Pragma>& pragmas = each->settings.pragmas;
    if (pragmas.empty() || each->needs_own_process()) continue;
    if (std::ranges::find(lists, pragmas) == lists.end()) lists.push_back(pragmas);
  }
  return lists;
}

bool is_about_settings(const storage::StorageError& error) {
  return error.kind() == storage::ErrorKind::settings ||
         error.kind() == storage::ErrorKind::statement || error.kind() == storage::ErrorKind::other;
}

/// Where these were asked for: those of configurations are those of every baseline, too.
std::string_view option_of(const engine::RunPlan& plan,
                           const std::vector<storage::Pragma>& pragmas) {
  const bool everywhere = std::ranges::any_of(
      plan.configurations,
      [&](const engine::ConfigurationPlan& each) { return each.settings.pragmas == pragmas; });
  return everywhere ? "--pragma" : "--try";
}

}  // namespace

std::optional<std::string> untaken_pragma(const engine::RunPlan& plan,
                                          const std::optional<std::filesystem::path>& scratch) {
  for (const std::vector<storage::Pragma>& pragmas : lists_of(plan)) {
    const storage::DatabaseFiles files(std::nullopt, scratch);
    storage::ConnectionSettings settings;
    settings.pragmas = pragmas;
    try {
      const std::unique_ptr<storage::Database> database = storage::open_database(
          kEngine, files.database(), settings, storage::Instrumentation::none);
      database->seed(
          {.schema_sql = "CREATE TABLE tried(a)", .insert_sql = "INSERT INTO tried VALUES(NULL)"},
          {});
      database->settings({});
    } catch (const storage::StorageError& error) {
      if (!is_about_settings(error)) throw;
      return std::string(option_of(plan, pragmas)) + ": " + error.what();
    }
  }
  return std::nullopt;
}

}  // namespace walbench::tools
