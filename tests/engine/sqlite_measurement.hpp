#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/measurement.hpp"
#include "storage/sqlite/database_files.hpp"
#include "storage/sqlite/strategy/sqlite_database.hpp"
#include "storage/strategies.hpp"
#include "tests/engine/workload/script/script_support.hpp"
#include "tests/support/measured_study.hpp"

namespace walbench::engine {

/// Measurements on a database file of their own, without syncs, with a connection a worker unless a
/// test says otherwise.
class SqliteMeasurement : public testing::Test {
 protected:
  SqliteMeasurement() {
    plan_.settings.synchronous = storage::Synchronous::off;
    use("pooled-connection");
    context_.clock = &steady_;
    context_.observer = &observer_;
  }

  void use(std::string_view strategy) {
    plan_.strategy = strategy;
    plan_.axes = storage::find_strategy(strategy)->axes;
  }

  /// Has the plan run the scripts a.sql, b.sql and so on, on the tables of that schema.
  void run_scripts(const std::vector<std::string>& texts, const std::string& schema,
                   std::vector<Invariant> checks = {}) {
    ScriptPlan scripts{.files = {}};
    for (const std::string& text : texts) {
      const char name = static_cast<char>('a' + scripts.files.size());
      scripts.files.push_back({std::string(1, name) + ".sql", text, std::nullopt});
    }
    auto job = std::make_shared<ScriptJob>();
    job->name = "scripts";
    job->set = compiled(scripts);
    job->content.schema_sql = schema;
    job->content.insert_sql = "SELECT 1";
    job->checks = std::move(checks);
    plan_.scripts = std::move(job);
  }

  metrics::ConfigurationResult measure() {
    context_.open_database = [this](const ConfigurationPlan& plan) {
      files_.start_over();
      return std::make_unique<storage::SqliteDatabase>(files_.database(), plan.settings);
    };
    context_.stop = stop_.get_token();
    return measure_configuration(plan_, 0, context_);
  }

  metrics::SteadyClock steady_;
  storage::DatabaseFiles files_{std::nullopt};
  test_support::RecordingObserver observer_;
  std::stop_source stop_;
  RunContext context_{};
  ConfigurationPlan plan_;
};

}  // namespace walbench::engine
