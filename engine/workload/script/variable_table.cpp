#include "engine/workload/script/variable_table.hpp"

#include <utility>

#include "engine/workload/script/random_stream.hpp"

namespace walbench::engine {

VariableTable::VariableTable(const ScriptPlan& plan) {
  constexpr std::uint64_t kStream = 0xDEFA;  // of no client
  const auto whole = [](auto value) {
    return ScriptValue(Number(static_cast<std::int64_t>(value)));
  };
  define("client_id", whole(0));
  define("scale", whole(plan.scale));
  define("random_seed", whole(plan.seed));
  define("default_seed", whole(RandomStream(plan.seed, ~kStream).bits()));
  note_assignment("client_id");
  for (const ScriptDefinition& definition : plan.definitions) {
    define(definition.name, ScriptValue::parse(definition.value));
  }
  defined_ = names_.size();
}

void VariableTable::define(std::string_view name, ScriptValue value) {
  values_[slot_of(name)] = std::move(value);
}

void VariableTable::note_assignment(std::string_view name) {
  assigned_[slot_of(name)] = true;
}

std::size_t VariableTable::slot_of(std::string_view name) {
  const auto found = slots_.find(name);
  if (found != slots_.end()) return found->second;
  slots_.emplace(name, names_.size());
  names_.emplace_back(name);
  values_.emplace_back();
  assigned_.push_back(false);
  return names_.size() - 1;
}

bool VariableTable::is_assigned(std::string_view name) const {
  const auto found = slots_.find(name);
  return found != slots_.end() && assigned_[found->second];
}

bool VariableTable::is_known(std::string_view name) const {
  const auto found = slots_.find(name);
  return found != slots_.end() && (assigned_[found->second] || is_defined(found->second));
}

std::vector<ScriptValue> VariableTable::initial() const {
  return values_;
}

std::vector<std::optional<ScriptValue>> VariableTable::constants() const {
  std::vector<std::optional<ScriptValue>> constants(names_.size());
  for (std::size_t slot = 0; slot < defined_; ++slot) {
    if (!assigned_[slot]) constants[slot] = values_[slot];
  }
  return constants;
}

std::vector<std::string_view> VariableTable::known_names() const {
  std::vector<std::string_view> known;
  for (const auto& [name, slot] : slots_) {
    if (is_known(name)) known.push_back(name);
  }
  return known;
}

}  // namespace walbench::engine
