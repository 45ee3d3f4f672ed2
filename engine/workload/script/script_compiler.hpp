#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "engine/workload/script/control_flow.hpp"
#include "engine/workload/script/lexer.hpp"
#include "engine/workload/script/meta_command.hpp"
#include "engine/workload/script/script.hpp"
#include "engine/workload/script/variable_table.hpp"

namespace walbench::engine {

/// Translates the items of one script, and checks them on the way.
class ScriptCompiler {
 public:
  /// All must outlive the compiler. `variables` knows the assignments of all scripts already.
  /// `statements` counts the statements of all scripts.
  ScriptCompiler(ScriptText& source, std::span<const LexedItem> items, VariableTable& variables,
                 std::size_t& statements);

  /// Returns the script without its source, which gets the problems.
  Script run();

 private:
  void add(const LexedStatement& lexed);
  void add(const LexedCommand& command);
  void add(const LexedDirective& lexed);

  // Statements.
  void check_texts(const LexedStatement& statement);
  void enter_transaction(ScriptStatement& statement, std::size_t offset);
  void check_expectation(const ScriptStatement& statement, std::size_t offset);
  void take_gset(const LexedStatement& query, ScriptStatement& statement);
  void check_read_only();

  // Meta commands.
  void add_set(const LexedCommand& command);
  void add_sleep(const LexedCommand& command);
  void add_if(const LexedCommand& command);
  void add_part(const LexedCommand& command);
  void add_endif(const LexedCommand& command);
  void add_pipeline(const LexedCommand& command);
  void branch(const LexedCommand& command);
  void end_part();
  void refuse_arguments(const LexedCommand& command);
  bool check_inside_if(const LexedCommand& command);
  void check_agreement(const LexedCommand& command);

  std::optional<Expression> expression(std::string_view text, std::size_t offset);
  std::size_t read_variable(std::string_view name, std::size_t offset);
  void note_interruption();
  void drop_expectation();

  ScriptText& source_;
  std::span<const LexedItem> items_;
  VariableTable& variables_;
  std::size_t& statement_count_;
  std::vector<std::optional<ScriptValue>> constants_;
  Script script_;
  ControlFlow flow_;
  std::size_t at_ = 0;  ///< the item that is being translated
  std::optional<Expectation> expectation_;
  std::size_t expectation_offset_ = 0;
  bool has_weight_ = false;
  std::vector<std::size_t> statement_offsets_;
  std::optional<std::size_t> pipeline_offset_;
  std::set<std::string, std::less<>> complained_;  ///< variables that have a problem already
};

}  // namespace walbench::engine
