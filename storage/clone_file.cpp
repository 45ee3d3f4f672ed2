#include "storage/clone_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string_view>
#include <system_error>

#include "storage/storage_error.hpp"

namespace walbench::storage {
namespace {

constexpr std::size_t kBytesACall = 8 << 20;

[[noreturn]] void fail(std::string_view what, const std::filesystem::path& path) {
  const int error = errno;
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  throw StorageError(fmt::format("cannot {} '{}': {}", what, path.string(),
                                 std::generic_category().message(error)),
                     full ? ErrorKind::full : ErrorKind::io,
                     full ? Remedy::free_space : Remedy::none);
}

class OpenFile {
 public:
  OpenFile(const std::filesystem::path& path, int flags)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC)) {
    if (descriptor_ < 0) fail("open", path);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() { ::close(descriptor_); }

  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace

void clone_file(const std::filesystem::path& from, const std::filesystem::path& to,
                const std::stop_token& stop) {
  const OpenFile source(from, O_RDONLY);
  const OpenFile copy(to, O_WRONLY | O_TRUNC);
  if (::ioctl(copy.descriptor(), FICLONE, source.descriptor()) != 0) {
    while (true) {
      if (stop.stop_requested()) {
        throw StorageError("copying the database was given up", ErrorKind::interrupted);
      }
      const ssize_t copied =
          ::sendfile(copy.descriptor(), source.descriptor(), nullptr, kBytesACall);
      if (copied == 0) break;
      if (copied < 0 && errno != EINTR) fail("copy to", to);
    }
  }
  // What the kernel has not written yet would be written during the measurement.
  if (::fsync(copy.descriptor()) != 0) fail("sync", to);
}

}  // namespace walbench::storage
