#include "tools/bench/script_request.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "engine/workload/script/builtin_scripts.hpp"
#include "engine/workload/script/script.hpp"
#include "metrics/files/text_file.hpp"
#include "metrics/fingerprint.hpp"
#include "tools/bench/examples.hpp"
#include "tools/bench/script_problems.hpp"
#include "tools/program/options.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

constexpr std::size_t kMostBytes = 16 << 20;  // of a script, or a setup with rows in it

std::string text_of(std::string_view option, const std::filesystem::path& path) {
  std::error_code unknown;
  if (!std::filesystem::exists(path, unknown)) {
    refuse(option, fmt::format("there is no file '{}'", printable(path.string())));
  }
  try {
    return metrics::read_text_file(path, kMostBytes);
  } catch (const metrics::FileReadError& error) {
    refuse(option, fmt::format("'{}': {}", printable(path.string()), error.what()));
  }
}

/// `claim+read`, of which a long one is cut.
std::string name_of(const std::vector<ScriptSource>& scripts) {
  constexpr std::size_t kLongest = 40;
  std::string name;
  for (const ScriptSource& script : scripts) {
    const std::string stem = std::filesystem::path(script.name).stem().string();
    name += (name.empty() ? "" : "+") + (script.built_in ? script.name : stem);
  }
  if (name.size() > kLongest) name = name.substr(0, kLongest) + "...";
  return name;
}

std::string digest_of(const engine::ScriptPlan& plan, const std::string& setup) {
  std::string all = fmt::format("{}\n{}\n", plan.scale, setup);
  for (const engine::ScriptFile& file : plan.files) {
    all += fmt::format("{}\n{}\n", file.weight.value_or(-1), file.text);
  }
  for (const engine::ScriptDefinition& definition : plan.definitions) {
    all += fmt::format("{}={}\n", definition.name, definition.value);
  }
  return metrics::fingerprint_of(all);
}

/// Every built-in script's whole name; examples have no other.
std::vector<ScriptSource> with_whole_names(std::vector<ScriptSource> scripts) {
  for (ScriptSource& script : scripts) {
    if (!script.built_in || find_example(script.name) != nullptr) continue;
    try {
      script.name = engine::builtin_script(script.name).name;
    } catch (const std::invalid_argument& error) {
      refuse("--builtin", error.what());
    }
  }
  return scripts;
}

}  // namespace

std::shared_ptr<ScriptRun> compile_run(const ScriptRequest& request, std::uint64_t seed) {
  const std::vector<ScriptSource> sources = with_whole_names(request.scripts);
  engine::ScriptPlan plan{
      .files = {}, .definitions = request.definitions, .scale = request.scale, .seed = seed};
  std::vector<const engine::BuiltinScript*> built_in;
  std::string example_setup;
  for (const ScriptSource& source : sources) {
    if (const Example* const example = source.built_in ? find_example(source.name) : nullptr) {
      plan.files.push_back({source.name + ".sql", std::string(example->script), source.weight});
      example_setup += example->setup;
    } else if (source.built_in) {
      built_in.push_back(&engine::builtin_script(source.name));
      plan.files.push_back({source.name, std::string(built_in.back()->text), source.weight});
    } else {
      plan.files.push_back({source.name, text_of("--script", source.name), source.weight});
    }
  }

  auto run = std::make_shared<ScriptRun>();
  engine::CompiledScripts compiled = engine::compile_scripts(plan);
  std::vector<engine::ScriptProblem> problems = std::move(compiled.problems);
  // Who brings a database or a setup has the tables that the examples need.
  std::string setup = request.db ? std::string() : example_setup;
  if (request.setup) setup = text_of("--setup", *request.setup);
  if (!setup.empty()) {
    const std::string name = request.setup ? request.setup->string() : "setup of the example";
    engine::CompiledSetup prepared = engine::compile_setup({name, setup, std::nullopt}, plan);
    std::ranges::move(prepared.problems, std::back_inserter(problems));
    run->setup = std::move(prepared.setup);
  }
  if (!problems.empty()) throw std::invalid_argument(told(problems));

  run->job.name = name_of(sources);
  run->job.set = std::move(compiled.set);
  run->job.digest = digest_of(plan, setup);
  run->job.source = std::move(plan);
  run->db = request.db;
  if (!built_in.empty() && !request.db) run->job.content = engine::pgbench_content(request.scale);
  if (built_in.size() == sources.size() && !request.db && !request.setup) {
    run->job.checks = engine::pgbench_invariants(built_in, request.scale);
  }
  for (const engine::SetupStatement& check : run->setup.checks) {
    run->job.checks.push_back(
        {check.sql.text(),
         fmt::format("{}:{} returns 1", run->setup.source.name(), check.position.line)});
  }
  return run;
}

}  // namespace walbench::tools
