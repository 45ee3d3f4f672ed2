#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>

#include "engine/workload/script/expression.hpp"
#include "engine/workload/script/script_text.hpp"

namespace walbench::engine {

/// Gives the slot of a variable that is read at an offset of the file, and adds to the problems if
/// it has no value there.
using VariableSlots = std::function<std::size_t(std::string_view name, std::size_t offset)>;

/// Parses the expression `text`, which stands at `offset` in `source`. Nothing, and at least one
/// problem in `source`, if it is none.
std::optional<Expression> parse_expression(std::string_view text, std::size_t offset,
                                           const VariableSlots& slots, ScriptText& source);

}  // namespace walbench::engine
