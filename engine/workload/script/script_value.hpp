#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "storage/transaction.hpp"

namespace walbench::engine {

/// A value in an expression: null, boolean, integer or double.
using Number = std::variant<std::monostate, bool, std::int64_t, double>;

/// The number that pgbench reads in a text: an integer, a double, `true`, `null` and so on.
std::optional<Number> number_in(std::string_view text);

/// As pgbench's debug() prints it: `int 5`, `double 2.5`, `boolean true`, `null`.
std::string described(const Number& number);

/// The value of a variable.
class ScriptValue {
 public:
  ScriptValue() = default;  ///< null
  explicit ScriptValue(const Number& number) : held_(number) {}

  /// Copies a column. A blob becomes a text.
  explicit ScriptValue(const storage::Value& column);

  /// The value after `name=`: a number, if it is one, else a text.
  static ScriptValue parse(std::string_view text);

  /// Null if it is a text that is not a number.
  const Number* number() const { return std::get_if<Number>(&held_); }
  std::string_view text() const { return std::get<std::string>(held_); }

  /// The value of a parameter, its type kept: a boolean is 0 or 1. A text is referred to.
  storage::Value as_parameter() const;

  /// As it stands in SQL.
  std::string as_literal() const;

 private:
  std::variant<Number, std::string> held_;
};

}  // namespace walbench::engine
