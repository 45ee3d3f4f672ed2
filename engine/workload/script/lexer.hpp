#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "engine/workload/script/located_sql.hpp"
#include "engine/workload/script/script_text.hpp"

namespace walbench::engine {

/// All offsets are in bytes of the file.

/// `:name` in a statement.
struct VariableUse {
  std::string name;
  std::size_t offset = 0;
};

/// A piece of a statement, as far as it matters for understanding it.
struct SqlToken {
  enum class Kind : std::uint8_t { word, quoted_name, variable, other };
  Kind kind = Kind::other;
  std::string text;       ///< words in lower case, quoted names without their quotes
  std::size_t depth = 0;  ///< parentheses around it; a parenthesis counts as outside of itself
  std::size_t offset = 0;

  bool is(std::string_view word) const { return kind == Kind::word && text == word; }
  bool is(char c) const { return kind == Kind::other && text.size() == 1 && text[0] == c; }
};

/// A statement without its semicolon. Comments have become a blank.
struct LexedStatement {
  /// Between two variables, and before the first and after the last: one more than `uses`.
  std::vector<LocatedSql> parts{1};
  std::vector<VariableUse> uses;
  std::vector<VariableUse> quoted;  ///< text in quotes that looks like a variable
  std::vector<SqlToken> tokens;     ///< never empty
  std::size_t offset = 0;
};

/// `\name arguments`. A continued line is one line here; offsets stay right.
struct LexedCommand {
  std::string name;  ///< in lower case
  std::size_t offset = 0;
  std::string arguments;
  std::size_t arguments_offset = 0;
};

/// The rest of a line after `-- walbench:`.
struct LexedDirective {
  std::string text;
  std::size_t offset = 0;
};

using LexedItem = std::variant<LexedStatement, LexedCommand, LexedDirective>;

/// Splits a script as pgbench and psql do: statements end at `;` outside of quotes, comments and
/// parentheses, or where a meta command begins, which extends to the end of its line. Knows '..',
/// E'..', "..", `..`, $tag$..$tag$, -- and nested /* */. A `CREATE .. BEGIN .. END` is one
/// statement. Adds what is wrong to the problems of `source` and goes on. Never throws on any text;
/// its time is linear.
std::vector<LexedItem> lex_script(ScriptText& source);

/// The same for the bytes from `begin` to before `end` alone.
std::vector<LexedItem> lex_part(ScriptText& source, std::size_t begin, std::size_t end);

/// The SQL with ?1, ?2, ... for its variables, in the order in which they are used.
LocatedSql sql_of(const LexedStatement& statement);

}  // namespace walbench::engine
