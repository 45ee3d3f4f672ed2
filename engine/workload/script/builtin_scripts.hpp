#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/database.hpp"

namespace walbench::engine {

/// A script that pgbench has built in, word for word.
struct BuiltinScript {
  std::string_view name;
  std::string_view description;
  std::string_view text;
  bool updates_accounts = false;              ///< and adds to the history
  bool updates_tellers_and_branches = false;  ///< by the same amounts
};

std::span<const BuiltinScript> builtin_scripts();

/// The script whose name begins so, as pgbench looks it up. Throws std::invalid_argument if there
/// is none, or more than one.
const BuiltinScript& builtin_script(std::string_view prefix);

/// pgbench's tables at a scale (accounts: 100,000 each) from 1 on, as `pgbench -i` fills them, with
/// two differences that SQLite needs: the keys are `integer primary key`, the row ids, and the
/// accounts' filler is 84 blanks, which PostgreSQL's char(84) pads by itself. The tables differ in
/// their columns, so the rows that are inserted one by one are those of the accounts; the others
/// come with the schema.
storage::Content pgbench_content(std::int64_t scale);

/// Puts every row back to where it started.
std::string pgbench_reset_sql();

/// A query that must return 1, and what it stands for.
struct Invariant {
  std::string sql;
  std::string meaning;  ///< a sentence that is true if it does
};

/// The invariants that hold after any number of runs of these scripts, if no others ran.
std::vector<Invariant> pgbench_invariants(std::span<const BuiltinScript* const> scripts,
                                          std::int64_t scale);

}  // namespace walbench::engine
