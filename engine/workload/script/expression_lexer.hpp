#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace walbench::engine {

struct ExpressionToken {
  enum class Kind : std::uint8_t { end, number, name, variable, symbol };
  Kind kind = Kind::end;
  std::string_view text;   ///< a variable without its colon
  std::size_t offset = 0;  ///< in the file
};

/// Splits an expression into tokens. Any text has some; the parser says what does not belong there.
class ExpressionLexer {
 public:
  /// `text` stands at `offset` in its file, and must outlive the tokens.
  ExpressionLexer(std::string_view text, std::size_t offset) : text_(text), offset_(offset) {}

  /// `end` again and again at the end.
  ExpressionToken next();

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  ExpressionToken take(ExpressionToken::Kind kind, std::size_t length);
  std::size_t name_length() const;
  std::size_t number_length() const;
  std::size_t symbol_length() const;

  std::string_view text_;
  std::size_t offset_;
  std::size_t at_ = 0;
};

}  // namespace walbench::engine
