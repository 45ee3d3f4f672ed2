#include "engine/workload/script/directive.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <string_view>

namespace walbench::engine {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"expect", "weight", "read-only", "check"};

/// The words of a directive, one after the other.
class Words {
 public:
  Words(std::string_view text, std::size_t offset) : text_(text), offset_(offset) { skip(); }

  std::size_t offset() const { return offset_ + at_; }
  bool at_end() const { return at_ == text_.size(); }
  std::string_view rest() const { return text_.substr(at_); }

  std::string_view next() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && !is_blank(text_[at_])) {
      ++at_;
    }
    const std::string_view word = text_.substr(begin, at_ - begin);
    skip();
    return word;
  }

 private:
  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
  void skip() {
    while (at_ < text_.size() && is_blank(text_[at_])) {
      ++at_;
    }
  }

  std::string_view text_;
  std::size_t offset_;
  std::size_t at_ = 0;
};

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end || value < 0) return std::nullopt;
  return value;
}

std::optional<storage::ExpectedRows> rows(std::string_view text) {
  const std::size_t dots = text.find("..");
  const std::optional<std::int64_t> least = number(text.substr(0, dots));
  if (!least) return std::nullopt;
  if (dots == std::string_view::npos) return storage::ExpectedRows::exactly(*least);
  const std::optional<std::int64_t> most = number(text.substr(dots + 2));
  if (!most || *most < *least) return std::nullopt;
  return storage::ExpectedRows{*least, *most};
}

std::optional<Directive> problem(ScriptText& source, std::size_t offset, std::string message) {
  source.add_problem(offset, std::move(message));
  return std::nullopt;
}

std::optional<Directive> expectation(Words& words, ScriptText& source) {
  const std::size_t at = words.offset();
  const std::string_view range = words.next();
  const std::optional<storage::ExpectedRows> expected = rows(range);
  if (!expected) {
    return problem(source, at,
                   fmt::format("'{}' is not a number of rows; write 1, or 0..5", range));
  }
  if (words.at_end()) return Expectation{*expected, Otherwise::fail};
  const std::size_t else_at = words.offset();
  const std::string_view otherwise = words.next();
  const std::string_view what = words.next();
  if (otherwise != "else" || (what != "conflict" && what != "retry")) {
    return problem(source, else_at,
                   "only 'else conflict' or 'else retry' may follow the number of rows");
  }
  return Expectation{*expected, what == "retry" ? Otherwise::retry : Otherwise::conflict};
}

std::optional<Directive> weight(Words& words, ScriptText& source) {
  constexpr std::int64_t kMost = 1'000'000;
  const std::size_t at = words.offset();
  const std::string_view word = words.next();
  const std::optional<std::int64_t> value = number(word);
  if (!value || *value > kMost) {
    return problem(
        source, at,
        fmt::format("'{}' is not a weight; write a whole number from 0 to {}", word, kMost));
  }
  return Weight{*value};
}

std::optional<Directive> check(Words& words, ScriptText& source) {
  std::string_view sql = words.rest();
  const std::size_t at = words.offset();
  while (!sql.empty() && (sql.back() == ';' || sql.back() == ' ' || sql.back() == '\r')) {
    sql.remove_suffix(1);
  }
  if (sql.empty()) return problem(source, at, "check needs a query that must return 1");
  while (!words.at_end()) {
    words.next();
  }
  return Check{std::string(sql), at};
}

}  // namespace

std::optional<Directive> parse_directive(const LexedDirective& directive, ScriptText& source) {
  Words words(directive.text, directive.offset);
  const std::size_t at = words.offset();
  const std::string name = lower_case(words.next());
  std::optional<Directive> parsed;
  if (name == "expect") {
    parsed = expectation(words, source);
  } else if (name == "weight") {
    parsed = weight(words, source);
  } else if (name == "read-only") {
    parsed = ReadOnly{};
  } else if (name == "check") {
    parsed = check(words, source);
  } else {
    return problem(source, at,
                   fmt::format("'{}' is not a directive; there are expect, weight, read-only and "
                               "check{}",
                               name, did_you_mean(name, kNames)));
  }
  if (parsed && !words.at_end()) {
    return problem(source, words.offset(),
                   fmt::format("nothing may follow here, but '{}' does", words.rest()));
  }
  return parsed;
}

}  // namespace walbench::engine
