#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/workload/script/directive.hpp"
#include "engine/workload/script/expression.hpp"
#include "engine/workload/script/script_text.hpp"
#include "engine/workload/script/script_value.hpp"
#include "engine/workload/script/sql_statement.hpp"
#include "storage/transaction.hpp"

namespace walbench::engine {

/// One statement of a script.
struct ScriptStatement {
  std::size_t number = 0;  ///< among the statements of all scripts; see statement_texts()
  LocatedSql sql;          ///< with ?1, ?2, ... for its variables
  std::vector<std::size_t> parameters;  ///< the slots of the variables ?1, ?2, ...
  StatementKind kind = StatementKind::read;
  std::size_t transaction = 0;  ///< among those of its script
  std::optional<Expectation> expectation;
  std::optional<std::vector<std::size_t>> gset;  ///< the slots that its only row's columns go to
  Position position;
};

/// From BEGIN to COMMIT or ROLLBACK, or a statement outside of that.
struct ScriptTransaction {
  std::size_t first = 0;  ///< statements of the script
  std::size_t last = 0;
  bool explicit_borders = false;  ///< BEGIN and COMMIT stand in the script
  bool writes = false;
  /// It contains statements only: no \sleep, \gset, \set or \if.
  bool only_statements = true;
};

// The instructions of a script.
struct SetVariable {
  std::size_t slot = 0;
  Expression expression;
};
struct Sleep {
  std::int64_t unit_ns = 0;
  std::int64_t units = 0;           ///< if there is not a variable
  std::optional<std::size_t> slot;  ///< the variable that holds the number of units
  std::size_t offset = 0;           ///< in the file
};
struct Execute {
  std::size_t statement = 0;
};
struct BranchUnless {
  Expression condition;
  std::size_t target = 0;  ///< the instruction to go on with if it is not true
};
struct Jump {
  std::size_t target = 0;
};
using Instruction = std::variant<SetVariable, Sleep, Execute, BranchUnless, Jump>;

/// A transaction script, checked. It ends outside of any transaction, and each variable that it
/// reads has a value by then.
struct Script {
  ScriptText source{"", ""};
  std::int64_t weight = 1;  ///< how often it is chosen, among the weights of all scripts
  bool declared_read_only = false;
  std::vector<Instruction> instructions;
  std::vector<ScriptStatement> statements;
  std::vector<ScriptTransaction> transactions;

  /// As far as the words of its statements tell.
  bool writes() const;
};

/// The scripts of a run. They share their variables, of which each client has its own values.
struct ScriptSet {
  std::vector<Script> scripts;
  std::vector<std::string> variables;  ///< names by slot
  std::vector<ScriptValue> initial;    ///< values by slot
  std::size_t client_id = 0;           ///< the slot of the variable of that name
  std::uint64_t seed = 0;

  /// All statements, by their numbers.
  storage::StatementTexts statement_texts() const;
};

/// A script file.
struct ScriptFile {
  std::string name;  ///< for messages
  std::string text;
  std::optional<std::int64_t> weight;  ///< wins over the script's own directive
};

/// A variable that has a value before the first script runs.
struct ScriptDefinition {
  std::string name;   ///< is_variable_name()
  std::string value;  ///< see ScriptValue::parse()
};

/// The scripts of a run and the values that they start with.
struct ScriptPlan {
  std::vector<ScriptFile> files;                   ///< at least one
  std::vector<ScriptDefinition> definitions = {};  ///< win over the automatic variables
  std::int64_t scale = 1;                          ///< the variable of that name
  std::uint64_t seed = 1;                          ///< for all random numbers
};

/// The result of compile_scripts(). `set` may be run if there are no problems.
struct CompiledScripts {
  ScriptSet set;
  std::vector<ScriptProblem> problems;
};

/// Checks and translates scripts: all that can be known without a database. Automatic variables are
/// pgbench's: client_id, scale, random_seed and default_seed. Never throws on any text.
CompiledScripts compile_scripts(const ScriptPlan& plan);

}  // namespace walbench::engine
