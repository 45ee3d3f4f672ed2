#include "tools/report/reading_progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "tools/program/output.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

constexpr std::chrono::milliseconds kPause{200};
constexpr const char* kClearLine = "\r\x1b[K";

}  // namespace

std::string reading_text(const metrics::LoadProgress& now) {
  const std::string percent =
      now.bytes == 0 ? ""
                     : fmt::format("{:.0f} %", 100.0 * static_cast<double>(now.bytes_read) /
                                                   static_cast<double>(now.bytes));
  if (now.files <= 1) return percent.empty() ? "reading" : "reading: " + percent;
  return fmt::format(
      "reading {} of {} files{}{}", with_thousands(static_cast<std::int64_t>(now.files_read + 1)),
      with_thousands(static_cast<std::int64_t>(now.files)), percent.empty() ? "" : ": ", percent);
}

ReadingProgress::ReadingProgress()
    : on_terminal_(::isatty(STDERR_FILENO) == 1),
      next_(std::chrono::steady_clock::now() + kPause) {}

void ReadingProgress::show(const metrics::LoadProgress& now) {
  if (!on_terminal_ || std::chrono::steady_clock::now() < next_) return;
  write_error(kClearLine + reading_text(now));
  shown_ = true;
  next_ = std::chrono::steady_clock::now() + kPause;
}

void ReadingProgress::clear() {
  if (shown_) write_error(kClearLine);
  shown_ = false;
}

metrics::ResultSet load_with_progress(const std::vector<std::filesystem::path>& paths,
                                      const metrics::Reading& reading) {
  ReadingProgress progress;
  return metrics::load_results(
      paths, [&](const metrics::LoadProgress& now) { progress.show(now); }, reading);
}

}  // namespace walbench::tools
