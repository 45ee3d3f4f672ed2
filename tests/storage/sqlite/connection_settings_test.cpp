// Silent bugs these tests would catch: a setting that SQLite did not take, so that a run measures
// something else than its result says; a read-back that repeats what was asked instead of asking.

#include "storage/sqlite/connection_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "tests/storage/sqlite/test_database.hpp"

namespace walbench::storage {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

class ConnectionSettingsTest : public testing::Test {
 protected:
  std::string mismatch(const ConnectionSettings& asked) {
    try {
      read_settings_back(connection_, asked);
    } catch (const SettingsMismatch& error) {
      return error.what();
    }
    return "no mismatch";
  }

  TestDatabase database_;
  Connection connection_ = database_.connect_uncounted();
};

TEST_F(ConnectionSettingsTest, EveryCombinationReadsBackAsAsked) {
  for (const Synchronous synchronous : {Synchronous::off, Synchronous::normal, Synchronous::full}) {
    for (const std::int64_t timeout_ms : {0, 1, 5000, 86'400'000}) {
      for (const std::int64_t frames : {0, 1, 1000, 2'000'000'000}) {
        const ConnectionSettings asked{
            synchronous, milliseconds(timeout_ms), {.every_frames = frames}};
        apply_settings(connection_, asked);
        const metrics::SettingsReadBack effective = read_settings_back(connection_, asked);
        EXPECT_EQ(effective.journal_mode, "wal");
        EXPECT_EQ(effective.synchronous, synchronous_name(synchronous));
        EXPECT_EQ(effective.busy_timeout_ms, timeout_ms);
        EXPECT_EQ(effective.wal_autocheckpoint_frames, frames);
      }
    }
  }
}

TEST_F(ConnectionSettingsTest, ReportsWhatNobodyAskedFor) {
  connection_.execute("PRAGMA page_size=8192");
  apply_settings(connection_, {});
  connection_.execute("PRAGMA cache_size=123");
  connection_.query_text("PRAGMA locking_mode=EXCLUSIVE");
  const metrics::SettingsReadBack effective = read_settings_back(connection_, {});
  EXPECT_EQ(effective.page_size_bytes, 8192);
  EXPECT_EQ(effective.cache_size, 123);
  EXPECT_EQ(effective.locking_mode, "exclusive");
}

TEST_F(ConnectionSettingsTest, AChangeBehindItsBackIsAMismatchThatIsNamed) {
  const ConnectionSettings asked;
  apply_settings(connection_, asked);
  EXPECT_EQ(mismatch(asked), "no mismatch");

  connection_.execute("PRAGMA synchronous=FULL");
  EXPECT_THAT(mismatch(asked), HasSubstr("synchronous=normal: it says 'full'"));
  connection_.execute("PRAGMA synchronous=EXTRA");
  EXPECT_THAT(mismatch(asked), HasSubstr("'extra'"));
  apply_settings(connection_, asked);

  connection_.execute("PRAGMA busy_timeout=17");
  EXPECT_THAT(mismatch(asked), HasSubstr("busy_timeout=5000: it says '17'"));
  apply_settings(connection_, asked);

  connection_.execute("PRAGMA wal_autocheckpoint=3");
  EXPECT_THAT(mismatch(asked), HasSubstr("wal_autocheckpoint=1000: it says '3'"));
  apply_settings(connection_, asked);

  connection_.query_text("PRAGMA journal_mode=DELETE");
  EXPECT_THAT(mismatch(asked), HasSubstr("journal_mode=wal: it says 'delete'"));
}

ConnectionSettings with_pragma(const std::string& name, const std::string& value) {
  return {.pragmas = {{name, value}}};
}

TEST_F(ConnectionSettingsTest, PragmasAreSetAndReadBack) {
  for (const auto& [name, value] : std::vector<Pragma>{{"journal_size_limit", "100000"},
                                                       {"cache_size", "-65536"},
                                                       {"mmap_size", "1048576"},
                                                       {"temp_store", "memory"},
                                                       {"temp_store", "2"},
                                                       {"foreign_keys", "ON"},
                                                       {"secure_delete", "fast"}}) {
    const ConnectionSettings asked = with_pragma(name, value);
    apply_settings(connection_, asked);
    EXPECT_EQ(mismatch(asked), "no mismatch") << name << "=" << value;
  }
  EXPECT_EQ(connection_.query_int64("PRAGMA journal_size_limit"), 100'000);
  EXPECT_EQ(connection_.query_int64("PRAGMA cache_size"), -65'536);
  EXPECT_EQ(connection_.query_int64("PRAGMA temp_store"), 2);
}

TEST_F(ConnectionSettingsTest, APragmaThatSqliteDidNotTakeIsNamed) {
  const auto refusal = [this](const std::string& name, const std::string& value) {
    const ConnectionSettings asked = with_pragma(name, value);
    apply_settings(connection_, asked);
    return mismatch(asked);
  };
  EXPECT_EQ(refusal("page_size", "5000"), "SQLite did not take page_size=5000: it says '4096'");
  EXPECT_EQ(refusal("temp_store", "moon"), "SQLite did not take temp_store=moon: it says '0'");
  EXPECT_EQ(refusal("no_such_thing", "1"),
            "SQLite does not say what PRAGMA no_such_thing is, as if it did not know it");
}

TEST_F(ConnectionSettingsTest, ABusyHandlerOfOursIsProvenByBeingCalled) {
  BusyHandler busy_handler(BusyHandlerAxis::constant(milliseconds(1)), milliseconds(700), 1,
                           [](auto delay, bool) { return std::optional(delay); });
  const ConnectionSettings asked{.busy_timeout = milliseconds(700)};
  const auto refusal = [&]() -> std::string {
    try {
      const metrics::SettingsReadBack found = read_settings_back(connection_, asked, &busy_handler);
      return "keeps " + std::to_string(found.busy_timeout_ms) + " ms";
    } catch (const SettingsMismatch& error) {
      return error.what();
    }
  };
  const Connection holder = database_.connect();
  apply_settings(holder, asked);
  holder.execute("BEGIN IMMEDIATE");
  apply_settings(connection_, asked, &busy_handler);
  EXPECT_EQ(connection_.query_int64("PRAGMA busy_timeout"), 0) << "SQLite's own is not at work";
  EXPECT_EQ(refusal(), "keeps 700 ms");

  sqlite3_busy_handler(connection_.handle(), nullptr, nullptr);
  EXPECT_EQ(refusal(), "SQLite did not call the busy handler that it was given");
  sqlite3_busy_timeout(connection_.handle(), 700);
  EXPECT_THAT(refusal(), HasSubstr("busy_timeout=0: it says '700'"));
}

TEST_F(ConnectionSettingsTest, WhatSqliteCannotHoldIsAMismatch) {
  const ConnectionSettings too_long{.busy_timeout = std::chrono::hours(24 * 100)};
  apply_settings(connection_, too_long);
  EXPECT_THAT(mismatch(too_long), HasSubstr("busy_timeout"));

  const ConnectionSettings negative{.checkpoint = {.every_frames = -1}};
  apply_settings(connection_, negative);
  EXPECT_THAT(mismatch(negative), HasSubstr("wal_autocheckpoint"));
}

TEST(ConnectionSettingsInMemory, ADatabaseThatCannotEnterWalModeIsRefused) {
  const Connection memory(":memory:", nullptr);
  try {
    apply_settings(memory, {});
    ADD_FAILURE() << "WAL on a database in memory was accepted";
  } catch (const SettingsMismatch& error) {
    EXPECT_THAT(error.what(), HasSubstr("'memory'"));
    EXPECT_EQ(error.remedy(), Remedy::local_disk);
  }
}

TEST_F(ConnectionSettingsTest, TheTimeoutHoldsAlreadyWhileEnteringWalMode) {
  // Another connection holds the file: entering WAL mode has to wait, and counts its sleeps.
  const Connection holder = database_.connect_uncounted();
  holder.execute("BEGIN EXCLUSIVE");
  const Connection waiter = database_.connect();
  try {
    apply_settings(waiter, {.busy_timeout = milliseconds(5)});
    ADD_FAILURE() << "WAL mode was entered under another connection's lock";
  } catch (const SqliteError& error) {
    EXPECT_EQ(error.code(), SQLITE_BUSY);
  }
  EXPECT_GT(database_.vfs().lock_waits().busy_retries, 0);
}

}  // namespace
}  // namespace walbench::storage
