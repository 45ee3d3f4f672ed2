#include "engine/workload/script/setup.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "engine/workload/script/lexer.hpp"
#include "engine/workload/script/variable_table.hpp"

namespace walbench::engine {
namespace {

class SetupCompiler {
 public:
  SetupCompiler(const ScriptFile& file, const ScriptPlan& plan)
      : source_(file.name, file.text), variables_(plan), values_(variables_.constants()) {}

  CompiledSetup run() {
    for (const LexedItem& item : lex_script(source_)) {
      std::visit([this](const auto& each) { add(each); }, item);
    }
    std::vector<ScriptProblem> problems = source_.problems();
    setup_.source = std::move(source_);
    return {std::move(setup_), std::move(problems)};
  }

 private:
  void add(const LexedStatement& statement) {
    setup_.statements.push_back(replaced(statement, statement.offset));
  }

  void add(const LexedCommand& command) {
    source_.add_problem(
        command.offset,
        fmt::format("\\{} belongs into a script; a setup file has SQL only", command.name));
  }

  void add(const LexedDirective& lexed) {
    const std::optional<Directive> directive = parse_directive(lexed, source_);
    if (!directive) return;
    const auto* const check = std::get_if<Check>(&*directive);
    if (check == nullptr) {
      source_.add_problem(lexed.offset, "only check may stand in a setup file");
      return;
    }
    const std::vector<LexedItem> items =
        lex_part(source_, check->offset, check->offset + check->sql.size());
    const auto* const query = items.empty() ? nullptr : std::get_if<LexedStatement>(&items.front());
    if (items.size() != 1 || query == nullptr || kind_of(query->tokens) != StatementKind::read) {
      source_.add_problem(check->offset, "check needs one query that returns 1");
      return;
    }
    setup_.checks.push_back(replaced(*query, check->offset));
  }

  SetupStatement replaced(const LexedStatement& statement, std::size_t offset) {
    LocatedSql sql = statement.parts.front();
    for (std::size_t i = 0; i < statement.uses.size(); ++i) {
      sql.append(literal(statement.uses[i]), statement.uses[i].offset);
      sql.append(statement.parts[i + 1]);
    }
    return {std::move(sql), source_.position_of(offset)};
  }

  std::string literal(const VariableUse& use) {
    const std::size_t slot = variables_.slot_of(use.name);
    if (slot < values_.size() && values_[slot]) return values_[slot]->as_literal();
    source_.add_problem(use.offset,
                        fmt::format("the variable '{}' has no value here; define it for the run{}",
                                    use.name, did_you_mean(use.name, variables_.known_names())));
    return "NULL";
  }

  ScriptText source_;
  VariableTable variables_;
  std::vector<std::optional<ScriptValue>> values_;
  Setup setup_;
};

}  // namespace

CompiledSetup compile_setup(const ScriptFile& file, const ScriptPlan& plan) {
  return SetupCompiler(file, plan).run();
}

}  // namespace walbench::engine
