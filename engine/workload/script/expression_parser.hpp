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

/// Parses the expression `text`, which stands at `offset` in `source`. Returns nothing, and adds
/// at least one problem to `source`, if it is wrong.
std::optional<Expression> parse_expression(std::string_view text, std::size_t offset,
                                           const VariableSlots& slots, ScriptText& source);

}  // namespace walbench::engine
