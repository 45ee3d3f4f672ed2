#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/workload/script/script.hpp"

namespace walbench::engine {

/// The variables of all scripts, which share one numbering of slots.
class VariableTable {
 public:
  /// The automatic ones and those of the plan's definitions.
  explicit VariableTable(const ScriptPlan& plan);

  /// Some script sets it, so its value may change.
  void note_assignment(std::string_view name);

  /// The slot of a name, which gets one if it has none yet.
  std::size_t slot_of(std::string_view name);

  /// It has a value before the first script runs.
  bool is_defined(std::size_t slot) const { return slot < defined_; }
  bool is_assigned(std::string_view name) const;
  bool is_known(std::string_view name) const;

  std::size_t size() const { return names_.size(); }
  const std::vector<std::string>& names() const { return names_; }
  std::vector<ScriptValue> initial() const;

  /// The values of variables that never change, by slot.
  std::vector<std::optional<ScriptValue>> constants() const;

  /// The names that have a value somewhere, for suggestions.
  std::vector<std::string_view> known_names() const;

 private:
  void define(std::string_view name, ScriptValue value);

  std::vector<std::string> names_;
  std::vector<ScriptValue> values_;
  std::vector<bool> assigned_;
  std::map<std::string, std::size_t, std::less<>> slots_;
  std::size_t defined_ = 0;
};

}  // namespace walbench::engine
