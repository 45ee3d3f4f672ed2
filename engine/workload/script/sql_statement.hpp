#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/workload/script/lexer.hpp"

namespace walbench::engine {

/// The effect of a statement, as far as its words tell.
enum class StatementKind : std::uint8_t {
  begin,
  commit,
  rollback,   ///< ends the transaction
  savepoint,  ///< SAVEPOINT, RELEASE, ROLLBACK TO
  read,
  write,  ///< everything else; may change the database
};

/// `tokens` is not empty. A SELECT that calls a function that writes counts as a read.
StatementKind kind_of(std::span<const SqlToken> tokens);

/// A column of a query's result.
struct ResultColumn {
  std::string name;  ///< an alias, or a column's own name; empty: it has none, or is `*`
  std::size_t offset = 0;
};

/// The columns of the SELECT (the first, if there are several) or the RETURNING clause on the
/// outermost level; none if the statement returns nothing.
std::vector<ResultColumn> result_columns(std::span<const SqlToken> tokens);

}  // namespace walbench::engine
