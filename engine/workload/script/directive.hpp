#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "engine/workload/script/lexer.hpp"
#include "storage/transaction.hpp"

namespace walbench::engine {

/// The end of an iteration in which a statement hit another number of rows than expected.
enum class Otherwise : std::uint8_t {
  fail,      ///< the iteration failed
  conflict,  ///< it was a conflict, which ends it
  retry,     ///< it was a conflict, and the iteration may be repeated
};

/// `expect N`, `expect N..M`, each also with `else conflict` or `else retry`.
struct Expectation {
  storage::ExpectedRows rows;
  Otherwise otherwise = Otherwise::fail;
};

/// `weight W`: how often a script is chosen, among the weights of all scripts.
struct Weight {
  std::int64_t value = 1;
};

/// `read-only`: the script may not change the database.
struct ReadOnly {};

/// `check SQL`: a query that must return 1 after the run.
struct Check {
  std::string sql;
  std::size_t offset = 0;
};

using Directive = std::variant<Expectation, Weight, ReadOnly, Check>;

/// Returns nothing, and adds a problem to `source`, if it is not a directive.
std::optional<Directive> parse_directive(const LexedDirective& directive, ScriptText& source);

}  // namespace walbench::engine
