// Silent bugs these tests would catch: a call that reads or writes every row and goes on after a
// stop; a stop that leaves half a database, or takes the time of a checkpoint first.

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include "storage/sqlite/database_files.hpp"
#include "storage/sqlite/sqlite.hpp"
#include "storage/sqlite/strategy/sqlite_database.hpp"
#include "tests/support/lifecycle_writes.hpp"

namespace walbench::storage {
namespace {

const ConnectionSettings fast_settings = {.synchronous = Synchronous::off};

TEST(SqliteDatabaseStop, AStopEndsItAndLeavesAValidEmptyDatabase) {
  const DatabaseFiles files(std::nullopt);
  LifecycleDatabase database(files.database(), {.files = 20'000, .seed = 1}, fast_settings);
  std::stop_source stop;
  stop.request_stop();
  try {
    database.seed(stop.get_token());
    ADD_FAILURE() << "the seeding went on";
  } catch (const SqliteError& error) {
    EXPECT_EQ(error.code(), SQLITE_INTERRUPT);
  }
  const Connection connection(files.database().string(), nullptr);
  EXPECT_EQ(connection.query_text("PRAGMA integrity_check"), "ok");
  EXPECT_EQ(connection.query_int64("SELECT count(*) FROM sqlite_schema"), 0);
}

/// A call that reads or writes every row.
struct LongCall {
  const char* name;
  void (*run)(SqliteDatabase&, const std::stop_token&);
};

class LongCalls : public testing::TestWithParam<LongCall> {};

// SQLite before 3.41 looks at the stop in the middle of integrity_check only if it is interrupted.
TEST_P(LongCalls, AStopInTheMiddleEndsThem) {
  constexpr int kTries = 50;
  const DatabaseFiles files(std::nullopt);
  LifecycleDatabase database(files.database(), {.files = 20'000}, fast_settings);
  database.seed();
  const auto run = [&](const std::stop_token& stop) {
    const auto began = std::chrono::steady_clock::now();
    GetParam().run(*database.operator->(), stop);
    return std::chrono::steady_clock::now() - began;
  };
  const auto whole = run({});
  for (int attempt = 0; attempt < kTries; ++attempt) {
    std::stop_source stop;
    const std::jthread stopping([&] {
      std::this_thread::sleep_for(whole / 4);
      stop.request_stop();
    });
    try {
      run(stop.get_token());  // A thread that comes too late proves nothing.
    } catch (const SqliteError& error) {
      EXPECT_EQ(error.code(), SQLITE_INTERRUPT);
      return;
    }
  }
  ADD_FAILURE() << "each of " << kTries << " calls went on to its end";
}

INSTANTIATE_TEST_SUITE_P(
    Calls, LongCalls,
    testing::Values(LongCall{"Reset",
                             [](SqliteDatabase& database, const std::stop_token& stop) {
                               database.reset("UPDATE files SET version = version + 1", stop);
                             }},
                    LongCall{"Integrity",
                             [](SqliteDatabase& database, const std::stop_token& stop) {
                               static_cast<void>(database.integrity(stop));
                             }}),
    [](const auto& call) { return std::string(call.param.name); });

TEST(SqliteDatabaseStop, TheLastToCloseDoesNotEmptyTheWal) {
  const DatabaseFiles files(std::nullopt);
  LifecycleDatabase database(files.database(), {.files = 10}, fast_settings);
  database.seed();
  const metrics::SteadyClock clock;
  const std::unique_ptr<Store> store = database.open_store({}, 1, clock);
  std::unique_ptr<Session> session = store->open_session(0);
  live_a_life(*session, 0);
  database->interrupt_waits();
  session->close();
  EXPECT_TRUE(std::filesystem::exists(files.database().string() + "-wal"));
}

}  // namespace
}  // namespace walbench::storage
