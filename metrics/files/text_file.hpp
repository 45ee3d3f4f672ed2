#pragma once

#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace walbench::metrics {

/// The bytes that some editors put before a text in UTF-8.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// A file that cannot be read; the message says why, without its name.
class FileReadError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The whole content of a file, or of a pipe until its end. Throws FileReadError when it does not
/// exist, is a directory, cannot be read, or holds more than `most_bytes`.
std::string read_text_file(const std::filesystem::path& path, std::size_t most_bytes);

}  // namespace walbench::metrics
