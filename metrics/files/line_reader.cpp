#include "metrics/files/line_reader.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "metrics/format_error.hpp"

namespace walbench::metrics {
namespace {

constexpr std::size_t kBufferSize = std::size_t{32} << 10U;

[[noreturn]] void fail(int error) {
  throw std::runtime_error(std::generic_category().message(error));
}

}  // namespace

LineReader::LineReader(const std::filesystem::path& path, std::size_t longest_line)
    : longest_line_(longest_line), buffer_(kBufferSize) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) fail(EISDIR);
  file_.rdbuf()->pubsetbuf(nullptr, 0);  // We have a buffer of our own.
  file_.open(path, std::ios::binary);
  if (!file_) fail(errno);
}

bool LineReader::fill() {
  file_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  if (file_.bad()) fail(errno);
  const auto count = static_cast<std::size_t>(file_.gcount());
  bytes_read_ += count;
  unread_ = {buffer_.data(), count};
  return count > 0;
}

bool LineReader::next() {
  line_.clear();
  terminated_ = false;
  number_ += 1;
  while (!unread_.empty() || fill()) {
    const std::size_t end = unread_.find('\n');
    terminated_ = end != std::string_view::npos;
    line_ += unread_.substr(0, end);
    unread_.remove_prefix(terminated_ ? end + 1 : unread_.size());
    if (line_.size() > longest_line_) {
      throw FormatError(fmt::format("line {}: is longer than any histogram", number_));
    }
    if (!terminated_) continue;
    if (line_.ends_with('\r')) line_.pop_back();
    return true;
  }
  return !line_.empty();
}

}  // namespace walbench::metrics
