// Would catch: SQL that fails in the middle of a run; a message of the engine that points to the
// wrong place of the file, behind variables, comments and other statements.

#include "engine/workload/script/statement_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/sqlite/sqlite.hpp"
#include "tests/engine/workload/script/script_support.hpp"

namespace walbench::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SqliteProbe final : public StatementProbe {
 public:
  SqliteProbe() : connection_(":memory:", nullptr) {
    connection_.execute("CREATE TABLE jobs (id INTEGER PRIMARY KEY, state TEXT)");
  }

  StatementFacts ask(const std::string& sql) override {
    try {
      const storage::Statement statement = connection_.prepare(sql);
      return {.columns = static_cast<std::size_t>(statement.columns()),
              .only_reads = statement.only_reads()};
    } catch (const storage::SqliteError&) {
      StatementFacts facts{.refusal = sqlite3_errmsg(connection_.handle())};
      const int offset = sqlite3_error_offset(connection_.handle());
      if (offset >= 0) facts.offset = static_cast<std::size_t>(offset);
      return facts;
    }
  }

 private:
  storage::Connection connection_;
};

std::vector<std::string> problems_of(const std::string& text) {
  SqliteProbe probe;
  return texts_of(check_statements(compiled(plan_of(text)), probe));
}

TEST(StatementCheck, FindsSqlThatTheEngineRefuses) {
  EXPECT_THAT(problems_of("SELECT 1;\nSELECT state /* a\n b */ FROM -- c\n  jbos;"),
              ElementsAre("a.sql:2:1: no such table: jbos"));
  EXPECT_THAT(
      problems_of("\\set long_name 1\nSELECT :long_name, :long_name, /* c */ stat\n FROM "
                  "jobs;\nSELECT 1,\n 2 3;"),
      ElementsAre("a.sql:2:40: no such column: stat", "a.sql:5:4: near \"3\": syntax error"));
  EXPECT_THAT(problems_of("SELECT ä, 'é',\n -- c\n 'ö' x FROM jobs;"),
              ElementsAre("a.sql:1:8: no such column: ä"));
}

TEST(StatementCheck, FindsWritesOfReadOnlyScripts) {
  const std::string read_only = "-- walbench: read-only\n";
  EXPECT_THAT(problems_of(read_only + "BEGIN;\nSELECT * FROM jobs;\nEND;"), IsEmpty());
  // Its words are those of a query.
  EXPECT_THAT(problems_of(read_only + "SELECT 1; EXPLAIN SELECT 1;"), IsEmpty());
  EXPECT_THAT(problems_of("DELETE FROM jobs;"), IsEmpty());
}

TEST(StatementCheck, FindsResultsThatGsetCannotTake) {
  EXPECT_THAT(problems_of("SELECT id, state FROM jobs \\gset"), IsEmpty());
  EXPECT_THAT(problems_of("UPDATE jobs SET id = 1 RETURNING id, state \\gset"), IsEmpty());
}

/// An engine that knows better than the words of a statement.
class FixedProbe final : public StatementProbe {
 public:
  StatementFacts ask(const std::string&) override { return {.columns = 3, .only_reads = false}; }
};

TEST(StatementCheck, BelievesTheEngine) {
  FixedProbe probe;
  const ScriptSet set =
      compiled(plan_of("-- walbench: read-only\nBEGIN;\n SELECT writes();\nEND;"));
  EXPECT_THAT(texts_of(check_statements(set, probe)),
              ElementsAre("a.sql:3:2: this statement writes, but the script is read-only"));
  EXPECT_THAT(texts_of(check_statements(compiled(plan_of("SELECT a, b \\gset")), probe)),
              ElementsAre("a.sql:1:1: \\gset found the names of 2 columns, but the result has 3; "
                          "write AS name for each"));
}

}  // namespace
}  // namespace walbench::engine
