#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string_view>
#include <system_error>

#include "metrics/histogram/hgrm_text.hpp"

// The lines of .hgrm files, cut into columns.
namespace walbench::metrics::hgrm_text {

inline bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

inline std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_blank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

template <typename Number>
std::optional<Number> number_from_all_of(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// The columns of a line; at most one more than a file of this format has. Refers to the line.
class Columns {
 public:
  static Columns of_blanks(std::string_view line) {
    Columns columns;
    for (line = trimmed(line); !line.empty() && columns.has_room(); line = trimmed(line)) {
      const auto end = std::find_if(line.begin(), line.end(), is_blank);
      columns.add(line.substr(0, static_cast<std::size_t>(end - line.begin())));
      line.remove_prefix(columns.cells_.at(columns.count_ - 1).size());
    }
    return columns;
  }
  static Columns of_commas(std::string_view line) {
    Columns columns;
    for (bool more = true; more && columns.has_room();) {
      const std::size_t comma = std::min(line.find(','), line.size());
      columns.add(unquoted(trimmed(line.substr(0, comma))));
      more = comma < line.size();
      line.remove_prefix(more ? comma + 1 : comma);
    }
    return columns;
  }

  std::string_view operator[](std::size_t column) const { return cells_.at(column); }
  std::size_t count() const { return count_; }

  /// What the header names behind `Value` in brackets; empty if it names none, nothing if this is
  /// no header.
  std::optional<std::string_view> unit_of_header() const {
    const auto same = [](std::string_view one, std::string_view other) { return one == other; };
    if (count_ != kHeaderColumns.size() ||
        !std::equal(kHeaderColumns.begin() + 1, kHeaderColumns.end(), cells_.begin() + 1, same)) {
      return std::nullopt;
    }
    std::string_view value = cells_.front();
    if (!value.starts_with(kHeaderColumns.front())) return std::nullopt;
    value.remove_prefix(kHeaderColumns.front().size());
    constexpr std::size_t kLongestUnit = 16;
    if (value.empty()) return value;
    const bool in_brackets = value.size() > 2 && value.size() <= kLongestUnit + 2 &&
                             value.starts_with('(') && value.ends_with(')');
    return in_brackets ? std::optional(value.substr(1, value.size() - 2)) : std::nullopt;
  }

 private:
  static std::string_view unquoted(std::string_view cell) {
    const bool quoted = cell.size() >= 2 && cell.starts_with('"') && cell.ends_with('"');
    return quoted ? cell.substr(1, cell.size() - 2) : cell;
  }
  bool has_room() const { return count_ < cells_.size(); }
  void add(std::string_view cell) { cells_.at(count_++) = cell; }

  std::array<std::string_view, 5> cells_;
  std::size_t count_ = 0;
};

}  // namespace walbench::metrics::hgrm_text
