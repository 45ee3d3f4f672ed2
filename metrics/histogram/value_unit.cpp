#include "metrics/histogram/value_unit.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace walbench::metrics {
namespace {

struct UnitNames {
  ValueUnit unit;
  std::array<std::string_view, 6> names;  // in lower case, without a plural's s; the first is ours
  std::int64_t nanoseconds;
};

// The micro sign and the Greek letter look alike and are two characters.
constexpr std::array<UnitNames, 4> kUnits = {
    {{ValueUnit::ns, {"ns", "nano", "nanosecond", "nanosec", "nsec"}, 1},
     {ValueUnit::us, {"us", "\xC2\xB5s", "\xCE\xBCs", "micro", "microsecond", "usec"}, 1'000},
     {ValueUnit::ms, {"ms", "milli", "millisecond", "millisec", "msec"}, 1'000'000},
     {ValueUnit::s, {"s", "second", "sec"}, 1'000'000'000}}};

const UnitNames& names_of(ValueUnit unit) {
  return kUnits.at(static_cast<std::size_t>(unit));
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

}  // namespace

std::string value_unit_name(ValueUnit unit) {
  return std::string(names_of(unit).names.front());
}

std::int64_t nanoseconds_in(ValueUnit unit) {
  return names_of(unit).nanoseconds;
}

std::optional<ValueUnit> parse_value_unit(std::string_view text) {
  const std::string name = lower(text);
  if (name.empty()) return std::nullopt;
  for (const UnitNames& each : kUnits) {
    for (const std::string_view known : each.names) {
      if (!known.empty() && (name == known || name == std::string(known) + "s")) return each.unit;
    }
  }
  return std::nullopt;
}

std::optional<ValueUnit> unit_in_comment(std::string_view line) {
  constexpr std::string_view kAround = "#[]:= \t\r\"";
  constexpr std::array<std::string_view, 4> kKeys = {"units", "unit", "time unit", "timeunit"};
  if (!line.starts_with('#')) return std::nullopt;
  const std::size_t separator = line.find_first_of(":=");
  if (separator == std::string_view::npos) return std::nullopt;
  const auto trimmed = [&](std::string_view part) {
    const std::size_t begin = std::min(part.find_first_not_of(kAround), part.size());
    part.remove_prefix(begin);
    const std::size_t last = part.find_last_not_of(kAround);
    return part.substr(0, last == std::string_view::npos ? 0 : last + 1);
  };
  const std::string key = lower(trimmed(line.substr(0, separator)));
  if (std::ranges::find(kKeys, key) == kKeys.end()) return std::nullopt;
  return parse_value_unit(trimmed(line.substr(separator)));
}

}  // namespace walbench::metrics
