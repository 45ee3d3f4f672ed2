#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace walbench::metrics {

/// Reads a file, or a pipe, line by line, and never holds more than the longest line it allows and
/// a small buffer.
class LineReader {
 public:
  /// Throws std::runtime_error, which says why, where the file cannot be read; next() likewise.
  LineReader(const std::filesystem::path& path, std::size_t longest_line);

  /// Takes the next line; false at the end of the file. Throws FormatError, which names the line,
  /// as soon as it is longer than allowed.
  bool next();

  /// Without its line break, LF or CRLF. Valid until the next call of next().
  std::string_view line() const { return line_; }
  /// True if it had a line break: only the last line of a file may lack one.
  bool terminated() const { return terminated_; }
  std::int64_t number() const { return number_; }  ///< from 1

  std::uintmax_t bytes_read() const { return bytes_read_; }

 private:
  bool fill();

  std::ifstream file_;
  std::size_t longest_line_;
  std::vector<char> buffer_;
  std::string_view unread_;  // of buffer_
  std::string line_;
  bool terminated_ = false;
  std::int64_t number_ = 0;
  std::uintmax_t bytes_read_ = 0;
};

}  // namespace walbench::metrics
