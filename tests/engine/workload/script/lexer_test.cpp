// Would catch: a statement that ends in the middle of a text, a comment or a trigger; a variable
// that is taken for text, or a text that is taken for a variable.

#include "engine/workload/script/lexer.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/workload/script/script_support.hpp"

namespace walbench::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// `sql(SQL)`, `\name(arguments)`, `--(directive)`, with line:column before each.
std::vector<std::string> lexed(const std::string& text) {
  ScriptText source("a.sql", text);
  std::vector<std::string> items;
  const auto add = [&](std::size_t offset, const std::string& what) {
    const Position at = source.position_of(offset);
    items.push_back(fmt::format("{}:{} {}", at.line, at.column, what));
  };
  for (const LexedItem& item : lex_script(source)) {
    if (const auto* const statement = std::get_if<LexedStatement>(&item)) {
      add(statement->offset, fmt::format("sql({})", sql_of(*statement).text()));
    } else if (const auto* const command = std::get_if<LexedCommand>(&item)) {
      add(command->offset, fmt::format("\\{}({})", command->name, command->arguments));
    } else {
      const auto& directive = std::get<LexedDirective>(item);
      add(directive.offset, fmt::format("--({})", directive.text));
    }
  }
  for (const ScriptProblem& problem : source.problems()) {
    items.push_back(problem.text());
  }
  return items;
}

TEST(Lexer, SplitsStatementsAtSemicolons) {
  EXPECT_THAT(lexed("SELECT 1;\n  SELECT 2 ; ;;SELECT 3"),
              ElementsAre("1:1 sql(SELECT 1)", "2:3 sql(SELECT 2)", "2:16 sql(SELECT 3)"));
  EXPECT_THAT(lexed(""), IsEmpty());
  EXPECT_THAT(lexed(" \n;;\n -- only a comment"), IsEmpty());
}

TEST(Lexer, LeavesQuotesAlone) {
  for (const std::string quoted :
       {"'a;b'", "'it''s;'", "\"a;\"\"b\"", "`a;b`", "$$a;'b$$", "$t$a;$$;b$t$", "E'a\\';b'",
        "e'\\\\;'", "'--'", "'/*'", "''';'''"}) {
    EXPECT_THAT(lexed("SELECT " + quoted + "; SELECT 2"),
                ElementsAre("1:1 sql(SELECT " + quoted + ")", testing::EndsWith("sql(SELECT 2)")));
  }
}

TEST(Lexer, DropsComments) {
  EXPECT_THAT(lexed("-- a;\nSELECT -- b; :x\n 1 /* c; /* d; */ e; */ + 2;/* f */ SELECT 3 -- g"),
              ElementsAre("2:1 sql(SELECT \n 1   + 2)", "3:37 sql(SELECT 3)"));
}

TEST(Lexer, FindsVariablesOutsideOfQuotes) {
  EXPECT_THAT(lexed("SELECT :a, ':b', \":c\", x::int, :a+:_d1, '12:30', y[1:2], :ä;"),
              ElementsAre("1:1 sql(SELECT ?1, ':b', \":c\", x::int, ?2+?3, '12:30', y[1:2], ?4)"));
}

TEST(Lexer, FindsMetaCommands) {
  EXPECT_THAT(
      lexed("\\set a 1 \\\n  + 2\r\nSELECT 1\n \\SLEEP 10 ms\nSELECT 2 \\gset p_\nSELECT 3"),
      ElementsAre("1:1 \\set( a 1     + 2)", "3:1 sql(SELECT 1)", "4:2 \\sleep( 10 ms)",
                  "5:1 sql(SELECT 2)", "5:10 \\gset( p_)", "6:1 sql(SELECT 3)"));
}

TEST(Lexer, FindsDirectives) {
  EXPECT_THAT(lexed("-- walbench: expect 1 \nSELECT 1;\n  --WALBENCH:weight 3"),
              ElementsAre("1:13 --( expect 1 )", "2:1 sql(SELECT 1)", "3:14 --(weight 3)"));
}

TEST(Lexer, KeepsRoutinesWhole) {
  const std::string trigger =
      "CREATE TRIGGER t AFTER UPDATE ON a BEGIN UPDATE b SET c = CASE WHEN 1 THEN 2 END; SELECT 1; "
      "END";
  EXPECT_THAT(lexed(trigger + "; SELECT 2"),
              ElementsAre("1:1 sql(" + trigger + ")", "1:98 sql(SELECT 2)"));
  EXPECT_THAT(lexed("BEGIN; SELECT 1; END;"),
              ElementsAre("1:1 sql(BEGIN)", "1:8 sql(SELECT 1)", "1:18 sql(END)"));
}

struct Case {
  std::string text;
  std::string problem;
};

TEST(Lexer, TellsWhatIsWrongAndWhere) {
  const std::vector<Case> cases = {
      {"SELECT 'a", "a.sql:1:8: ' is not closed"},
      {"SELECT \"a", "a.sql:1:8: \" is not closed"},
      {"SELECT 1,\n  $t$a$$", "a.sql:2:3: $t$ is not closed"},
      {"SELECT /* 1", "a.sql:1:8: /* is not closed"},
      {"SELECT (1;", "a.sql:1:8: '(' is not closed within its statement"},
      {"SELECT ?", "a.sql:1:8: '?' is a parameter without a name; write :name"},
      {"SELECT $1", "a.sql:1:8: '$' begins a parameter of the database's own; write :name"},
      {"SELECT @a", "a.sql:1:8: '@name' is not a variable of a script; write :name"},
      {"SELECT 1 \\;\n", "a.sql:1:10: '\\;' is not supported; write ';'"},
      {"\\ set a 1", "a.sql:1:1: the name of a meta command must follow '\\'"},
      {"SELECT ä -- walbench: expect 1", "a.sql:1:10: a directive stands on a line of its own"},
      {"SELECT 1\n-- walbench: expect 1\n;",
       "a.sql:2:1: a directive inside a statement; is a ';' missing before it?"},
      {"CREATE TRIGGER t BEGIN SELECT 1;", "a.sql:1:18: BEGIN has no END; before the script ends"},
      {std::string("SELECT \0", 8), "a.sql:1:8: a zero byte; is this a text file?"},
  };
  for (const Case& each : cases) {
    EXPECT_THAT(lexed(each.text), testing::Contains(each.problem)) << each.text;
  }
}

}  // namespace
}  // namespace walbench::engine
