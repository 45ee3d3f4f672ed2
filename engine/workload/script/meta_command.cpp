#include "engine/workload/script/meta_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "engine/workload/script/sql_statement.hpp"

namespace walbench::engine {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\f\v";

struct Unit {
  std::string_view name;
  std::int64_t ns;
};
constexpr std::array<Unit, 4> kUnits = {
    {{"us", 1'000}, {"ms", 1'000'000}, {"s", 1'000'000'000}, {"", 1'000'000'000}}};

std::nullopt_t problem(ScriptText& source, std::size_t offset, std::string message) {
  source.add_problem(offset, std::move(message));
  return std::nullopt;
}

}  // namespace

std::vector<CommandWord> words_of(const LexedCommand& command) {
  const std::string_view text = command.arguments;
  std::vector<CommandWord> words;
  for (std::size_t at = text.find_first_not_of(kBlanks); at != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(kBlanks, at), text.size());
    words.push_back({text.substr(at, end - at), command.arguments_offset + at});
    at = text.find_first_not_of(kBlanks, end);
  }
  return words;
}

std::optional<SetArguments> set_arguments(const LexedCommand& command, ScriptText& source) {
  const std::vector<CommandWord> words = words_of(command);
  if (words.empty()) {
    return problem(source, command.offset, "\\set needs a variable and an expression");
  }
  const CommandWord name = words.front();
  if (!is_variable_name(name.text)) {
    const bool colon = name.text.starts_with(':') && is_variable_name(name.text.substr(1));
    return problem(source, name.offset,
                   colon
                       ? fmt::format("\\set takes the name alone: write {}", name.text.substr(1))
                       : fmt::format("'{}' is not a name of a variable; use letters, digits and _, "
                                     "not a digit first",
                                     name.text));
  }
  const std::size_t end = name.offset + name.text.size() - command.arguments_offset;
  return SetArguments{
      name, {std::string_view(command.arguments).substr(end), command.arguments_offset + end}};
}

std::optional<SleepArguments> sleep_arguments(const LexedCommand& command, ScriptText& source) {
  const std::vector<CommandWord> words = words_of(command);
  if (words.empty() || words.size() > 2) {
    return problem(source, command.offset, "\\sleep needs a time; write \\sleep 10 ms");
  }
  const CommandWord first = words[0];
  SleepArguments arguments;
  std::string_view unit = words.size() == 2 ? words[1].text : "";
  if (first.text.starts_with(':')) {
    arguments.variable = {first.text.substr(1), first.offset};
  } else {
    const char* const end = first.text.data() + first.text.size();
    const auto [rest, error] = std::from_chars(first.text.data(), end, arguments.units);
    const std::string_view joined(rest, static_cast<std::size_t>(end - rest));
    if (error != std::errc() || arguments.units < 0 || (!joined.empty() && words.size() == 2)) {
      return problem(source, first.offset,
                     fmt::format("'{}' is not a time to sleep; write a whole number or a variable, "
                                 "and us, ms or s",
                                 first.text));
    }
    if (!joined.empty()) unit = joined;
  }
  const auto* const found = std::ranges::find(kUnits, lower_case(unit), &Unit::name);
  if (found == kUnits.end()) {
    const bool fraction = unit.starts_with('.');
    return problem(source, words.back().offset,
                   fraction ? "\\sleep takes whole numbers; choose a smaller unit: us, ms or s"
                            : fmt::format("'{}' is not a unit; write us, ms or s", unit));
  }
  arguments.unit_ns = found->ns;
  std::int64_t ns = 0;
  if (__builtin_mul_overflow(arguments.units, arguments.unit_ns, &ns)) {
    return problem(source, first.offset, "this sleep is too long");
  }
  return arguments;
}

std::vector<std::string> gset_names(const LexedCommand& command, const LexedStatement& query,
                                    ScriptText* source) {
  const auto note = [&](std::size_t offset, std::string message) {
    if (source != nullptr) source->add_problem(offset, std::move(message));
  };
  const std::vector<CommandWord> words = words_of(command);
  if (words.size() > 1) note(words[1].offset, "\\gset takes one prefix, and nothing else");
  const std::string_view prefix = words.empty() ? "" : words.front().text;
  const std::vector<ResultColumn> columns = result_columns(query.tokens);
  if (columns.empty()) {
    note(command.offset, "\\gset needs a query: SELECT, or a change with RETURNING");
  }
  std::vector<std::string> names;
  for (const ResultColumn& column : columns) {
    std::string name = std::string(prefix) + column.name;
    if (column.name.empty()) {
      note(column.offset,
           "\\gset needs a name for this column; write AS name, and the columns instead of *");
    } else if (!is_variable_name(name)) {
      note(column.offset, fmt::format("'{}' is not a name of a variable; write AS name", name));
    }
    names.push_back(std::move(name));
  }
  return names;
}

std::string refusal_of(std::string_view command) {
  if (command == "setrandom") {
    return "\\setrandom is gone from pgbench; write \\set name random(least, most)";
  }
  if (command == "shell" || command == "setshell") {
    return fmt::format(
        "\\{} is not supported: it would measure a shell; define a variable for the "
        "run instead",
        command);
  }
  if (command == "aset") return "\\aset is not supported; write \\gset behind each query";
  constexpr std::array<std::string_view, 10> kKnown = {
      "set",   "sleep",         "if",          "elif",        "else", "gset",
      "endif", "startpipeline", "endpipeline", "syncpipeline"};
  return fmt::format("there is no meta command '\\{}'{}", command, did_you_mean(command, kKnown));
}

}  // namespace walbench::engine
