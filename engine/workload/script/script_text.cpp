#include "engine/workload/script/script_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace walbench::engine {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (static_cast<unsigned char>(c) > 127);
}

/// In UTF-8 each byte of a character but the first is 10xxxxxx.
bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

/// The fewest insertions, deletions and replacements (Levenshtein 1966).
std::size_t edit_distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] = i;
  }
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t k = 0; k < right.size(); ++k) {
      const std::size_t replaced = diagonal + (left[i] == right[k] ? 0 : 1);
      diagonal = row[k + 1];
      row[k + 1] = std::min({replaced, row[k] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string ScriptProblem::text() const {
  return fmt::format("{}:{}:{}: {}", file, position.line, position.column, message);
}

ScriptText::ScriptText(std::string name, std::string text)
    : name_(std::move(name)), text_(std::move(text)), anchors_(1) {
  constexpr std::size_t kFarthest = 256;
  Position position;
  for (std::size_t i = 0; i < text_.size(); ++i) {
    const bool ends_line = text_[i] == '\n';
    if (ends_line) {
      position = {position.line + 1, 1};
    } else if (begins_character(text_[i])) {
      ++position.column;
    }
    const std::size_t next = i + 1;
    if (ends_line || next - anchors_.back().offset == kFarthest)
      anchors_.push_back({next, position});
  }
}

Position ScriptText::position_of(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const Anchor& anchor =
      *std::prev(std::ranges::upper_bound(anchors_, offset, {}, &Anchor::offset));
  const auto between = std::ranges::count_if(
      std::string_view(text_).substr(anchor.offset, offset - anchor.offset), begins_character);
  return {anchor.position.line, anchor.position.column + static_cast<std::size_t>(between)};
}

void ScriptText::add_problem(std::size_t offset, std::string message) {
  constexpr std::size_t kMost = 1000;  // of a file that is no script at all
  if (problems_.size() >= kMost) return;
  problems_.push_back({name_, position_of(offset), std::move(message)});
}

std::vector<ScriptProblem> ScriptText::problems() const {
  std::vector<ScriptProblem> sorted = problems_;
  std::ranges::stable_sort(sorted, {}, [](const ScriptProblem& problem) {
    return std::tuple(problem.position.line, problem.position.column);
  });
  return sorted;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known) {
  constexpr std::size_t kLongest = 64;  // nobody mistypes more, and the cost is quadratic
  if (word.size() > kLongest) return "";
  std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
  std::string_view nearest;
  for (const std::string_view each : known) {
    if (each.size() > kLongest) continue;
    const std::size_t distance = edit_distance(lower_case(word), lower_case(each));
    if (distance < least) {
      least = distance;
      nearest = each;
    }
  }
  return nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest);
}

bool begins_variable_name(char c) {
  return is_letter(c) || c == '_';
}

bool continues_variable_name(char c) {
  return begins_variable_name(c) || (c >= '0' && c <= '9');
}

bool is_variable_name(std::string_view name) {
  return !name.empty() && begins_variable_name(name.front()) &&
         std::ranges::all_of(name, continues_variable_name);
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace walbench::engine
