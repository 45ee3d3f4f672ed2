#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/programs/program.hpp"

namespace walbench::programs {

/// A database with a table, which nobody has open.
inline void make_database(const std::filesystem::path& path, const std::string& journal_mode) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  const std::string sql = "PRAGMA journal_mode = " + journal_mode +
                          "; CREATE TABLE t(n INTEGER); INSERT INTO t VALUES (0)";
  EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_EQ(sqlite3_close(database), SQLITE_OK);
}

/// A process that uses a database (see lock_user.cpp), from when it has it open.
class LockUser {
 public:
  LockUser(const std::string& program, const std::filesystem::path& database,
           const std::string& what, int hold_ms, int pause_ms, int seconds)
      : program_(program,
                 {database.string(), what, std::to_string(hold_ms), std::to_string(pause_ms),
                  std::to_string(seconds)},
                 {}) {
    EXPECT_TRUE(program_.wait_for_output(6)) << program_.wait().err;
  }
  pid_t pid() const { return program_.pid(); }
  Outcome wait() { return program_.wait(); }

 private:
  Program program_;
};

inline nlohmann::json locks_of(const std::filesystem::path& database,
                               std::vector<std::string> options = {}) {
  options.insert(options.end(), {"--format", "json", database.string()});
  const Outcome outcome = run_locks(options);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  return nlohmann::json::parse(outcome.out, nullptr, false);
}

/// The first element of the array with that value; null if there is none.
template <typename Value>
nlohmann::json find_in(const nlohmann::json& array, const std::string& field, const Value& value) {
  for (const auto& each : array) {
    if (each[field] == value) return each;
  }
  return {};
}

}  // namespace walbench::programs
