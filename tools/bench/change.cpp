#include "tools/bench/change.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <stdexcept>

#include "metrics/result/key.hpp"
#include "storage/axes.hpp"
#include "storage/strategies.hpp"

namespace walbench::tools {
namespace {

using storage::ChangeKind;
using storage::Synchronous;

constexpr std::int64_t kMostInSqlite = std::numeric_limits<std::int32_t>::max();
/// PRAGMAs that change no promise about the data.
constexpr std::array<std::string_view, 6> kHarmless = {
    "cache_size", "cache_spill", "journal_size_limit", "mmap_size", "page_size", "temp_store"};

struct Described {
  ChangeKind kind = ChangeKind::setting;
  std::string cost;
  std::string risk = {};  ///< empty: none
};

bool is_made_of(std::string_view text, std::string_view signs) {
  return !text.empty() && std::ranges::all_of(text, [signs](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || signs.find(c) != std::string_view::npos;
  });
}

std::optional<Setting> split_setting(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) return std::nullopt;
  return Setting{text.substr(0, equals), text.substr(equals + 1)};
}

void apply_pragma(const Setting& setting, engine::ConfigurationPlan& plan) {
  const auto& [name, value] = setting;
  if (!is_made_of(name, "_")) {
    throw std::invalid_argument(fmt::format("'{}' is neither an axis nor a setting", name));
  }
  if (!is_made_of(value, "_-+.")) {
    throw std::invalid_argument(fmt::format("'{}' is no value of a PRAGMA", value));
  }
  if (name == "journal_mode" || name == "locking_mode") {
    throw std::invalid_argument(
        fmt::format("{} stays as it is: several connections are measured in WAL mode", name));
  }
  if (name == "wal_autocheckpoint") {
    throw std::invalid_argument("write --wal-autocheckpoint instead of this PRAGMA");
  }
  plan.settings.set_pragma({name, value});
}

Described described(const Setting& setting, const engine::ConfigurationPlan& mitigation) {
  std::optional<Described> found;
  storage::for_each_axis([&](const auto& axis) {
    if (axis.name == setting.name) found = Described{axis.kind, std::string(axis.cost)};
  });
  if (found) return *found;
  const Synchronous level = mitigation.settings.synchronous;
  if (setting.name == "synchronous" && level == Synchronous::off) {
    return {.cost = "none", .risk = "a power failure can damage the database"};
  }
  if (setting.name == "synchronous" && level == Synchronous::normal) {
    return {.cost = "none", .risk = "a power failure can lose the last commits"};
  }
  if (setting.name == "synchronous") return {.cost = "a sync for every COMMIT"};
  if (setting.name == "busy-timeout" || setting.name == "busy_timeout") {
    return {.cost = "another limit to each wait"};
  }
  if (setting.name == "library") return {.cost = "another libsqlite3 with the application"};
  if (setting.name == "memory-statistics") {
    return {.cost =
                "SQLITE_CONFIG_MEMSTATUS before SQLite's first use in each process; limits on "
                "its heap do nothing then"};
  }
  const bool harmless = std::ranges::find(kHarmless, setting.name) != kHarmless.end();
  return {.cost = fmt::format("PRAGMA {} on every connection", setting.name),
          .risk = harmless ? "" : fmt::format("what PRAGMA {} risks", setting.name)};
}

/// Beside the named strategies of that kind: 1 is the least.
std::int64_t effort_of(ChangeKind kind) {
  for (const storage::Strategy& each : storage::kStrategies) {
    if (each.effort > 0 && each.kind == kind) return each.effort;
  }
  return 1;
}

}  // namespace

Reader<bool> on_or_off() {
  return one_of<bool>({{"on", true}, {"off", false}});
}

Reader<Synchronous> synchronous_levels() {
  return one_of({Synchronous::off, Synchronous::normal, Synchronous::full},
                storage::synchronous_name);
}

Reader<std::chrono::milliseconds> busy_timeouts() {
  return whole_milliseconds(kMostInSqlite);
}

void apply(const Setting& setting, engine::ConfigurationPlan& plan) {
  bool is_axis = false;
  storage::for_each_axis([&](const auto& axis) {
    if (axis.name != setting.name) return;
    is_axis = true;
    const auto value = storage::parse_axis(axis, setting.value);
    if (!value) {
      std::vector<std::string_view> names;
      std::ranges::transform(axis.values, std::back_inserter(names),
                             [](const auto& each) { return each.name; });
      throw std::invalid_argument(fmt::format("{} '{}' is not one of {}", axis.name, setting.value,
                                              fmt::join(names, ", ")));
    }
    plan.axes.*axis.member = *value;
  });
  if (is_axis) return;
  if (setting.name == "synchronous") {
    plan.settings.synchronous = synchronous_levels().read(setting.value);
  } else if (setting.name == "busy-timeout") {
    plan.settings.busy_timeout = busy_timeouts().read(setting.value);
  } else if (setting.name == "busy_timeout") {
    plan.settings.busy_timeout =
        std::chrono::milliseconds(whole_number<std::int64_t>(setting.value, 0, kMostInSqlite));
  } else if (setting.name == "memory-statistics") {
    plan.memory_statistics = on_or_off().read(setting.value);
  } else if (setting.name == "library") {
    plan.library = {.file = setting.value};
  } else {
    apply_pragma(setting, plan);
  }
}

Reader<Setting> pragmas() {
  const auto read = [](const std::string& text) {
    const std::optional<Setting> setting = split_setting(text);
    if (!setting) {
      throw std::invalid_argument(
          fmt::format("'{}' is not NAME=VALUE, as in cache_size=-65536", text));
    }
    bool is_axis = false;
    storage::for_each_axis([&](const auto& axis) { is_axis |= axis.name == setting->name; });
    if (is_axis || setting->name == "library" || setting->name.find('-') != std::string::npos) {
      throw std::invalid_argument(fmt::format("'{}' is no PRAGMA", setting->name));
    }
    engine::ConfigurationPlan unused;
    apply(*setting, unused);
    return *setting;
  };
  return {read, [](const Setting& setting) { return setting.name + "=" + setting.value; }};
}

Reader<Try> tries() {
  Reader<Try> reader;
  for (const storage::Strategy& each : storage::kStrategies) {
    reader.choices.emplace_back(each.name);
  }
  reader.choices.emplace_back("all");
  reader.completion = Completion::list;
  reader.read = [choices = reader.choices](const std::string& text) {
    Try wanted;
    const bool changes = text.find('=') != std::string::npos;
    for (const std::string& part : split_at(text, ',')) {
      const std::optional<Setting> setting = split_setting(part);
      if (changes && !setting) {
        throw std::invalid_argument(
            fmt::format("'{}' is not AXIS=VALUE; name strategies in a --try of their own", part));
      }
      if (setting) {
        if (std::ranges::find(wanted.changes, setting->name, &Setting::name) !=
            wanted.changes.end()) {
          throw std::invalid_argument(fmt::format("{} is named twice", setting->name));
        }
        engine::ConfigurationPlan unused;
        apply(*setting, unused);
        wanted.changes.push_back(*setting);
        continue;
      }
      if (std::ranges::find(choices, part) == choices.end()) {
        throw std::invalid_argument(
            fmt::format("'{}' is not one of {}", part, fmt::join(choices, ", ")));
      }
      if (std::ranges::find(wanted.strategies, part) != wanted.strategies.end()) {
        throw std::invalid_argument(fmt::format("{} is named twice", part));
      }
      wanted.strategies.push_back(part);
    }
    return wanted;
  };
  return reader;
}

std::string name_of(const std::vector<Setting>& changes) {
  std::string name;
  for (const Setting& each : changes) {
    std::string value = metrics::for_file_name(each.value);
    if (each.name == "library") value.erase(0, value.find_first_not_of('-'));
    name += fmt::format("{}{}-{}", name.empty() ? "" : "+", each.name, value);
  }
  return name;
}

metrics::MitigationInfo info_of(const std::vector<Setting>& changes,
                                const engine::ConfigurationPlan& baseline,
                                const engine::ConfigurationPlan& mitigation) {
  ChangeKind kind = ChangeKind::setting;
  std::vector<std::string> told;
  std::vector<std::string> costs;
  std::vector<std::string> risks;
  for (const Setting& each : changes) {
    const Described of_one = described(each, mitigation);
    kind = std::max(kind, of_one.kind);
    told.push_back(fmt::format("{} {}", each.name, each.value));
    costs.push_back(of_one.cost);
    if (!of_one.risk.empty()) risks.push_back(of_one.risk);
  }
  const storage::AxesRisk of_axes = storage::risk_of(mitigation.axes);
  const bool new_axes_risk = !of_axes.recommendable && mitigation.axes != baseline.axes;
  if (new_axes_risk) risks.push_back(of_axes.text);
  return {.name = name_of(changes),
          .kind = std::string(storage::change_kind_name(kind)),
          .description = fmt::format("{}, and else as the baseline", fmt::join(told, ", ")),
          .cost = fmt::format("{}", fmt::join(costs, "; ")),
          .risk = risks.empty() ? "none to data" : fmt::format("{}", fmt::join(risks, "; ")),
          .effort = effort_of(kind),
          .recommendable = risks.empty()};
}

}  // namespace walbench::tools
