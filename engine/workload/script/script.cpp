#include "engine/workload/script/script.hpp"

#include <algorithm>
#include <utility>

#include "engine/workload/script/lexer.hpp"
#include "engine/workload/script/meta_command.hpp"
#include "engine/workload/script/script_compiler.hpp"
#include "engine/workload/script/variable_table.hpp"

namespace walbench::engine {
namespace {

struct LexedScript {
  ScriptText source;
  std::vector<LexedItem> items;
};

void note_assignments(const std::vector<LexedItem>& items, VariableTable& variables) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto* const command = std::get_if<LexedCommand>(&items[i]);
    if (command == nullptr) continue;
    if (command->name == "set") {
      const std::vector<CommandWord> words = words_of(*command);
      if (!words.empty()) variables.note_assignment(words.front().text);
    } else if (command->name == "gset" && i > 0) {
      const auto* const query = std::get_if<LexedStatement>(&items[i - 1]);
      if (query == nullptr) continue;
      for (const std::string& name : gset_names(*command, *query, nullptr)) {
        variables.note_assignment(name);
      }
    }
  }
}

void check_weights(CompiledScripts& compiled) {
  const bool chosen = std::ranges::any_of(compiled.set.scripts,
                                          [](const Script& script) { return script.weight > 0; });
  if (chosen || compiled.set.scripts.empty()) return;
  compiled.problems.push_back({compiled.set.scripts.front().source.name(),
                               {},
                               "no script has a weight above 0, so none would run"});
}

}  // namespace

bool Script::writes() const {
  return std::ranges::any_of(transactions, &ScriptTransaction::writes);
}

storage::StatementTexts ScriptSet::statement_texts() const {
  storage::StatementTexts texts;
  for (const Script& script : scripts) {
    for (const ScriptStatement& statement : script.statements) {
      texts.push_back({.sql = statement.sql.text()});
    }
  }
  return texts;
}

CompiledScripts compile_scripts(const ScriptPlan& plan) {
  VariableTable variables(plan);
  std::vector<LexedScript> lexed;
  for (const ScriptFile& file : plan.files) {
    LexedScript& script = lexed.emplace_back(LexedScript{ScriptText(file.name, file.text), {}});
    script.items = lex_script(script.source);
    note_assignments(script.items, variables);
  }
  CompiledScripts compiled;
  std::size_t statements = 0;
  for (std::size_t i = 0; i < lexed.size(); ++i) {
    ScriptText& source = lexed[i].source;
    Script script = ScriptCompiler(source, lexed[i].items, variables, statements).run();
    script.weight = plan.files[i].weight.value_or(script.weight);
    std::ranges::move(source.problems(), std::back_inserter(compiled.problems));
    script.source = std::move(source);
    compiled.set.scripts.push_back(std::move(script));
  }
  check_weights(compiled);
  compiled.set.variables = variables.names();
  compiled.set.initial = variables.initial();
  compiled.set.client_id = variables.slot_of("client_id");
  compiled.set.seed = plan.seed;
  return compiled;
}

}  // namespace walbench::engine
