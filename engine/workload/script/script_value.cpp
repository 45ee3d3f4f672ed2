#include "engine/workload/script/script_value.hpp"

#include <fmt/format.h>

#include <charconv>
#include <span>

#include "engine/workload/script/script_text.hpp"

namespace walbench::engine {
namespace {

bool is_whole_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

template <typename T>
std::optional<Number> parsed(std::string_view text) {
  T value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end) return std::nullopt;
  return value;
}

/// With a point or an exponent, so that it stays a double.
std::string double_text(double value) {
  std::string text = fmt::format("{}", value);
  if (is_whole_number(text)) text += ".0";
  return text;
}

}  // namespace

std::optional<Number> number_in(std::string_view text) {
  if (is_whole_number(text)) return parsed<std::int64_t>(text);
  const std::string lower = lower_case(text);
  if (lower == "null") return Number();
  if (lower == "true") return true;
  if (lower == "false") return false;
  const bool begins_number = text.find_first_of("0123456789") < 3;  // not `inf`, not `nan`
  return begins_number ? parsed<double>(text) : std::nullopt;
}

std::string described(const Number& number) {
  if (const auto* const value = std::get_if<bool>(&number))
    return fmt::format("boolean {}", *value);
  if (const auto* const value = std::get_if<std::int64_t>(&number)) {
    return fmt::format("int {}", *value);
  }
  if (const auto* const value = std::get_if<double>(&number)) {
    return fmt::format("double {:.15g}", *value);
  }
  return "null";
}

ScriptValue::ScriptValue(const storage::Value& column) {
  if (const auto* const whole = std::get_if<std::int64_t>(&column)) {
    held_ = Number(*whole);
  } else if (const auto* const real = std::get_if<double>(&column)) {
    held_ = Number(*real);
  } else if (const auto* const text = std::get_if<std::string_view>(&column)) {
    held_ = std::string(*text);
  } else if (const auto* const blob = std::get_if<std::span<const std::byte>>(&column)) {
    std::string bytes(blob->size(), '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      bytes[i] = static_cast<char>((*blob)[i]);
    }
    held_ = std::move(bytes);
  }
}

ScriptValue ScriptValue::parse(std::string_view text) {
  if (const std::optional<Number> number = number_in(text)) return ScriptValue(*number);
  return ScriptValue(storage::Value(text));
}

storage::Value ScriptValue::as_parameter() const {
  const Number* const held = number();
  if (held == nullptr) return text();
  if (const auto* const value = std::get_if<bool>(held)) return std::int64_t{*value ? 1 : 0};
  if (const auto* const value = std::get_if<std::int64_t>(held)) return *value;
  if (const auto* const value = std::get_if<double>(held)) return *value;
  return std::monostate();
}

std::string ScriptValue::as_literal() const {
  const storage::Value value = as_parameter();
  if (const auto* const whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (const auto* const real = std::get_if<double>(&value)) return double_text(*real);
  if (number() != nullptr) return "NULL";
  std::string quoted = "'";
  for (const char c : text()) {
    quoted.append(c == '\'' ? 2 : 1, c);
  }
  return quoted + "'";
}

}  // namespace walbench::engine
