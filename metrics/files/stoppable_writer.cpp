// O_NONBLOCK belongs to an open file, which other programs may share (a terminal, or the pipe of
// `(a; b) | less`). So it is not set on what was given: a pipe or a terminal is opened once more,
// and a socket is told with each call. Regular files never make a writer wait for a reader.

#include "metrics/files/stoppable_writer.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

namespace walbench::metrics {
namespace {

constexpr int kLookForStopMs = 100;

mode_t kind_of(int descriptor) {
  struct stat status {};
  return fstat(descriptor, &status) == 0 ? status.st_mode & S_IFMT : 0;
}

/// -1 if it cannot be opened again, or need not be.
int open_again(int descriptor) {
  const mode_t kind = kind_of(descriptor);
  if (kind != S_IFIFO && kind != S_IFCHR) return -1;
  std::array<char, 64> path{};
  static_cast<void>(std::snprintf(path.data(), path.size(), "/proc/self/fd/%d", descriptor));
  return ::open(path.data(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

}  // namespace

StoppableWriter::StoppableWriter(int descriptor, std::stop_token stop)
    : given_(descriptor),
      own_(open_again(descriptor)),
      is_socket_(kind_of(descriptor) == S_IFSOCK),
      stop_(std::move(stop)) {}

StoppableWriter::~StoppableWriter() {
  if (own_ >= 0) ::close(own_);
}

int StoppableWriter::write(std::string_view text) const noexcept {
  const int descriptor = own_ >= 0 ? own_ : given_;
  while (!text.empty()) {
    const ssize_t written =
        is_socket_ ? ::send(descriptor, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL)
                   : ::write(descriptor, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd waiting{descriptor, POLLOUT, 0};
      if (::poll(&waiting, 1, kLookForStopMs) <= 0 && stop_.stop_requested()) return ECANCELED;
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

}  // namespace walbench::metrics
