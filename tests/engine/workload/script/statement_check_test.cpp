// Would catch: SQL that fails in the middle of a run; a message of the engine that points to the
// wrong place of the file, behind variables, comments and other statements.

#include "engine/workload/script/statement_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/sqlite/ad_hoc.hpp"
#include "tests/engine/workload/script/script_support.hpp"

namespace walbench::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A database with a table.
class Engine {
 public:
  Engine() { connection.execute("CREATE TABLE jobs (id INTEGER PRIMARY KEY, state TEXT)"); }

  storage::SqliteAdHocConnection connection{":memory:", {}};
};

std::vector<std::string> problems_of(const std::string& text) {
  Engine engine;
  return texts_of(check_statements(compiled(plan_of(text)), engine.connection));
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
class FixedProbe final : public storage::AdHocConnection {
 public:
  storage::StatementFacts ask(const std::string&) override {
    return {.columns = 3, .only_reads = false};
  }
  void execute(const std::string&) override {}
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

std::vector<std::string> setup_problems_of(const std::string& text) {
  Engine engine;
  const CompiledSetup setup = compile_setup({"s.sql", text, std::nullopt}, {.files = {}});
  EXPECT_THAT(texts_of(setup.problems), IsEmpty());
  return texts_of(run_setup(setup.setup, engine.connection));
}

TEST(RunSetup, StopsAtTheFirstStatementThatIsRefused) {
  EXPECT_THAT(setup_problems_of("CREATE TABLE t(a);\nINSERT INTO t VALUES(1);\n"
                                "-- walbench: check SELECT a FROM t"),
              IsEmpty());
  EXPECT_THAT(setup_problems_of("CREATE TABLE t(a);\nINSERT INTO\n t VALUES(1, 2); SELECT x;"),
              ElementsAre("s.sql:2:1: table t has 1 columns but 2 values were supplied"));
  EXPECT_THAT(
      setup_problems_of("INSERT INTO jobs VALUES(1, 'a');\nINSERT INTO jobs VALUES(1, 'b');"),
      ElementsAre(testing::StartsWith("s.sql:2:1: INSERT INTO jobs")));
  EXPECT_THAT(setup_problems_of("SELECT 1;\n-- walbench: check SELECT * FROM nobody"),
              ElementsAre("s.sql:2:20: no such table: nobody"));
}

}  // namespace
}  // namespace walbench::engine
