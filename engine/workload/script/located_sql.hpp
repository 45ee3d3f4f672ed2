#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace walbench::engine {

/// SQL that knows which place of its file each part came from.
class LocatedSql {
 public:
  const std::string& text() const { return text_; }

  /// The place in the file of a byte of text(), or of its end.
  std::size_t source_of(std::size_t offset) const;

  /// `source` is the place of the first byte in the file.
  void append(std::string_view text, std::size_t source);
  void append(const LocatedSql& more);

  void drop_trailing_blanks();

 private:
  /// From here on the text follows the file byte by byte.
  struct Mark {
    std::size_t offset = 0;
    std::size_t source = 0;
  };

  std::string text_;
  std::vector<Mark> marks_;
};

}  // namespace walbench::engine
