#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "engine/measurement.hpp"
#include "storage/sqlite/database_files.hpp"
#include "storage/sqlite/sqlite.hpp"
#include "storage/sqlite/strategy/sqlite_database.hpp"
#include "storage/strategies.hpp"
#include "tests/programs/program.hpp"
#include "tests/support/measured_study.hpp"

namespace walbench::torture {

/// A strategy, and how it checkpoints.
struct SmallPlan {
  std::string name;  ///< letters, digits and underscores
  storage::Strategy strategy;
  storage::CheckpointPlan checkpoint;

  /// True if what was acknowledged has been committed.
  bool acknowledges_commits() const { return strategy.axes.commit.batch_size() == 1; }
};

/// Every strategy with SQLite's checkpoints, and those whose connections stay open with a
/// checkpointer, too.
inline std::vector<SmallPlan> small_plans() {
  using storage::CheckpointKind;
  using storage::CheckpointMode;
  constexpr std::int64_t kEvery = 7;
  constexpr std::int64_t kCap = 12;
  std::vector<SmallPlan> plans;
  for (const storage::Strategy& strategy : storage::kStrategies) {
    std::string name(strategy.name);
    std::ranges::replace(name, '-', '_');
    plans.push_back({name, strategy, {.every_frames = kEvery}});
    if (strategy.axes.connection == storage::ConnectionAxis::per_file()) continue;
    plans.push_back({name + "_passive",
                     strategy,
                     {CheckpointMode::background, kEvery, kCap, CheckpointKind::passive}});
    plans.push_back({name + "_full",
                     strategy,
                     {CheckpointMode::background, kEvery, kCap, CheckpointKind::full}});
  }
  return plans;
}

/// How a run ended.
struct End {
  bool verified = false;
  std::string sentence;                              ///< if it was not
  std::map<std::string, std::int64_t> acknowledged;  ///< versions by path
  std::map<std::string, std::int64_t> durable;       ///< likewise; empty if there is no table
  std::string integrity;
  std::vector<std::string> left_over;  ///< names of files
};

/// Runs a few lifecycles on a database of their own, as bench does.
class SmallRun {
 public:
  static constexpr std::int64_t kFiles = 5;
  static constexpr std::int64_t kThreads = 2;

  End run(const SmallPlan& small, storage::VfsPolicy* policy) {
    engine::ConfigurationPlan plan;
    plan.threads = kThreads;
    plan.files = kFiles;
    plan.warmup_files = 1;
    plan.strategy = small.strategy.name;
    plan.axes = small.strategy.axes;
    plan.settings = {.synchronous = storage::Synchronous::full,
                     .busy_timeout = std::chrono::seconds(5),
                     .checkpoint = small.checkpoint};
    End end;
    {
      storage::DatabaseFiles files(folder_.path() / "torture.db");
      measure(plan, files.database(), policy, end);
      look_at(files.database(), end);
    }
    std::filesystem::remove(folder_.path() / "acks");
    end.left_over = programs::names_in(folder_.path());
    return end;
  }

 private:
  void measure(const engine::ConfigurationPlan& plan, const std::filesystem::path& path,
               storage::VfsPolicy* policy, End& end) {
    const std::filesystem::path log = folder_.path() / "acks";
    engine::AckLog acks(log.string());
    const auto open = [&](const engine::ConfigurationPlan& each) {
      return std::make_unique<storage::SqliteDatabase>(path, each.settings,
                                                       storage::Instrumentation::anatomy, policy);
    };
    engine::RunContext context{open, &clock_, &observer_, {}};
    context.acks = &acks;
    try {
      end.verified = engine::measure_configuration(plan, 0, context).verified;
    } catch (const engine::RunFailed& failed) {
      end.sentence = failed.what();
    }
    std::istringstream lines(programs::read_file(log));
    std::string name;
    std::int64_t version = 0;
    for (std::string state; lines >> name >> version >> state;) {
      end.acknowledged[name] = version;
    }
  }

  static void look_at(const std::filesystem::path& path, End& end) {
    const storage::Connection connection(path.string(), nullptr);
    end.integrity = connection.query_text("PRAGMA integrity_check");
    if (connection.query_int64("SELECT count(*) FROM sqlite_schema WHERE name='files'") == 0)
      return;
    storage::Statement rows = connection.prepare("SELECT file_path, version FROM files");
    while (rows.step()) {
      end.durable[std::string(rows.column_text(0))] = rows.column_int64(1);
    }
  }

  programs::ScratchDirectory folder_;
  metrics::SteadyClock clock_;
  test_support::RecordingObserver observer_;
};

/// Fails the test unless the end is one of the two that are allowed.
inline void expect_whole(const End& end, const SmallPlan& plan) {
  EXPECT_EQ(end.verified, end.sentence.empty()) << end.sentence;
  EXPECT_EQ(end.integrity, "ok") << end.sentence;
  EXPECT_THAT(end.left_over, testing::IsEmpty()) << end.sentence;
  if (!plan.acknowledges_commits()) return;
  for (const auto& [path, version] : end.acknowledged) {
    const auto row = end.durable.find(path);
    EXPECT_TRUE(row != end.durable.end() && row->second >= version)
        << path << " " << version << " was acknowledged and is lost: " << end.sentence;
  }
}

}  // namespace walbench::torture
