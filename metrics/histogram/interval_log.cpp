#include "metrics/histogram/interval_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "metrics/files/file_error.hpp"
#include "metrics/histogram/histogram_codec.hpp"
#include "metrics/histogram/hlog.hpp"
#include "metrics/units.hpp"

namespace walbench::metrics {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, int error) {
  throw FileError(
      fmt::format("cannot write the interval log '{}': {}; make room or choose "
                  "another folder for results",
                  path.string(), std::generic_category().message(error)));
}

std::string header(std::string_view label, std::chrono::system_clock::time_point started_at) {
  const double seconds = std::chrono::duration<double>(started_at.time_since_epoch()).count();
  return fmt::format("#[Walbench = {}]\n{}{}", label, hlog_start_lines(seconds), kHlogLegend);
}

}  // namespace

IntervalLog::IntervalLog(std::filesystem::path path, std::string_view label,
                         std::chrono::system_clock::time_point started_at)
    : path_(std::move(path)), pending_(header(label, started_at)) {
  constexpr mode_t kMode = 0644;
  descriptor_ = ::open(path_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_APPEND | O_CLOEXEC, kMode);
  if (descriptor_ < 0) fail(path_, errno);
  flush();
}

IntervalLog::~IntervalLog() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void IntervalLog::add(std::int64_t start_ns, std::int64_t length_ns, std::string_view tag,
                      const Histogram& histogram) {
  pending_ += fmt::format(
      "Tag={},{:.3f},{:.3f},{:.3f},{}\n", tag, static_cast<double>(start_ns) / kNsPerSecond,
      static_cast<double>(length_ns) / kNsPerSecond,
      static_cast<double>(histogram.max()) / kNsPerMs, encode_histogram(histogram));
}

void IntervalLog::flush() {
  std::string_view rest = pending_;
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(path_, errno);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  pending_.clear();
}

}  // namespace walbench::metrics
