#include "engine/workload/script/expression_lexer.hpp"

#include <algorithm>
#include <array>

#include "engine/workload/script/script_text.hpp"

namespace walbench::engine {
namespace {

using Kind = ExpressionToken::Kind;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

ExpressionToken ExpressionLexer::next() {
  at_ = std::min(text_.find_first_not_of(" \t\r\n\f\v", at_), text_.size());
  if (at_ == text_.size()) return take(Kind::end, 0);
  if (is_digit(peek()) || (peek() == '.' && is_digit(peek(1)))) {
    return take(Kind::number, number_length());
  }
  if (begins_variable_name(peek())) return take(Kind::name, name_length());
  if (peek() == ':' && begins_variable_name(peek(1))) {
    ++at_;
    return take(Kind::variable, name_length());
  }
  return take(Kind::symbol, symbol_length());
}

ExpressionToken ExpressionLexer::take(Kind kind, std::size_t length) {
  const std::size_t begin = at_;
  at_ += length;
  return {kind, text_.substr(begin, length), offset_ + begin};
}

std::size_t ExpressionLexer::name_length() const {
  std::size_t length = 0;
  while (continues_variable_name(peek(length))) {
    ++length;
  }
  return length;
}

/// Including letters that do not belong there.
std::size_t ExpressionLexer::number_length() const {
  std::size_t length = 0;
  while (continues_variable_name(peek(length)) || peek(length) == '.') {
    const bool exponent = peek(length) == 'e' || peek(length) == 'E';
    const bool sign = peek(length + 1) == '-' || peek(length + 1) == '+';
    length += exponent && sign ? 2 : 1;
  }
  return length;
}

std::size_t ExpressionLexer::symbol_length() const {
  constexpr std::array<std::string_view, 6> kLong = {"<>", "!=", "<=", ">=", "<<", ">>"};
  return std::ranges::find(kLong, text_.substr(at_, 2)) != kLong.end() ? 2 : 1;
}

}  // namespace walbench::engine
