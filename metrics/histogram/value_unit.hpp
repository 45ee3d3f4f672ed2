#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace walbench::metrics {

/// A unit of time in which programs record latencies.
enum class ValueUnit : std::uint8_t { ns, us, ms, s };

/// `ns`, `us`, `ms`, `s`.
std::string value_unit_name(ValueUnit unit);

/// How many nanoseconds one of it has.
std::int64_t nanoseconds_in(ValueUnit unit);

/// As programs write it: `us`, the same with a Greek letter, `micros`, `MICROSECONDS`, ...; nothing
/// if it is no unit of time.
std::optional<ValueUnit> parse_value_unit(std::string_view text);

/// The unit that a comment names, as in `#UNITS: MICROSECONDS`; nothing if it names none.
std::optional<ValueUnit> unit_in_comment(std::string_view line);

}  // namespace walbench::metrics
