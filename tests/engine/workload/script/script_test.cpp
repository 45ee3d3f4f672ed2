// Would catch: a mistake in a script that nobody hears of before the run; a message that points to
// the wrong place; a transaction whose borders are taken wrongly.

#include "engine/workload/script/script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/engine/workload/script/script_support.hpp"

namespace walbench::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> problems_of(const std::string& text) {
  return texts_of(compile_scripts(plan_of(text, {{"limit", "10"}, {"word", "x"}})).problems);
}

constexpr std::string_view kClaim = R"(-- claim.sql
-- walbench: weight 3
\set id random_zipfian(1, 100000 * :scale, 1.2)
\set think random(200, 900)
SELECT version FROM jobs WHERE id = :id \gset
\sleep :think us
BEGIN;
-- walbench: expect 1 else retry
UPDATE jobs SET state = 'run', version = version + 1 WHERE id = :id AND version = :version;
END;
)";

TEST(Scripts, AreTranslated) {
  const ScriptSet set = compiled(plan_of(std::string(kClaim)));
  const Script& script = set.scripts.front();
  EXPECT_EQ(script.weight, 3);
  EXPECT_TRUE(script.writes());
  ASSERT_EQ(script.statements.size(), 4U);
  EXPECT_EQ(script.statements[2].sql.text(),
            "UPDATE jobs SET state = 'run', version = version + 1 WHERE id = ?1 AND version = ?2");
  EXPECT_EQ(script.statements[2].position, (Position{9, 1}));
  ASSERT_TRUE(script.statements[2].expectation.has_value());
  EXPECT_EQ(script.statements[2].expectation->otherwise, Otherwise::retry);
  EXPECT_EQ(set.variables[script.statements[2].parameters[1]], "version");
  EXPECT_EQ(set.statement_texts().size(), 4U);
  EXPECT_EQ(script.instructions.size(), 7U);
}

TEST(Scripts, KnowTheBordersOfTheirTransactions) {
  const ScriptSet set =
      compiled(plan_of("SELECT 1;\nBEGIN; UPDATE t SET a = 1; END;\nDELETE FROM t;\n"
                       "START TRANSACTION; SELECT 1; \\sleep 1 ms\nROLLBACK;"));
  const std::vector<ScriptTransaction>& all = set.scripts.front().transactions;
  ASSERT_EQ(all.size(), 4U);
  EXPECT_FALSE(all[0].explicit_borders || all[0].writes);
  EXPECT_TRUE(all[1].explicit_borders && all[1].writes && all[1].only_statements);
  EXPECT_EQ(all[1].first, 1U);
  EXPECT_EQ(all[1].last, 3U);
  EXPECT_TRUE(all[2].writes && !all[2].explicit_borders);
  EXPECT_TRUE(all[3].explicit_borders && !all[3].writes && !all[3].only_statements);
}

struct Kinds {
  std::string sql;
  StatementKind kind;
};

TEST(Scripts, ClassifyStatementsByTheirWords) {
  using Kind = StatementKind;
  const std::vector<Kinds> cases = {
      {"begin immediate", Kind::begin},
      {"Start Transaction", Kind::begin},
      {"END", Kind::commit},
      {"commit transaction", Kind::commit},
      {"ABORT", Kind::rollback},
      {"ROLLBACK TO a", Kind::savepoint},
      {"RELEASE a", Kind::savepoint},
      {"/* c */ select 1", Kind::read},
      {"VALUES (1)", Kind::read},
      {"WITH a AS (SELECT 1) SELECT * FROM a", Kind::read},
      {"WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a", Kind::write},
      {"WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a", Kind::write},
      {"EXPLAIN DELETE FROM t", Kind::read},
      {"EXPLAIN ANALYZE DELETE FROM t", Kind::write},
      {"REPLACE INTO t VALUES (1)", Kind::write},
      {"PRAGMA user_version = 1", Kind::write},
      {"CREATE TABLE t (a)", Kind::write},
  };
  for (const Kinds& each : cases) {
    ScriptText source("a", each.sql);
    const std::vector<LexedItem> items = lex_script(source);
    EXPECT_EQ(kind_of(std::get<LexedStatement>(items.front()).tokens), each.kind) << each.sql;
  }
}

struct Columns {
  std::string sql;
  std::vector<std::string> names;
};

TEST(Scripts, KnowTheColumnsOfAQuery) {
  const std::vector<Columns> cases = {
      {"SELECT a", {"a"}},
      {"SELECT DISTINCT t.A, b AS \"C d\", count(*) n FROM t", {"a", "C d", "n"}},
      {"SELECT (SELECT x FROM y) z, 1 one, 'a' text WHERE 1", {"z", "one", "text"}},
      {"SELECT count(*), a + b, 1, *, NULL", {"", "", "", "", ""}},
      {"SELECT x IS NULL, NOT a, CASE WHEN 1 THEN 2 END, CASE WHEN 1 THEN 2 END AS c",
       {"", "", "", "c"}},
      {"UPDATE t SET a = (SELECT 1), b = 2 RETURNING a, b + 1 AS c", {"a", "c"}},
      {"INSERT INTO t SELECT a FROM u RETURNING id", {"id"}},
      {"INSERT INTO t SELECT a FROM u", {}},
      {"WITH c AS (SELECT 1 AS inside) SELECT outside FROM c", {"outside"}},
      {"SELECT :a, :a AS b", {"", "b"}},
  };
  for (const Columns& each : cases) {
    ScriptText source("a", each.sql);
    const std::vector<LexedItem> items = lex_script(source);
    const std::vector<ResultColumn> columns =
        result_columns(std::get<LexedStatement>(items.front()).tokens);
    std::vector<std::string> names(columns.size());
    std::ranges::transform(columns, names.begin(), &ResultColumn::name);
    EXPECT_EQ(names, each.names) << each.sql;
  }
}

TEST(Problems, AreToldAllAtOnce) {
  EXPECT_THAT(
      problems_of("\\set a randon(1, 2)\n\\setrandom b 1 2\nSELECT :counter;\nBEGIN;\n"),
      ElementsAre("a.sql:1:8: there is no function 'randon'; did you mean 'random'?",
                  "a.sql:2:1: \\setrandom is gone from pgbench; write \\set name "
                  "random(least, most)",
                  "a.sql:3:8: the variable 'counter' has no value; use \\set or \\gset, or define "
                  "it for the run",
                  "a.sql:4:1: this transaction is still open where the script ends; write "
                  "END;"));
}

struct Case {
  std::string text;
  std::string problem;  ///< behind `a.sql:`
};

void expect_problem(const Case& each) {
  EXPECT_THAT(problems_of(each.text), ElementsAre("a.sql:" + each.problem)) << each.text;
}

TEST(Problems, OfVariables) {
  const std::string none = " has no value; use \\set or \\gset, or define it for the run";
  const std::string maybe = " may have no value here: set it on every way that leads here";
  const std::vector<Case> cases = {
      {"\\set version 1\nSELECT :verison;",
       "2:8: the variable 'verison'" + none + "; did you mean 'version'?"},
      {"SELECT :Scale;", "1:8: the variable 'Scale'" + none + "; did you mean 'scale'?"},
      {"SELECT :late;\n\\set late 1", "1:8: 'late'" + maybe},
      {"\\if :scale > 1\n\\set a 1\n\\endif\nSELECT :a;", "4:8: 'a'" + maybe},
      {"\\if 1\n\\set a 1\n\\elif 2\n\\set b 1\n\\else\n\\set a 1\n\\endif\nSELECT :a;",
       "8:8: 'a'" + maybe},
      {"\\set a :a + 1", "1:9: 'a'" + maybe},
      {"\\sleep :b ms", "1:8: the variable 'b'" + none},
      {"SELECT ':limit';",
       "1:9: inside quotes ':limit' is text, not the variable; write 'text' || :limit"},
      {"\\set 1a 2",
       "1:6: '1a' is not a name of a variable; use letters, digits and _, not a digit first"},
      {"\\set :a 2", "1:6: \\set takes the name alone: write a"},
      {"\\set", "1:1: \\set needs a variable and an expression"},
      {"\\set a", "1:7: an expression is missing"},
      {"\\set a 1 / (:limit - 10)", "1:10: a division by zero"},
      {"\\set a :word + 1", "1:9: the variable holds the text 'x', which is not a number"},
  };
  for (const Case& each : cases) {
    expect_problem(each);
  }
}

TEST(Problems, OfUsesThatAreTooMany) {
  std::string text = "SELECT :limit";
  for (int i = 0; i < 255; ++i) {
    text += ",:limit";
  }
  EXPECT_THAT(problems_of(text), ElementsAre(testing::EndsWith("may use variables 255 times")));
}

TEST(Problems, OfMetaCommands) {
  const std::vector<Case> cases = {
      {"\\shell ls",
       "1:1: \\shell is not supported: it would measure a shell; define a variable for the run "
       "instead"},
      {"SELECT 1 AS a \\aset", "1:15: \\aset is not supported; write \\gset behind each query"},
      {"\\slep 1", "1:1: there is no meta command '\\slep'; did you mean 'sleep'?"},
      {"\\sleep", "1:1: \\sleep needs a time; write \\sleep 10 ms"},
      {"\\sleep 1.5 s",
       "1:8: '1.5' is not a time to sleep; write a whole number or a variable, and us, ms or s"},
      {"\\sleep 1.5", "1:8: \\sleep takes whole numbers; choose a smaller unit: us, ms or s"},
      {"\\sleep 10 minutes", "1:11: 'minutes' is not a unit; write us, ms or s"},
      {"\\sleep 9223372036854775807", "1:8: this sleep is too long"},
      {"\\sleep -1 s",
       "1:8: '-1' is not a time to sleep; write a whole number or a variable, and us, ms or s"},
      {"\\if 1\nSELECT 1;", "1:1: this \\if has no \\endif"},
      {"\\if\nSELECT 1;\n\\endif", "1:4: an expression is missing"},
      {"\\endif", "1:1: \\endif without \\if"},
      {"\\else", "1:1: \\else without \\if"},
      {"\\if 1\n\\else\n\\elif 2\n\\endif", "3:1: \\elif behind \\else"},
      {"\\if 1\n\\else 1\n\\endif", "2:7: nothing may follow \\else"},
      {"\\gset", "1:1: \\gset must stand directly behind its query"},
      {"SELECT 1 AS a;\n\\set b 1\n\\gset", "3:1: \\gset must stand directly behind its query"},
      {"SELECT count(*) FROM t \\gset",
       "1:8: \\gset needs a name for this column; write AS name, and the columns instead of *"},
      {"SELECT 1 AS \"a b\" \\gset", "1:8: 'a b' is not a name of a variable; write AS name"},
      {"DELETE FROM t \\gset", "1:15: \\gset needs a query: SELECT, or a change with RETURNING"},
      {"SELECT 1 AS a \\gset x y", "1:23: \\gset takes one prefix, and nothing else"},
      {"\\startpipeline\nSELECT 1;", "1:1: this pipeline is not ended; write \\endpipeline"},
      {"\\endpipeline", "1:1: no pipeline has been started"},
      {"\\startpipeline\nSELECT 1 AS a \\gset\n\\endpipeline",
       "2:15: \\gset cannot stand in a pipeline"},
  };
  for (const Case& each : cases) {
    expect_problem(each);
  }
}

TEST(Problems, OfTransactions) {
  const std::vector<Case> cases = {
      {"BEGIN;\nBEGIN;\nEND;", "2:1: a transaction is open already; write END; before"},
      {"END;", "1:1: no transaction is open here; write BEGIN; before"},
      {"SAVEPOINT a;", "1:1: no transaction is open here; write BEGIN; before"},
      {"SELECT 1;\n BEGIN;\nSELECT 2;",
       "2:2: this transaction is still open where the script ends; write END;"},
      {"BEGIN;\n\\if 1\nEND;\n\\endif\n\\if 1\n\\endif",
       "4:1: a transaction is open at the end of one part of this \\if, and another part ends "
       "without it"},
  };
  for (const Case& each : cases) {
    expect_problem(each);
  }
  EXPECT_THAT(problems_of("BEGIN;\n\\if 1\nEND;\n\\else\nROLLBACK;\n\\endif"), IsEmpty());
}

TEST(Problems, OfDirectives) {
  const std::vector<Case> cases = {
      {"-- walbench: expct 1\nSELECT 1;",
       "1:14: 'expct' is not a directive; there are expect, weight, read-only and check; did you "
       "mean "
       "'expect'?"},
      {"-- walbench: expect\nSELECT 1;", "1:20: '' is not a number of rows; write 1, or 0..5"},
      {"-- walbench: expect 5..2\nSELECT 1;",
       "1:21: '5..2' is not a number of rows; write 1, or 0..5"},
      {"-- walbench: expect 1 or retry\nSELECT 1;",
       "1:23: only 'else conflict' or 'else retry' may follow the number of rows"},
      {"-- walbench: expect 1 else retry now\nSELECT 1;",
       "1:34: nothing may follow here, but 'now' does"},
      {"-- walbench: expect 1\n\\set a 1\nSELECT 1;",
       "1:13: expect must stand directly before its statement"},
      {"SELECT 1;\n-- walbench: expect 1", "2:13: expect must stand directly before its statement"},
      {"-- walbench: expect 1\nBEGIN; END;",
       "2:1: expect needs a statement that reads or changes rows"},
      {"-- walbench: expect 2..3\nSELECT a \\gset",
       "1:13: \\gset needs one row, which this does not expect"},
      {"-- walbench: weight x\nSELECT 1;",
       "1:21: 'x' is not a weight; write a whole number from 0 to 1000000"},
      {"-- walbench: weight 1\n-- walbench: weight 2\nSELECT 1;",
       "2:13: the script has a weight already"},
      {"-- walbench: weight 0\nSELECT 1;",
       "1:1: no script has a weight above 0, so none would run"},
      {"-- walbench: check SELECT 1\nSELECT 1;", "1:13: check belongs into the setup file"},
      {"-- walbench: read-only\nSELECT 1;\n DELETE FROM t;",
       "3:2: this statement may write, but the script is read-only"},
      {"", "1:1: there is no statement in this script"},
  };
  for (const Case& each : cases) {
    expect_problem(each);
  }
}

TEST(Problems, NameTheFile) {
  ScriptPlan plan = plan_of("SELECT :b;");
  plan.files.push_back({"b.sql", "\\set b 1", std::nullopt});
  EXPECT_THAT(texts_of(compile_scripts(plan).problems),
              ElementsAre(testing::StartsWith("a.sql:1:8: 'b' may have no value here")));
}

TEST(Scripts, ShareTheirVariablesAndNumberTheirStatements) {
  ScriptPlan plan = plan_of("\\set b 1\nSELECT :b;");
  plan.files.push_back({"b.sql", "\\set b 2\nSELECT :b;", 7});
  const ScriptSet set = compiled(plan);
  EXPECT_EQ(set.scripts[0].statements[0].parameters, set.scripts[1].statements[0].parameters);
  EXPECT_EQ(set.scripts[1].statements[0].number, 1U);
  EXPECT_EQ(set.scripts[1].weight, 7);
}

TEST(Scripts, DefinitionsWinOverAutomaticVariables) {
  const ScriptSet set = compiled(
      plan_of("SELECT :scale, :random_seed, :word;", {{"scale", "2.5"}, {"word", "it's"}}));
  const std::vector<std::size_t>& slots = set.scripts[0].statements[0].parameters;
  EXPECT_EQ(set.initial[slots[0]].as_literal(), "2.5");
  EXPECT_EQ(set.initial[slots[1]].as_literal(), "1");
  EXPECT_EQ(set.initial[slots[2]].as_literal(), "'it''s'");
}

}  // namespace
}  // namespace walbench::engine
