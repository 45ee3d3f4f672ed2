#include "engine/workload/script/script_compiler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/workload/script/expression_parser.hpp"

namespace walbench::engine {
namespace {

/// pgbench's limit, so that a script which runs here runs there.
constexpr std::size_t kMostUses = 255;

std::vector<bool> defined_slots(const VariableTable& variables) {
  std::vector<bool> defined(variables.size());
  for (std::size_t slot = 0; slot < defined.size(); ++slot) {
    defined[slot] = variables.is_defined(slot);
  }
  return defined;
}

}  // namespace

ScriptCompiler::ScriptCompiler(ScriptText& source, std::span<const LexedItem> items,
                               VariableTable& variables, std::size_t& statements)
    : source_(source),
      items_(items),
      variables_(variables),
      statement_count_(statements),
      constants_(variables.constants()),
      flow_(defined_slots(variables)) {}

Script ScriptCompiler::run() {
  for (; at_ < items_.size(); ++at_) {
    std::visit([this](const auto& item) { add(item); }, items_[at_]);
  }
  drop_expectation();
  while (flow_.inside_if()) {
    source_.add_problem(flow_.innermost_offset(), "this \\if has no \\endif");
    flow_.end_if();
  }
  if (pipeline_offset_) {
    source_.add_problem(*pipeline_offset_, "this pipeline is not ended; write \\endpipeline");
  }
  if (flow_.state().transaction) {
    const std::size_t first = script_.transactions[*flow_.state().transaction].first;
    source_.add_problem(statement_offsets_[first],
                        "this transaction is still open where the script ends; write END;");
  }
  if (items_.empty() && source_.problems().empty()) {
    source_.add_problem(0, "there is no statement in this script");
  }
  if (script_.declared_read_only) check_read_only();
  return std::move(script_);
}

// Statements.

void ScriptCompiler::add(const LexedStatement& lexed) {
  ScriptStatement statement;
  statement.number = statement_count_++;
  statement.sql = sql_of(lexed);
  statement.kind = kind_of(lexed.tokens);
  statement.position = source_.position_of(lexed.offset);
  statement.expectation = std::exchange(expectation_, std::nullopt);
  check_texts(lexed);
  for (const VariableUse& use : lexed.uses) {
    statement.parameters.push_back(read_variable(use.name, use.offset));
  }
  enter_transaction(statement, lexed.offset);
  take_gset(lexed, statement);
  check_expectation(statement, lexed.offset);
  script_.instructions.emplace_back(Execute{script_.statements.size()});
  script_.statements.push_back(std::move(statement));
  statement_offsets_.push_back(lexed.offset);
}

void ScriptCompiler::check_texts(const LexedStatement& statement) {
  if (statement.uses.size() > kMostUses) {
    source_.add_problem(statement.uses[kMostUses].offset,
                        fmt::format("a statement may use variables {} times", kMostUses));
  }
  for (const VariableUse& use : statement.quoted) {
    if (!variables_.is_known(use.name)) continue;
    source_.add_problem(use.offset,
                        fmt::format("inside quotes ':{0}' is text, not the variable; write 'text' "
                                    "|| :{0}",
                                    use.name));
  }
}

void ScriptCompiler::enter_transaction(ScriptStatement& statement, std::size_t offset) {
  using Kind = StatementKind;
  const std::size_t number = script_.statements.size();
  const std::optional<std::size_t> open = flow_.state().transaction;
  statement.transaction = open.value_or(script_.transactions.size());
  if (!open) {
    script_.transactions.push_back({.first = number,
                                    .last = number,
                                    .explicit_borders = statement.kind == Kind::begin,
                                    .writes = false,
                                    .only_statements = true});
  }
  ScriptTransaction& transaction = script_.transactions[statement.transaction];
  transaction.last = number;
  transaction.writes = transaction.writes || statement.kind == Kind::write;
  switch (statement.kind) {
    case Kind::begin:
      if (open) source_.add_problem(offset, "a transaction is open already; write END; before");
      flow_.open(statement.transaction);
      break;
    case Kind::commit:
    case Kind::rollback:
    case Kind::savepoint:
      if (!open) source_.add_problem(offset, "no transaction is open here; write BEGIN; before");
      if (statement.kind != Kind::savepoint) flow_.close();
      break;
    case Kind::read:
    case Kind::write: break;
  }
}

void ScriptCompiler::take_gset(const LexedStatement& query, ScriptStatement& statement) {
  if (at_ + 1 >= items_.size()) return;
  const auto* const command = std::get_if<LexedCommand>(&items_[at_ + 1]);
  if (command == nullptr || command->name != "gset") return;
  ++at_;
  if (pipeline_offset_) source_.add_problem(command->offset, "\\gset cannot stand in a pipeline");
  script_.transactions[statement.transaction].only_statements = false;
  statement.gset.emplace();
  for (const std::string& name : gset_names(*command, query, &source_)) {
    statement.gset->push_back(variables_.slot_of(name));
    flow_.assign(statement.gset->back());
  }
}

void ScriptCompiler::check_expectation(const ScriptStatement& statement, std::size_t offset) {
  if (!statement.expectation) return;
  if (statement.kind != StatementKind::read && statement.kind != StatementKind::write) {
    source_.add_problem(offset, "expect needs a statement that reads or changes rows");
  } else if (statement.gset && !statement.expectation->rows.holds(1)) {
    source_.add_problem(expectation_offset_, "\\gset needs one row, which this does not expect");
  }
}

void ScriptCompiler::check_read_only() {
  for (const ScriptStatement& statement : script_.statements) {
    if (statement.kind != StatementKind::write) continue;
    source_.add_problem(
        statement_offsets_[static_cast<std::size_t>(&statement - script_.statements.data())],
        "this statement may write, but the script is read-only");
  }
}

// Directives.

void ScriptCompiler::add(const LexedDirective& lexed) {
  const std::optional<Directive> directive = parse_directive(lexed, source_);
  if (!directive) return;
  if (const auto* const expectation = std::get_if<Expectation>(&*directive)) {
    drop_expectation();
    expectation_ = *expectation;
    expectation_offset_ = lexed.offset;
  } else if (const auto* const weight = std::get_if<Weight>(&*directive)) {
    if (has_weight_) source_.add_problem(lexed.offset, "the script has a weight already");
    has_weight_ = true;
    script_.weight = weight->value;
  } else if (std::holds_alternative<ReadOnly>(*directive)) {
    script_.declared_read_only = true;
  } else {
    source_.add_problem(lexed.offset, "check belongs into the setup file");
  }
}

/// Complains about an expectation that no statement took.
void ScriptCompiler::drop_expectation() {
  if (!expectation_) return;
  expectation_.reset();
  source_.add_problem(expectation_offset_, "expect must stand directly before its statement");
}

// Meta commands.

void ScriptCompiler::add(const LexedCommand& command) {
  drop_expectation();
  note_interruption();
  if (command.name == "set") return add_set(command);
  if (command.name == "sleep") return add_sleep(command);
  if (command.name == "if") return add_if(command);
  if (command.name == "elif" || command.name == "else") return add_part(command);
  if (command.name == "endif") return add_endif(command);
  if (command.name.ends_with("pipeline")) return add_pipeline(command);
  source_.add_problem(command.offset, command.name == "gset"
                                          ? "\\gset must stand directly behind its query"
                                          : refusal_of(command.name));
}

void ScriptCompiler::add_set(const LexedCommand& command) {
  const std::optional<SetArguments> arguments = set_arguments(command, source_);
  if (!arguments) return;
  std::optional<Expression> value =
      expression(arguments->expression.text, arguments->expression.offset);
  const std::size_t slot = variables_.slot_of(arguments->name.text);
  flow_.assign(slot);
  if (value) script_.instructions.emplace_back(SetVariable{slot, std::move(*value)});
}

void ScriptCompiler::add_sleep(const LexedCommand& command) {
  const std::optional<SleepArguments> arguments = sleep_arguments(command, source_);
  if (!arguments) return;
  Sleep sleep{.unit_ns = arguments->unit_ns,
              .units = arguments->units,
              .slot = std::nullopt,
              .offset = command.offset};
  if (arguments->variable) {
    sleep.slot = read_variable(arguments->variable->text, arguments->variable->offset);
  }
  script_.instructions.emplace_back(sleep);
}

/// A branch that the next part of the \if will be the target of.
void ScriptCompiler::branch(const LexedCommand& command) {
  std::optional<Expression> condition = expression(command.arguments, command.arguments_offset);
  if (!condition) condition = Expression({{.operation = Operation::constant}});
  flow_.set_branch(script_.instructions.size());
  script_.instructions.emplace_back(BranchUnless{std::move(*condition), 0});
}

void ScriptCompiler::add_if(const LexedCommand& command) {
  flow_.begin_if(command.offset);
  branch(command);
}

void ScriptCompiler::end_part() {
  if (const std::optional<std::size_t> waiting = flow_.take_branch()) {
    std::get<BranchUnless>(script_.instructions[*waiting]).target = script_.instructions.size();
  }
}

void ScriptCompiler::add_part(const LexedCommand& command) {
  if (!check_inside_if(command)) return;
  if (flow_.had_else()) {
    source_.add_problem(command.offset, fmt::format("\\{} behind \\else", command.name));
  }
  flow_.jumps().push_back(script_.instructions.size());
  script_.instructions.emplace_back(Jump{0});
  end_part();
  const bool is_else = command.name == "else";
  flow_.next_part(is_else);
  check_agreement(command);
  if (is_else) {
    refuse_arguments(command);
  } else {
    branch(command);
  }
}

void ScriptCompiler::add_endif(const LexedCommand& command) {
  refuse_arguments(command);
  if (!check_inside_if(command)) return;
  end_part();
  for (const std::size_t jump : flow_.jumps()) {
    std::get<Jump>(script_.instructions[jump]).target = script_.instructions.size();
  }
  flow_.end_if();
  check_agreement(command);
}

/// Pipelines are checked and have no effect: an embedded engine has no round trips to save.
void ScriptCompiler::add_pipeline(const LexedCommand& command) {
  refuse_arguments(command);
  const bool starts = command.name == "startpipeline";
  if (!starts && command.name != "endpipeline" && command.name != "syncpipeline") {
    source_.add_problem(command.offset, refusal_of(command.name));
  } else if (starts == pipeline_offset_.has_value()) {
    source_.add_problem(command.offset, starts ? "a pipeline has been started already"
                                               : "no pipeline has been started");
  }
  if (starts) pipeline_offset_ = command.offset;
  if (command.name == "endpipeline") pipeline_offset_.reset();
}

void ScriptCompiler::refuse_arguments(const LexedCommand& command) {
  const std::vector<CommandWord> words = words_of(command);
  if (!words.empty()) {
    source_.add_problem(words.front().offset, fmt::format("nothing may follow \\{}", command.name));
  }
}

bool ScriptCompiler::check_inside_if(const LexedCommand& command) {
  if (flow_.inside_if()) return true;
  source_.add_problem(command.offset, fmt::format("\\{} without \\if", command.name));
  return false;
}

void ScriptCompiler::check_agreement(const LexedCommand& command) {
  if (flow_.take_agreement()) return;
  source_.add_problem(command.offset,
                      "a transaction is open at the end of one part of this \\if, and another part "
                      "ends without it");
}

// Helpers of several commands.

std::optional<Expression> ScriptCompiler::expression(std::string_view text, std::size_t offset) {
  const VariableSlots slots = [this](std::string_view name, std::size_t at) {
    return read_variable(name, at);
  };
  std::optional<Expression> parsed = parse_expression(text, offset, slots, source_);
  if (parsed) parsed->fold(constants_, source_);
  return parsed;
}

std::size_t ScriptCompiler::read_variable(std::string_view name, std::size_t offset) {
  const std::size_t slot = variables_.slot_of(name);
  if (flow_.has_value(slot) || !complained_.emplace(name).second) return slot;
  if (variables_.is_assigned(name)) {
    source_.add_problem(offset, fmt::format("'{}' may have no value here: set it on every way "
                                            "that leads here",
                                            name));
  } else {
    source_.add_problem(offset, fmt::format("the variable '{}' has no value; use \\set or \\gset, "
                                            "or define it for the run{}",
                                            name, did_you_mean(name, variables_.known_names())));
  }
  return slot;
}

/// A transaction that is open consists of more than statements.
void ScriptCompiler::note_interruption() {
  if (const std::optional<std::size_t> open = flow_.state().transaction) {
    script_.transactions[*open].only_statements = false;
  }
}

}  // namespace walbench::engine
