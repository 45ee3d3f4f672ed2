#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "engine/plan.hpp"
#include "metrics/result/mitigation_result.hpp"
#include "storage/settings.hpp"
#include "tools/program/option_values.hpp"

namespace walbench::tools {

/// An axis or a setting, by its name in options, and its value. What is no axis and has no option
/// of its own is a PRAGMA.
struct Setting {
  std::string name;
  std::string value;

  bool operator==(const Setting&) const = default;
};

/// The value of --try: strategies (or `all`), or one change of axes and settings.
struct Try {
  std::vector<std::string> strategies;
  std::vector<Setting> changes;  ///< all of them at once; empty if strategies are named
};

/// `fair-queue,batch` or `busy-handler=constant:1ms,synchronous=full`.
Reader<Try> tries();

/// `cache_size=-65536`, of letters, digits and a few signs.
Reader<Setting> pragmas();

/// `on` or `off`.
Reader<bool> on_or_off();
Reader<storage::Synchronous> synchronous_levels();
Reader<std::chrono::milliseconds> busy_timeouts();

/// Sets an axis, a setting or a PRAGMA of the plan. Throws std::invalid_argument with a sentence
/// that does not name an option.
void apply(const Setting& setting, engine::ConfigurationPlan& plan);

/// `busy-handler-constant-1ms+synchronous-full`: what changes, as file names take it.
std::string name_of(const std::vector<Setting>& changes);

/// What is said of a change of the baseline to the mitigation.
metrics::MitigationInfo info_of(const std::vector<Setting>& changes,
                                const engine::ConfigurationPlan& baseline,
                                const engine::ConfigurationPlan& mitigation);

}  // namespace walbench::tools
