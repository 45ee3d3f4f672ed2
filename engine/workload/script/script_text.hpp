#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace walbench::engine {

/// A place in a file: both count from 1, columns in characters.
struct Position {
  std::size_t line = 1;
  std::size_t column = 1;

  bool operator==(const Position&) const = default;
};

/// Something that is wrong in a script, and what to write instead.
struct ScriptProblem {
  std::string file;
  Position position;
  std::string message;

  /// `FILE:LINE:COLUMN: message`, as compilers write it.
  std::string text() const;
};

/// A script file: its name for messages, its text, and the problems found in it so far.
class ScriptText {
 public:
  ScriptText(std::string name, std::string text);

  const std::string& name() const { return name_; }
  std::string_view text() const { return text_; }

  /// `offset` in bytes; the end of the text stands for everything behind it.
  Position position_of(std::size_t offset) const;

  void add_problem(std::size_t offset, std::string message);

  /// In the order of their positions.
  std::vector<ScriptProblem> problems() const;

 private:
  /// A place from which the next ones are counted.
  struct Anchor {
    std::size_t offset = 0;
    Position position;
  };

  std::string name_;
  std::string text_;
  std::vector<Anchor> anchors_;  ///< the beginning of each line, and places within long ones
  std::vector<ScriptProblem> problems_;
};

/// `; did you mean 'X'?` with the most similar of `known`, or nothing if none is similar.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

/// Letters, digits (not the first), underscores; bytes above 127 count as letters, as in pgbench.
bool begins_variable_name(char c);
bool continues_variable_name(char c);
bool is_variable_name(std::string_view name);

/// In ASCII; other characters stay.
std::string lower_case(std::string_view text);

}  // namespace walbench::engine
