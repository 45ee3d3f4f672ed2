#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/workload/script/script.hpp"

namespace walbench::engine {

/// The plan of one script, `a.sql`.
inline ScriptPlan plan_of(std::string text, std::vector<ScriptDefinition> definitions = {}) {
  return {.files = {{"a.sql", std::move(text), std::nullopt}},
          .definitions = std::move(definitions),
          .scale = 1,
          .seed = 1};
}

inline std::vector<std::string> texts_of(const std::vector<ScriptProblem>& problems) {
  std::vector<std::string> texts;
  texts.reserve(problems.size());
  for (const ScriptProblem& problem : problems) {
    texts.push_back(problem.text());
  }
  return texts;
}

/// The scripts of a plan without problems.
inline ScriptSet compiled(const ScriptPlan& plan) {
  CompiledScripts result = compile_scripts(plan);
  for (const std::string& problem : texts_of(result.problems)) {
    ADD_FAILURE() << problem;
  }
  return std::move(result.set);
}

}  // namespace walbench::engine
