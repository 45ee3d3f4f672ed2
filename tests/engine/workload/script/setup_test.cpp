// Would catch: a value that reaches the setup's SQL as another value; a check that is never made.

#include "engine/workload/script/setup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/workload/script/script_support.hpp"

namespace walbench::engine {
namespace {

using testing::ElementsAre;

CompiledSetup setup_of(const std::string& text) {
  return compile_setup({"s.sql", text, std::nullopt},
                       plan_of("", {{"name", "it's"}, {"share", "1e3"}, {"nothing", "null"}}));
}

std::vector<std::string> sql_texts(const std::vector<SetupStatement>& statements) {
  std::vector<std::string> texts;
  texts.reserve(statements.size());
  for (const SetupStatement& statement : statements) {
    texts.push_back(statement.sql.text());
  }
  return texts;
}

TEST(Setup, PutsValuesIntoItsSql) {
  const CompiledSetup result = setup_of(
      "CREATE TABLE t (a);\nINSERT INTO t VALUES (10 * :scale, :name, ':name', :share, :nothing);");
  EXPECT_THAT(texts_of(result.problems), testing::IsEmpty());
  EXPECT_THAT(sql_texts(result.setup.statements),
              ElementsAre("CREATE TABLE t (a)",
                          "INSERT INTO t VALUES (10 * 1, 'it''s', ':name', 1000.0, NULL)"));
  EXPECT_EQ(result.setup.statements[1].position, (Position{2, 1}));
}

TEST(Setup, FindsItsChecks) {
  const CompiledSetup result = setup_of(
      "CREATE TABLE t (a);\n-- walbench: check SELECT count(*) = :scale FROM t;\n"
      "-- walbench: check SELECT ';' = ';'");
  EXPECT_THAT(texts_of(result.problems), testing::IsEmpty());
  EXPECT_THAT(sql_texts(result.setup.checks),
              ElementsAre("SELECT count(*) = 1 FROM t", "SELECT ';' = ';'"));
  EXPECT_EQ(result.setup.checks[0].position, (Position{2, 20}));
}

TEST(Setup, TellsWhatIsWrong) {
  EXPECT_THAT(
      texts_of(setup_of("\\set a 1\nSELECT :nam, :client_id;\n-- walbench: expect 1\n"
                        "-- walbench: check\n-- walbench: check DELETE FROM t\n"
                        "-- walbench: check SELECT 1; SELECT 2\n-- walbench: check SELECT ?")
                   .problems),
      ElementsAre("s.sql:1:1: \\set belongs into a script; a setup file has SQL only",
                  "s.sql:2:8: the variable 'nam' has no value here; define it for the run; did you "
                  "mean 'name'?",
                  testing::StartsWith("s.sql:2:14: the variable 'client_id' has no value here"),
                  "s.sql:3:13: only check may stand in a setup file",
                  "s.sql:4:19: check needs a query that must return 1",
                  "s.sql:5:20: check needs one query that returns 1",
                  "s.sql:6:20: check needs one query that returns 1",
                  "s.sql:7:27: '?' is a parameter without a name; write :name"));
}

}  // namespace
}  // namespace walbench::engine
