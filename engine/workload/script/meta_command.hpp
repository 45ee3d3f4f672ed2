#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/workload/script/lexer.hpp"

namespace walbench::engine {

/// A word of a meta command's arguments; `offset` in the file.
struct CommandWord {
  std::string_view text;
  std::size_t offset = 0;
};

/// The arguments, split at blanks. The words refer to `command`.
std::vector<CommandWord> words_of(const LexedCommand& command);

/// \set NAME EXPRESSION.
struct SetArguments {
  CommandWord name;
  CommandWord expression;  ///< the rest of the line
};
/// Returns nothing, and adds a problem to `source`, if the name is missing or not allowed.
std::optional<SetArguments> set_arguments(const LexedCommand& command, ScriptText& source);

/// \sleep N [us | ms | s], where N is a whole number or :name.
struct SleepArguments {
  std::int64_t unit_ns = 0;
  std::int64_t units = 0;               ///< if there is not a variable
  std::optional<CommandWord> variable;  ///< without its colon
};
std::optional<SleepArguments> sleep_arguments(const LexedCommand& command, ScriptText& source);

/// The variables that `\gset [PREFIX]` sets from the columns of its query, in their order.
/// `source`, unless null, gets the problems.
std::vector<std::string> gset_names(const LexedCommand& command, const LexedStatement& query,
                                    ScriptText* source);

/// Why a meta command that scripts do not have is refused, and what to write instead.
std::string refusal_of(std::string_view command);

}  // namespace walbench::engine
