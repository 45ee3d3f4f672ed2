#include "engine/workload/script/lexer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace walbench::engine {
namespace {

using Kind = SqlToken::Kind;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}
bool is_space(char c) {
  return is_blank(c) || c == '\n';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

class Lexer {
 public:
  Lexer(ScriptText& source, std::size_t begin, std::size_t end)
      : source_(source), text_(source.text().substr(0, end)), at_(begin) {}

  std::vector<LexedItem> run() {
    while (at_ < text_.size()) {
      next();
    }
    finish_statement();
    return std::move(items_);
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool looks_at(std::string_view what) const { return text_.substr(at_).starts_with(what); }

  void next() {
    const char c = peek();
    if (is_space(c)) return space();
    if (looks_at("--")) return line_comment();
    if (looks_at("/*")) return block_comment();
    if (c == '\\') return meta_command();
    if (c == ';') return semicolon();
    if (c == '\0') return refuse(1, "a zero byte; is this a text file?");
    begin_statement();
    if (c == '\'' || c == '"' || c == '`') return quoted(at_, false);
    if (c == '$') return dollar();
    if (c == ':') return colon();
    if (begins_variable_name(c)) return word();
    if (c == '?') return refuse(1, "'?' is a parameter without a name; write :name");
    if (c == '@' && begins_variable_name(peek(1))) {
      return refuse(1, "'@name' is not a variable of a script; write :name");
    }
    if (is_digit(c)) return number();
    punctuation(c);
  }

  // Parts of a statement.

  void begin_statement() {
    if (statement_) return;
    statement_.emplace();
    statement_->offset = at_;
    open_parentheses_.clear();
    block_offset_.reset();
  }

  void emit(std::size_t begin, std::size_t end) {
    statement_->parts.back().append(text_.substr(begin, end - begin), begin);
  }

  void add_token(Kind kind, std::string text, std::size_t offset) {
    statement_->tokens.push_back({kind, std::move(text), open_parentheses_.size(), offset});
  }

  /// A part of the text that becomes one token and stays as it is.
  void take(std::size_t length, Kind kind, std::string token) {
    add_token(kind, std::move(token), at_);
    emit(at_, at_ + length);
    at_ += length;
  }

  void refuse(std::size_t length, std::string message) {
    source_.add_problem(at_, std::move(message));
    at_ += length;
  }

  void space() {
    if (statement_) emit(at_, at_ + 1);
    ++at_;
  }

  void number() {
    std::size_t length = 1;
    while (continues_variable_name(peek(length)) || peek(length) == '.') {
      ++length;
    }
    take(length, Kind::other, std::string(text_.substr(at_, length)));
  }

  void word() {
    std::size_t length = 1;
    while (continues_variable_name(peek(length)) || peek(length) == '$') {
      ++length;
    }
    const std::string lower = lower_case(text_.substr(at_, length));
    if (lower == "e" && peek(1) == '\'') return quoted(at_ + 1, true);
    if (lower == "begin" && open_parentheses_.empty() && creates_routine()) block_offset_ = at_;
    take(length, Kind::word, lower);
  }

  void punctuation(char c) {
    if (c == '(') {
      take(1, Kind::other, "(");
      open_parentheses_.push_back(at_ - 1);
      return;
    }
    if (c == ')' && !open_parentheses_.empty()) open_parentheses_.pop_back();
    take(1, Kind::other, std::string(1, c));
  }

  void colon() {
    if (peek(1) == ':') return take(2, Kind::other, "::");
    if (!begins_variable_name(peek(1))) return take(1, Kind::other, ":");
    std::size_t length = 2;
    while (continues_variable_name(peek(length))) {
      ++length;
    }
    std::string name(text_.substr(at_ + 1, length - 1));
    add_token(Kind::variable, name, at_);
    statement_->uses.push_back({std::move(name), at_});
    statement_->parts.emplace_back();
    at_ += length;
  }

  // Quotes.

  /// From at_, where the quote itself stands at `quote`.
  void quoted(std::size_t quote, bool with_backslashes) {
    const char mark = text_[quote];
    std::size_t end = quote + 1;
    while (end < text_.size() && text_[end] != mark) {
      end += with_backslashes && text_[end] == '\\' ? std::size_t{2} : std::size_t{1};
    }
    if (end >= text_.size()) return unclosed(fmt::format("{} is not closed", mark));
    note_variables(quote + 1, end);
    const bool name = mark != '\'';
    take(end + 1 - at_, name ? Kind::quoted_name : Kind::other,
         name ? std::string(text_.substr(quote + 1, end - quote - 1)) : "''");
  }

  void dollar() {
    std::size_t tag = 1;
    while (continues_variable_name(peek(tag))) {
      ++tag;
    }
    if (peek(tag) != '$' || is_digit(peek(1))) {
      return refuse(1, "'$' begins a parameter of the database's own; write :name");
    }
    const std::string_view mark = text_.substr(at_, tag + 1);
    const std::size_t end = text_.find(mark, at_ + mark.size());
    if (end == std::string_view::npos) return unclosed(fmt::format("{} is not closed", mark));
    note_variables(at_ + mark.size(), end);
    take(end + mark.size() - at_, Kind::other, "''");
  }

  void unclosed(std::string message) {
    source_.add_problem(at_, std::move(message));
    take(text_.size() - at_, Kind::other, "''");
  }

  void note_variables(std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i + 1 < end; ++i) {
      if (text_[i] != ':' || !begins_variable_name(text_[i + 1])) continue;
      if (text_[i - 1] == ':' || continues_variable_name(text_[i - 1])) continue;
      std::size_t last = i + 1;
      while (last < end && continues_variable_name(text_[last])) {
        ++last;
      }
      statement_->quoted.push_back({std::string(text_.substr(i + 1, last - i - 1)), i});
    }
  }

  // Comments and directives.

  bool begins_line() const {
    std::size_t i = at_;
    while (i > 0 && is_blank(text_[i - 1])) {
      --i;
    }
    return i == 0 || text_[i - 1] == '\n';
  }

  void line_comment() {
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    const std::string_view line = text_.substr(at_ + 2, end - at_ - 2);
    const std::size_t blanks = line.find_first_not_of(" \t");
    constexpr std::string_view kMark = "walbench:";
    if (blanks != std::string_view::npos &&
        lower_case(line.substr(blanks, kMark.size())) == kMark) {
      directive(at_ + 2 + blanks + kMark.size(), end);
    }
    at_ = end;
  }

  void directive(std::size_t begin, std::size_t end) {
    if (!begins_line()) {
      source_.add_problem(at_, "a directive stands on a line of its own");
    } else if (statement_) {
      source_.add_problem(at_, "a directive inside a statement; is a ';' missing before it?");
    } else {
      items_.emplace_back(LexedDirective{std::string(text_.substr(begin, end - begin)), begin});
    }
  }

  void block_comment() {
    const std::size_t begin = at_;
    std::size_t depth = 0;
    do {
      if (looks_at("/*")) {
        ++depth;
        at_ += 2;
      } else if (looks_at("*/")) {
        --depth;
        at_ += 2;
      } else {
        ++at_;
      }
    } while (depth > 0 && at_ < text_.size());
    at_ = std::min(at_, text_.size());
    if (depth > 0) source_.add_problem(begin, "/* is not closed");
    if (statement_) statement_->parts.back().append(" ", begin);
  }

  // The end of a statement.

  /// True after CREATE [..] TRIGGER, FUNCTION or PROCEDURE, whose bodies have semicolons.
  bool creates_routine() const {
    constexpr std::size_t kFirstWords = 6;
    const std::vector<SqlToken>& tokens = statement_->tokens;
    if (tokens.empty() || !tokens.front().is("create")) return false;
    return std::any_of(
        tokens.begin(),
        tokens.begin() + static_cast<std::ptrdiff_t>(std::min(kFirstWords, tokens.size())),
        [](const SqlToken& token) {
          return token.is("trigger") || token.is("function") || token.is("procedure");
        });
  }

  /// True if the body of a routine goes on behind this semicolon: it ends with `; END`.
  bool inside_block() const {
    if (!block_offset_) return false;
    const std::vector<SqlToken>& tokens = statement_->tokens;
    return !(tokens.back().is("end") && tokens[tokens.size() - 2].is(';'));
  }

  void semicolon() {
    if (statement_ && inside_block()) return take(1, Kind::other, ";");
    finish_statement();
    ++at_;
  }

  void finish_statement() {
    if (!statement_) return;
    if (!open_parentheses_.empty()) {
      source_.add_problem(open_parentheses_.back(), "'(' is not closed within its statement");
    }
    if (block_offset_ && inside_block()) {
      source_.add_problem(*block_offset_, "BEGIN has no END; before the script ends");
    }
    statement_->parts.back().drop_trailing_blanks();
    if (!statement_->tokens.empty()) items_.emplace_back(std::move(*statement_));
    statement_.reset();
  }

  void meta_command() {
    finish_statement();
    LexedCommand command;
    command.offset = at_++;
    while (at_ < text_.size() && (continues_variable_name(peek()))) {
      command.name.push_back(text_[at_++]);
    }
    command.name = lower_case(command.name);
    if (command.name.empty()) {
      const bool combines = peek() == ';';
      source_.add_problem(command.offset, combines ? "'\\;' is not supported; write ';'"
                                                   : "the name of a meta command must follow '\\'");
      at_ += combines ? 1 : 0;
      return;
    }
    command.arguments_offset = at_;
    command.arguments = rest_of_line();
    items_.emplace_back(std::move(command));
  }

  /// Blanks instead of the marks that continue it, so that offsets stay right.
  std::string rest_of_line() {
    std::string rest;
    for (; at_ < text_.size() && peek() != '\n'; ++at_) {
      const std::size_t ends = peek(1) == '\r' ? 2 : 1;
      if (peek() == '\\' && peek(ends) == '\n') {
        rest.append(ends + 1, ' ');
        at_ += ends;
      } else {
        rest.push_back(peek());
      }
    }
    while (!rest.empty() && is_space(rest.back())) {
      rest.pop_back();
    }
    return rest;
  }

  ScriptText& source_;
  std::string_view text_;
  std::size_t at_;
  std::vector<LexedItem> items_;
  std::optional<LexedStatement> statement_;
  std::vector<std::size_t> open_parentheses_;
  std::optional<std::size_t> block_offset_;
};

}  // namespace

std::vector<LexedItem> lex_script(ScriptText& source) {
  return lex_part(source, 0, source.text().size());
}

std::vector<LexedItem> lex_part(ScriptText& source, std::size_t begin, std::size_t end) {
  return Lexer(source, begin, end).run();
}

LocatedSql sql_of(const LexedStatement& statement) {
  LocatedSql sql = statement.parts.front();
  for (std::size_t i = 0; i < statement.uses.size(); ++i) {
    sql.append(fmt::format("?{}", i + 1), statement.uses[i].offset);
    sql.append(statement.parts[i + 1]);
  }
  return sql;
}

}  // namespace walbench::engine
